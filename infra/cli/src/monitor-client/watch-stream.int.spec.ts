import { createActiveStream, streamKey } from '@plumbline/channel-monitor';
import { systemClock } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import { openRedis } from '@plumbline/redis';
import { testRedisUrl } from '@plumbline/redis/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { claimIdleMs } from './limits.ts';
import type { OrderEvent } from './watch-orders.ts';
import { watchStream } from './watch-stream.ts';

const url = testRedisUrl(10);
const redis = openRedis({ url, logger: silentLogger });
const stream = createActiveStream({ redis, nowMs: Date.now });
const order = (orderId: string, pid = '1000') => ({
  ...{ orderId, pid, aid: '1', cid: '2', type: 'wxpay', pattern: 1 as const },
  expiresAtMs: Date.now() + 180_000,
});
const activate = (...orderIds: readonly string[]) =>
  stream.apply(orderIds.map((orderId) => ({ kind: 'active', order: order(orderId) })));
const pending = async (group: string): Promise<number> => {
  const [count] = (await redis.run((client) => client.xpending(streamKey, group))) as [number];
  return count;
};
const soon = { timeout: 20_000 };

beforeEach(() => redis.run((client) => client.flushdb()));
afterAll(() => redis.close());

/** A client of its own connection; `orders` are those that it was told of. */
function watching(
  group: { name: string; consumer: string } | null,
  over: { pid?: string; onEvent?: () => void } = {},
) {
  const own = openRedis({ url, logger: silentLogger, commandTimeoutMs: 10_000 });
  const stop = new AbortController();
  const events: OrderEvent[] = [];
  const running = watchStream({
    ...{ redis: own, group, pid: over.pid ?? null, signal: stop.signal },
    clock: systemClock,
    backOff: { firstMs: 10, longestMs: 50, random: Math.random },
    onEvent: (event) => {
      events.push(event);
      over.onEvent?.();
    },
  });
  return {
    orders: () => events.flatMap((each) => (each.event === 'active' ? [each.order.orderId] : [])),
    events,
    running,
    close: () => own.close(),
    end: async () => {
      stop.abort();
      await own.close();
      await running;
    },
  };
}

describe('a client of the stream', () => {
  it('is told of all orders, those before it came and those after, with all fields', async () => {
    await activate('A', 'B');
    const client = watching(null);
    await expect.poll(client.orders, soon).toEqual(['A', 'B']);
    await activate('C');
    await expect.poll(client.orders, soon).toEqual(['A', 'B', 'C']);
    expect(client.events[0]).toMatchObject({
      order: { ...{ orderId: 'A', pid: '1000', aid: '1', cid: '2', type: 'wxpay', pattern: '1' } },
    });
    await client.end();
  });

  it('is told of the orders of its merchant only', async () => {
    await stream.apply([{ kind: 'active', order: order('A', '2000') }]);
    await activate('B');
    const client = watching(null, { pid: '1000' });
    await expect.poll(client.orders, soon).toEqual(['B']);
    await client.end();
  });
});

describe('clients of a group', () => {
  it('are told of each order once, among all of them, also after a flush of Redis', async () => {
    await activate('A', 'B', 'C');
    const one = watching({ name: 'phones', consumer: 'one' });
    const two = watching({ name: 'phones', consumer: 'two' });
    const all = () => [...one.orders(), ...two.orders()].sort();
    await expect.poll(all, soon).toEqual(['A', 'B', 'C']);
    await activate('D', 'E');
    await expect.poll(all, soon).toEqual(['A', 'B', 'C', 'D', 'E']);
    await expect.poll(() => pending('phones'), soon).toBe(0);
    await redis.run((client) => client.flushdb());
    await activate('F');
    await expect.poll(all, soon).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
    await one.end();
    await two.end();
  });

  it('are told again of what they had not acknowledged when they died', async () => {
    await dieWith('A');
    const back = watching({ name: 'phones', consumer: 'dead' });
    await expect.poll(back.orders, soon).toEqual(['A']);
    await expect.poll(() => pending('phones'), soon).toBe(0);
    await back.end();
  });

  it('take over what another had that has been silent for long', async () => {
    const id = await dieWith('A');
    const aged = ['IDLE', claimIdleMs + 1_000, 'JUSTID'] as const;
    await redis.run((client) => client.xclaim(streamKey, 'phones', 'dead', 0, id, ...aged));
    const alive = watching({ name: 'phones', consumer: 'alive' });
    await expect.poll(alive.orders, soon).toEqual(['A']);
    await expect.poll(() => pending('phones'), soon).toBe(0);
    await alive.end();
  });
});

/** A client that dies when it is told of an order, before it acknowledges; the id of its entry. */
async function dieWith(orderId: string): Promise<string> {
  await activate(orderId);
  const client = watching(
    { name: 'phones', consumer: 'dead' },
    {
      onEvent: () => {
        throw new Error('killed');
      },
    },
  );
  await expect(client.running).rejects.toThrow('killed');
  await client.close();
  expect(await pending('phones')).toBe(1);
  const [entry] = await redis.run((reader) => reader.xrange(streamKey, '-', '+'));
  return entry?.[0] ?? '';
}

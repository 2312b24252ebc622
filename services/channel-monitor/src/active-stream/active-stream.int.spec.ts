import { silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis, RedisDown } from '@plumbline/redis';
import { createSwitch, testRedisUrl } from '@plumbline/redis/testing';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ActiveOrder } from '../active-order.ts';
import { fieldsOf } from '../active-order.ts';
import { createActiveStream } from './active-stream.ts';
import * as limits from './limits.ts';
import { keys, streamKey } from './scripts.ts';
import { active, ended, entriesIn, order } from './testing/stream-entries.ts';

const url = testRedisUrl(10);
const redis: Redis = openRedis({ url, logger: silentLogger });
const startMs = 1_764_000_000_000;
let nowMs = startMs;
const stream = createActiveStream({ redis, nowMs: () => nowMs });
beforeEach(async () => {
  nowMs = startMs;
  await redis.run((client) => client.flushdb());
});
afterAll(() => redis.close());

const shown = async () => (await entriesIn(redis)).map(({ fields }) => fields['orderId']);
const idOf = async (orderId: string) =>
  (await entriesIn(redis)).find(({ fields }) => fields['orderId'] === orderId)?.id;
const heal = (...orders: readonly ActiveOrder[]) => stream.heal(() => Promise.resolve(orders));
/** Later than the grace: nothing counts as just changed. */
const later = () => {
  nowMs += limits.healGraceMs + 1;
};
const indexSizes = () =>
  redis.run((client) =>
    Promise.all([client.hlen(keys[1]), client.zcard(keys[2]), client.zcard(keys[3])]),
  );

describe('the entry of an active order', () => {
  it('has the fields of contract 0, all text, in its order, and is read as the contract does', async () => {
    const expiresAtMs = nowMs + 180_000;
    await stream.apply([active(order('H202411230001', { expiresAtMs }))]);
    const read = await redis.client.call(
      ...(['XREAD', 'COUNT', '10', 'STREAMS', 'mpay:order:heartbeat', '0-0'] as const),
    );
    expect(read).toEqual([
      [
        'mpay:order:heartbeat',
        [
          [
            expect.stringMatching(/^\d+-\d+$/),
            [
              ...['orderId', 'H202411230001', 'pid', '1000', 'aid', '1', 'cid', '2'],
              ...['type', 'wxpay', 'expiresAt', '2025-11-24T16:03:00.000Z', 'pattern', '1'],
            ],
          ],
        ],
      ],
    ]);
  });

  it('is one, however often it is written, and keeps its id', async () => {
    const change = active(order('A'));
    expect(await stream.apply([change, change])).toMatchObject({ added: 1, removed: 0 });
    const id = await idOf('A');
    expect(await stream.apply([change])).toMatchObject({ added: 0, removed: 0 });
    expect(await shown()).toEqual(['A']);
    expect(await idOf('A')).toBe(id);
  });

  it('is replaced when a field is another', async () => {
    await stream.apply([active(order('A')), active(order('B'))]);
    await stream.apply([active(order('A', { expiresAtMs: nowMs + 999_000 }))]);
    expect(await shown()).toEqual(['B', 'A']);
    expect((await entriesIn(redis))[1]?.fields).toEqual(
      fieldsOf(order('A', { expiresAtMs: nowMs + 999_000 })),
    );
  });

  it('goes when its order ends, once, and may come again', async () => {
    await stream.apply([active(order('A')), active(order('B'))]);
    expect(await stream.apply([ended('A')])).toMatchObject({ added: 0, removed: 1 });
    expect(await stream.apply([ended('A'), ended('never there')])).toMatchObject({ removed: 0 });
    expect(await shown()).toEqual(['B']);
    await stream.apply([active(order('A'))]);
    expect(await shown()).toEqual(['B', 'A']);
  });

  it('is not written once its time is over, and goes when it is', async () => {
    await stream.apply([active(order('late', { expiresAtMs: nowMs }))]);
    expect(await shown()).toEqual([]);
    await stream.apply([active(order('A', { expiresAtMs: nowMs + 1_000 })), active(order('B'))]);
    expect(await stream.dropExpired()).toBe(0);
    nowMs += 1_000;
    expect(await stream.dropExpired()).toBe(1);
    expect(await shown()).toEqual(['B']);
  });

  it('that has expired goes with the next change of any order', async () => {
    await stream.apply([active(order('A', { expiresAtMs: nowMs + 1_000 }))]);
    nowMs += 1_000;
    expect(await stream.apply([active(order('B'))])).toMatchObject({ added: 1, removed: 1 });
    expect(await shown()).toEqual(['B']);
  });

  it('goes with thousands of others when all expire at once', async () => {
    const count = 3 * limits.expiredPerScript + 1;
    const many = Array.from({ length: count }, (_, at) => active(order(`O-${at}`)));
    expect(await stream.apply(many)).toMatchObject({ added: count });
    nowMs += 180_000;
    expect(await stream.dropExpired()).toBe(count);
    expect(await indexSizes()).toEqual([0, 0, count]);
  });
});

it('leaves nothing behind of orders that ended long ago', async () => {
  await stream.apply([active(order('A')), ended('A'), ended('B')]);
  expect(await indexSizes()).toEqual([0, 0, 2]);
  nowMs += limits.changesKeptMs + 1;
  await stream.apply([]);
  expect(await indexSizes()).toEqual([0, 0, 0]);
});

it('stands right after any order of changes of two processes at once', async () => {
  const other = openRedis({ url, logger: silentLogger });
  const second = createActiveStream({ redis: other, nowMs: () => nowMs });
  const orders = Array.from({ length: 40 }, (_, at) => order(`O-${at}`));
  const half = orders.filter((_, at) => at % 2 === 0);
  // Both carry out everything, as after a change of hands.
  const changes = orders.flatMap((each) => [active(each), active(each)]);
  const ends = half.map(({ orderId }) => ended(orderId));
  for (const step of [changes, ends])
    await Promise.all(
      [stream, second].flatMap((each) => step.map((change) => each.apply([change]))),
    );
  expect((await shown()).sort()).toEqual(
    orders.flatMap(({ orderId }, at) => (at % 2 === 1 ? [orderId] : [])).sort(),
  );
  expect((await indexSizes()).slice(0, 2)).toEqual([20, 20]);
  await other.close();
});

describe('a healing', () => {
  const [a, b, c] = [order('A'), order('B'), order('C')];

  it('fills what was flushed, and says so afterwards', async () => {
    await heal(a, b);
    expect(await stream.apply([active(c)])).toMatchObject({ isWhole: true });
    await redis.run((client) => client.flushdb());
    expect(await stream.isWhole()).toBe(false);
    expect(await stream.apply([])).toMatchObject({ isWhole: false });
    expect(await heal(a, b, c)).toEqual({ added: 3, removed: 0, kept: 0 });
    expect(await stream.isWhole()).toBe(true);
    expect(await shown()).toEqual(['A', 'B', 'C']);
  });

  it('touches nothing that is right, takes out what ended, and puts in what is missing', async () => {
    await stream.apply([active(a), active(b), active(order('C', { aid: '9' }))]);
    const id = await idOf('A');
    later();
    const [d, wrong] = [order('D'), order('C')];
    expect(await heal(a, wrong, d)).toEqual({ added: 2, removed: 1, kept: 1 });
    expect(await idOf('A')).toBe(id);
    expect(await shown()).toEqual(['A', 'C', 'D']);
    expect((await entriesIn(redis))[1]?.fields).toEqual(fieldsOf(wrong));
    expect(await heal(a, wrong, d)).toEqual({ added: 0, removed: 0, kept: 3 });
  });

  it('drops what expired, in Redis and in what is read', async () => {
    await stream.apply([active(a)]);
    nowMs += 180_000;
    expect(await heal(a, b)).toEqual({ added: 0, removed: 1, kept: 0 });
    expect(await indexSizes()).toMatchObject([0, 0, 1]);
  });

  it('with an older reading takes back nothing that was just written', async () => {
    await stream.apply([active(a), active(b)]);
    later();
    await stream.apply([ended('A'), active(c)]);
    // As the read model stood before.
    expect(await heal(a, b)).toEqual({ added: 0, removed: 0, kept: 1 });
    expect(await shown()).toEqual(['B', 'C']);
    later();
    await heal(b);
    expect(await shown()).toEqual(['B']);
  });

  it('takes back nothing that changes while it reads', async () => {
    await stream.apply([active(a)]);
    later();
    await stream.heal(async () => {
      await stream.apply([ended('A'), active(b)]);
      return [a];
    });
    expect(await shown()).toEqual(['B']);
  });

  it.each([
    ['the hash', keys[1]],
    ['the expiries', keys[2]],
  ])('keeps the entries when only %s was lost', async (_, key) => {
    await heal(a, b);
    const before = await entriesIn(redis);
    await redis.run((client) => client.del(key));
    later();
    expect(await heal(a, b)).toEqual({ added: 0, removed: 0, kept: 2 });
    expect(await entriesIn(redis)).toEqual(before);
    nowMs = startMs + 180_000;
    expect(await stream.dropExpired()).toBe(2);
  });

  it('writes anew when only the stream was lost', async () => {
    await heal(a, b);
    await redis.run((client) => client.del(streamKey));
    expect(await stream.isWhole()).toBe(false);
    expect(await heal(a, b)).toMatchObject({ added: 2, kept: 0 });
    expect(await shown()).toEqual(['A', 'B']);
  });

  it('takes out what others put in: a second entry, and one that is no order', async () => {
    await heal(a);
    await redis.run((client) => client.xadd(streamKey, '*', ...Object.entries(fieldsOf(a)).flat()));
    await redis.run((client) => client.xadd(streamKey, '*', 'x', 'y'));
    await redis.run((client) => client.xadd(streamKey, '*', ...Object.entries(fieldsOf(b)).flat()));
    expect(await stream.isWhole()).toBe(false);
    expect(await heal(a)).toEqual({ added: 0, removed: 3, kept: 1 });
    expect(await shown()).toEqual(['A']);
    expect(await stream.isWhole()).toBe(true);
  });

  it('by two processes at once makes one entry of each', async () => {
    const orders = Array.from({ length: 500 }, (_, at) => order(`O-${at}`));
    await Promise.all([heal(...orders), heal(...orders)]);
    expect((await shown()).length).toBe(500);
    expect(new Set(await shown()).size).toBe(500);
    expect(await stream.isWhole()).toBe(true);
  });

  it('goes through pages', async () => {
    const orders = Array.from({ length: 2 * limits.pageEntries + 1 }, (_, at) => order(`O-${at}`));
    await heal(...orders);
    later();
    expect(await heal(...orders.slice(1))).toEqual({
      ...{ added: 0, removed: 1, kept: 2 * limits.pageEntries },
    });
  });
});

it('says that Redis is away, and carries on when the call is repeated', async () => {
  const redisSwitch = createSwitch();
  await redisSwitch.on();
  const away = openRedis({ url: redisSwitch.url, logger: silentLogger });
  const cut = createActiveStream({ redis: away, nowMs: () => nowMs });
  await away.run((client) => client.flushdb());
  await cut.apply([active(order('A'))]);
  await redisSwitch.off();
  await vi.waitFor(() => expect(away.health().ok).toBe(false));
  await expect(cut.apply([active(order('B'))])).rejects.toBeInstanceOf(RedisDown);
  await expect(cut.heal(() => Promise.resolve([]))).rejects.toBeInstanceOf(RedisDown);
  await expect(cut.dropExpired()).rejects.toBeInstanceOf(RedisDown);
  await redisSwitch.on();
  await vi.waitFor(() => away.ping(), { timeout: 5_000, interval: 20 });
  expect(await cut.apply([active(order('B'))])).toMatchObject({ added: 1 });
  await away.run((client) => client.flushdb());
  await away.close();
  await redisSwitch.off();
});

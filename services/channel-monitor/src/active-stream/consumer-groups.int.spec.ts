import { silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis } from '@plumbline/redis';
import { testRedisUrl } from '@plumbline/redis/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createActiveStream } from './active-stream.ts';
import * as limits from './limits.ts';
import { streamKey } from './scripts.ts';
import type { ReadEntry } from './testing/stream-entries.ts';
import { active, ended, entryOf, order } from './testing/stream-entries.ts';

/**
 * What monitor clients that share the work in a group may rely on. Redis 6.2, which the local stack
 * runs, knows all commands that are used here.
 */
const redis: Redis = openRedis({ url: testRedisUrl(10), logger: silentLogger });
const startMs = 1_764_000_000_000;
let nowMs = startMs;
const stream = createActiveStream({ redis, nowMs: () => nowMs });
const group = 'monitors';
beforeEach(async () => {
  nowMs = startMs;
  await redis.run((client) => client.flushdb());
  await makeGroup();
});
afterAll(() => redis.close());

const makeGroup = (name = group) =>
  redis.run((client) => client.xgroup('CREATE', streamKey, name, '0', 'MKSTREAM'));

type Reply = readonly (readonly [string, readonly [string, string[]][]])[] | null;

/** Entries that the group was not given yet; from an id on, those that the consumer still has. */
async function read(consumer: string, from = '>'): Promise<readonly ReadEntry[]> {
  const reply = (await redis.run((client) =>
    client.xreadgroup('GROUP', group, consumer, 'COUNT', 10, 'STREAMS', streamKey, from),
  )) as Reply;
  return (reply?.[0]?.[1] ?? []).map(entryOf);
}
const ordersOf = (entries: readonly ReadEntry[]) => entries.map(({ fields }) => fields['orderId']);
const acknowledge = (entries: readonly ReadEntry[], name = group) =>
  redis.run((client) => client.xack(streamKey, name, ...entries.map(({ id }) => id)));
/** How many are pending, and whose. */
const pending = async (name = group) => {
  const [count, , , consumers] = (await redis.run((client) =>
    client.xpending(streamKey, name),
  )) as [number, unknown, unknown, [string, string][] | null];
  return { count, consumers: Object.fromEntries(consumers ?? []) as Record<string, string> };
};
/** What other consumers have had for so long, and nobody acknowledged, goes to this one. */
const claim = async (consumer: string, idleMs = 0) => {
  const [, entries] = (await redis.run((client) =>
    client.xautoclaim(streamKey, group, consumer, idleMs, '0'),
  )) as [string, ([string, string[]] | null)[]];
  return entries.map((entry) => (entry === null ? null : entryOf(entry)));
};
const heal = (...orderIds: readonly string[]) =>
  stream.heal(() => Promise.resolve(orderIds.map((orderId) => order(orderId))));

describe('a group of monitor clients', () => {
  it('is given each order once, among all its clients', async () => {
    await stream.apply(['A', 'B', 'C'].map((id) => active(order(id))));
    const one = await read('one');
    expect(ordersOf(one)).toEqual(['A', 'B', 'C']);
    expect(await read('two')).toEqual([]);
    await stream.apply([active(order('D')), active(order('A'))]);
    expect(ordersOf(await read('two'))).toEqual(['D']);
    expect(await pending()).toEqual({ count: 4, consumers: { one: '3', two: '1' } });
    expect(await acknowledge(one)).toBe(3);
    expect(await pending()).toEqual({ count: 1, consumers: { two: '1' } });
  });

  it('beside another group is given everything all the same', async () => {
    await makeGroup('others');
    await stream.apply([active(order('A'))]);
    expect(ordersOf(await read('one'))).toEqual(['A']);
    const others = await redis.run((client) =>
      client.xreadgroup('GROUP', 'others', 'x', 'STREAMS', streamKey, '>'),
    );
    expect(JSON.stringify(others)).toContain('"A"');
  });

  it('is not given an order that ended before anybody read it', async () => {
    await stream.apply([active(order('A')), active(order('B')), ended('A')]);
    expect(ordersOf(await read('one'))).toEqual(['B']);
  });

  it('is given an order anew when a field of it is another', async () => {
    await stream.apply([active(order('A'))]);
    await acknowledge(await read('one'));
    await stream.apply([active(order('A', { aid: '7' }))]);
    expect((await read('one')).map(({ fields }) => fields['aid'])).toEqual(['7']);
  });
});

describe('what a dead client left', () => {
  it('is claimed by a living one once it has been idle, and can be acknowledged by it', async () => {
    await stream.apply([active(order('A')), active(order('B'))]);
    await read('dead');
    expect(await claim('alive', 60_000)).toEqual([]);
    const claimed = await claim('alive');
    expect(claimed.map((entry) => entry?.fields['orderId'])).toEqual(['A', 'B']);
    expect(await pending()).toEqual({ count: 2, consumers: { alive: '2' } });
    expect(await acknowledge(claimed.filter((entry) => entry !== null))).toBe(2);
    expect(await pending()).toEqual({ count: 0, consumers: {} });
  });

  it('and the client finds again itself when it comes back', async () => {
    await stream.apply([active(order('A')), active(order('B'))]);
    const [first] = await read('one');
    await acknowledge(first === undefined ? [] : [first]);
    expect(ordersOf(await read('one', '0'))).toEqual(['B']);
  });

  it('without what ended meanwhile: it is pending no more, for no group', async () => {
    await makeGroup('others');
    await stream.apply(['A', 'B', 'C'].map((id) => active(order(id))));
    await read('dead');
    await redis.run((client) =>
      client.xreadgroup('GROUP', 'others', 'x', 'STREAMS', streamKey, '>'),
    );
    await stream.apply([ended('A')]);
    expect([(await pending()).count, (await pending('others')).count]).toEqual([2, 2]);
    expect(ordersOf(await read('dead', '0'))).toEqual(['B', 'C']);
    nowMs += 180_000;
    await stream.dropExpired();
    expect([(await pending()).count, (await pending('others')).count]).toEqual([0, 0]);
    expect(await claim('alive')).toEqual([]);
  });

  it('with a nil for what somebody else deleted, which a client passes over', async () => {
    await stream.apply([active(order('A')), active(order('B'))]);
    const [first] = await read('dead');
    // By hand, not by us: nobody acknowledges it. Redis 7 and later leave it out instead.
    await redis.run((client) => client.xdel(streamKey, first?.id ?? ''));
    expect((await pending()).count).toBe(2);
    const claimed = await claim('alive');
    expect(
      claimed.filter((entry) => entry !== null).map(({ fields }) => fields['orderId']),
    ).toEqual(['B']);
  });

  it('and acknowledged too late does no harm', async () => {
    await stream.apply([active(order('A'))]);
    const given = await read('slow');
    await stream.apply([ended('A')]);
    expect(await acknowledge(given)).toBe(0);
  });
});

describe('a healing', () => {
  const later = () => {
    nowMs += limits.healGraceMs + 1;
  };

  it('moves no group that stands right, and gives it what was missing', async () => {
    await stream.apply([active(order('A')), active(order('B')), active(order('C'))]);
    const [a] = await read('one');
    await acknowledge(a === undefined ? [] : [a]);
    later();
    await heal('A', 'B', 'D');
    // A is not given again, B is still with its client, C is gone, D is new.
    expect(ordersOf(await read('one', '0'))).toEqual(['B']);
    expect(ordersOf(await read('one'))).toEqual(['D']);
    expect(await pending()).toEqual({ count: 2, consumers: { one: '2' } });
  });

  it('after a flush fills the stream, and a group that is made again is given everything', async () => {
    await heal('A', 'B');
    await acknowledge(await read('one'));
    await redis.run((client) => client.flushdb());
    await expect(read('one')).rejects.toThrow(/^NOGROUP/);
    await heal('A', 'B');
    await makeGroup();
    expect(ordersOf(await read('one'))).toEqual(['A', 'B']);
  });

  it('leaves groups where they are even when no order is active', async () => {
    await stream.apply([active(order('A'))]);
    await read('one');
    later();
    await heal();
    expect(await pending()).toEqual({ count: 0, consumers: {} });
    await stream.apply([active(order('B'))]);
    expect(ordersOf(await read('one'))).toEqual(['B']);
  });
});

it('a client that waits is given a new order at once', async () => {
  const waiting = openRedis({
    ...{ url: testRedisUrl(10), logger: silentLogger, commandTimeoutMs: 10_000 },
  });
  await waiting.ping();
  const given = waiting.client.xreadgroup(
    ...(['GROUP', group, 'one', 'COUNT', 1, 'BLOCK', 8_000, 'STREAMS', streamKey, '>'] as const),
  );
  await stream.apply([active(order('A'))]);
  expect(JSON.stringify(await given)).toContain('"A"');
  await waiting.close();
});

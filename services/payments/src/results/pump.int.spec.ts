import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis, RedisDown } from '@plumbline/redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entriesPerScript } from './limits.ts';
import type { Pump, PumpOptions } from './pump.ts';
import { startPump } from './pump.ts';
import type { RedisStreams } from './redis-streams.ts';
import { createRedisStreams, positionsKey } from './redis-streams.ts';
import type { TestResult } from './testing/results-log.ts';
import {
  createResultsCodec,
  entriesIn,
  eventId,
  eventIdsIn,
  resultRecord,
  testRedisUrl,
} from './testing/results-log.ts';

const topic = topics.resultsEvents.name;
const redis: Redis = openRedis({ url: testRedisUrl(12), logger: silentLogger });
const streams = createRedisStreams(redis);
const hourMs = 3_600_000;
let codec: Codec;
let log: MemoryLog;
/** The broker's clock. */
let brokerMs = 0;
const pumps: Pump[] = [];
let leftOut = 0;

beforeAll(async () => {
  codec = await createResultsCodec();
});
beforeEach(async () => {
  brokerMs = Date.UTC(2026, 0, 1);
  leftOut = 0;
  log = createMemoryLog({
    topics: [{ name: topic, partitions: 1 }],
    clock: { nowMs: () => brokerMs },
  });
  await redis.run((client) => client.flushdb());
});
afterEach(async () => {
  for (const pump of pumps.splice(0)) await pump.stop();
  await log.close();
});
afterAll(() => redis.close());

function pump(over: Partial<PumpOptions> = {}): Pump {
  const started = startPump({
    ...{ partition: 0, log, codec, streams, logger: silentLogger, keepMs: 168 * hourMs },
    ...{ nowMs: () => brokerMs, appended: () => undefined, leftOut: () => (leftOut += 1) },
    ...over,
  });
  pumps.push(started);
  return started;
}

/** Results of so many orders in turn, from a version on: `O0#1 O1#1 … O0#2 …`. */
function results(count: number, { orders = 3, from = 0 } = {}): readonly TestResult[] {
  return Array.from({ length: count }, (_, n) => {
    const at = from + n;
    return { orderNo: `O${at % orders}`, version: Math.floor(at / orders) + 1 };
  });
}

function append(some: readonly TestResult[]): readonly string[] {
  for (const result of some) log.appendRaw(resultRecord(result, { codec, partitions: 1 }));
  return some.map(eventId);
}

const arrives = (ids: readonly string[]) =>
  expect.poll(() => eventIdsIn(redis), { timeout: 10_000, interval: 20 }).toEqual(ids);

/** Each event where it came first. */
const firsts = (ids: readonly string[]): readonly string[] => [...new Set(ids)];

describe('the streams', () => {
  it('get every result once, in the order of the log, in one script for many', async () => {
    let scripts = 0;
    const counting: RedisStreams = {
      ...streams,
      append: (step) => {
        scripts += 1;
        expect(step.entries.length).toBeLessThanOrEqual(entriesPerScript);
        return streams.append(step);
      },
    };
    const count = 3 * entriesPerScript + 1;
    const before = append(results(count));
    const running = pump({ streams: counting });
    await arrives(before);
    expect(scripts).toBe(4);
    const after = append(results(5, { from: count }));
    await arrives([...before, ...after]);
    await expect.poll(() => running.view()).toMatchObject({ status: 'running', lagRecords: 0n });
  });

  it('get payments and refunds apart, each with its own fields', async () => {
    const order = { orderNo: 'O1', tenant: 'demo_app' };
    append([
      { ...order, version: 1, payment: { gatewayTransactionId: 'G-1' } },
      { ...order, version: 2, refund: { refundOrderId: 'r-1', newStatus: 'failed' } },
    ]);
    pump();
    await expect.poll(() => eventIdsIn(redis, 'refund_results')).toEqual(['O1#2']);
    const [payment] = await entriesIn(redis, 'payment_results');
    const [refund] = await entriesIn(redis, 'refund_results');
    expect(Object.keys(payment?.fields ?? {})).toEqual([
      ...['event_type', 'payment_order_id', 'app_id', 'merchant_order_id', 'old_status'],
      ...['new_status', 'gateway_transaction_id', 'amount', 'timestamp', 'event_id'],
    ]);
    expect(Object.keys(refund?.fields ?? {})).toEqual([
      ...['event_type', 'refund_order_id', 'payment_order_id', 'app_id', 'old_status'],
      ...['new_status', 'gateway_refund_id', 'amount', 'timestamp', 'event_id'],
    ]);
    expect(refund?.fields).toMatchObject({ gateway_refund_id: '', new_status: 'failed' });
  });

  it('get nothing twice from two pumps at once', async () => {
    const other = openRedis({ url: testRedisUrl(12), logger: silentLogger });
    let added = 0;
    const appended: PumpOptions['appended'] = ({ length }) => (added += length);
    pump({ appended });
    pump({ appended, streams: createRedisStreams(other) });
    const all: string[] = [];
    for (let round = 0; round < 40; round += 1) {
      all.push(...append(results(20, { from: round * 20 })));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await arrives(all);
    await Promise.all(pumps.map((each) => each.stop()));
    expect(await eventIdsIn(redis)).toEqual(all);
    expect(added).toBe(all.length);
    await other.close();
  });

  it.each(['before', 'after'])(
    'get every result once when the answer of a script was lost %s it ran, each time',
    async (when) => {
      let calls = 0;
      const lossy: RedisStreams = {
        ...streams,
        async append(step) {
          calls += 1;
          if (calls % 2 === 0) return streams.append(step);
          if (when === 'after') await streams.append(step);
          throw new RedisDown('the test cut the connection');
        },
      };
      const all = append(results(4 * entriesPerScript));
      pump({ streams: lossy });
      await arrives(all);
    },
  );

  it('go on where a pump died', async () => {
    const all = append(results(3 * entriesPerScript));
    const dying = pump({
      streams: {
        ...streams,
        // One script, and never another answer: as if the process were gone.
        append: async (step) =>
          step.from === null ? streams.append(step) : new Promise<never>(() => undefined),
      },
    });
    await arrives(all.slice(0, entriesPerScript));
    pump();
    await arrives(all);
    expect(dying.view().lagRecords).toBeNull();
    pumps.shift();
  });

  it('wait for a Redis that is away, and say so', async () => {
    const away = openRedis({ url: 'redis://127.0.0.1:1', logger: silentLogger });
    const waiting = pump({ streams: createRedisStreams(away) });
    await expect
      .poll(() => waiting.view())
      .toMatchObject({
        status: 'waiting',
        problem: expect.stringContaining('127.0.0.1:1') as string,
      });
    await away.close();
  });

  it('leave out what is no result, and go on', async () => {
    append([{ orderNo: 'O1', version: 1 }]);
    const key = Buffer.from('app/O1');
    log.appendRaw({ topic, partition: 0, key, value: Buffer.from('nonsense'), headers: {} });
    append([{ orderNo: 'O1', version: 2 }]);
    pump();
    await arrives(['O1#1', 'O1#2']);
    expect(leftOut).toBe(1);
  });
});

describe('a Redis that lost what it had', () => {
  it('is told again, in the order of each payment, when it was flushed in the middle', async () => {
    const count = 2 * entriesPerScript;
    const seen: string[] = [];
    const before = append(results(count));
    pump();
    await arrives(before);
    seen.push(...(await eventIdsIn(redis)));
    await redis.run((client) => client.flushdb());
    const after = append(results(count, { from: count }));
    await arrives([...before, ...after]);
    seen.push(...(await eventIdsIn(redis)));
    expect(firsts(seen)).toEqual([...before, ...after]);
  });

  it('is told again though nothing happens any more', async () => {
    const all = append(results(10));
    pump();
    await arrives(all);
    await redis.run((client) => client.flushdb());
    await arrives(all);
  });

  it('is told again when a client deleted a stream, and nothing of it was lost in between', async () => {
    const all = append(results(10));
    pump();
    await arrives(all);
    await redis.run((client) => client.del('payment_results'));
    await arrives(all);
  });

  it('goes on from the older copy that it was restored from', async () => {
    const before = append(results(entriesPerScript));
    pump();
    await arrives(before);
    const copies = await Promise.all(
      [positionsKey, 'payment_results'].map(async (key) => ({
        key,
        bytes: await redis.run((client) => client.dumpBuffer(key)),
      })),
    );
    const after = append(results(entriesPerScript, { from: entriesPerScript }));
    await arrives([...before, ...after]);
    const restore = redis.client.multi();
    for (const { key, bytes } of copies) restore.restore(key, 0, bytes, 'REPLACE');
    await restore.exec();
    expect(await eventIdsIn(redis)).toEqual(before);
    await arrives([...before, ...after]);
  });

  it('is told of what is not older than entries are kept', async () => {
    append(results(10));
    brokerMs += 100 * hourMs;
    const young = append(results(10, { from: 10 }));
    brokerMs += 100 * hourMs;
    pump();
    await arrives(young);
    const next = append(results(3, { from: 20 }));
    await arrives([...young, ...next]);
  });

  it('begins at the end of a log in which everything is too old', async () => {
    append(results(10));
    brokerMs += 1_000 * hourMs;
    const running = pump();
    await expect.poll(() => running.view().status).toBe('running');
    const next = append(results(1, { from: 10 }));
    await arrives(next);
  });
});

describe('a position that does not fit the log', () => {
  const stopped = (problem: string) => ({
    status: 'failed',
    problem: expect.stringContaining(problem) as string,
  });

  it('of a topic that was made anew stops the pump, until somebody says what to do', async () => {
    append(results(10));
    const first = pump();
    await expect.poll(() => first.view().lagRecords).toBe(0n);
    log.recreateTopic(topic);
    const fresh = append(results(3, { from: 50 }));
    await expect.poll(() => first.view(), { timeout: 10_000 }).toMatchObject(stopped('made anew'));
    expect(await eventIdsIn(redis)).toHaveLength(10);
    await redis.run((client) => client.del(positionsKey, 'payment_results'));
    await arrives(fresh);
    await expect.poll(() => first.view().status).toBe('running');
  });

  it('beyond its end, or before its start, likewise', async () => {
    append(results(10));
    const [described] = await log.describeTopics([topic]);
    const incarnation = described?.incarnation ?? '';
    const to = { incarnation, nextOffset: 11n };
    await streams.append({ partition: 0, from: null, to, entries: [] });
    const beyond = pump();
    await expect.poll(() => beyond.view()).toMatchObject(stopped('which now holds 0 to 10'));
    await beyond.stop();
    const behind = { incarnation, nextOffset: 2n };
    await streams.append({ partition: 0, from: to, to: behind, entries: [] });
    log.deleteBefore({ topic, partition: 0, offset: 5n });
    const before = pump();
    await expect.poll(() => before.view()).toMatchObject(stopped('which now holds 5 to 10'));
  });
});

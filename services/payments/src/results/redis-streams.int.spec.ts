import { silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis } from '@plumbline/redis';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisStreams, readStreamPositions } from './redis-streams.ts';
import type { ReadEntry } from './testing/results-log.ts';
import { entriesIn, readOne, testRedisUrl } from './testing/results-log.ts';

const redis: Redis = openRedis({ url: testRedisUrl(11), logger: silentLogger });
const streams = createRedisStreams(redis);
const stream = 'payment_results';
const hourMs = 3_600_000;
/** As configured by default: a day at least, a week at most. */
const keep = { minMs: 24 * hourMs, keepMs: 168 * hourMs };

beforeEach(async () => {
  await redis.run((client) => client.flushdb());
});
afterAll(() => redis.close());

/** Entries of so many hours ago, oldest first. */
async function haveEntries(...hours: readonly number[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const hour of hours) {
    const ms = Date.now() - hour * hourMs;
    const id = await redis.run((client) => client.xadd(stream, `${ms}-0`, 'hours', String(hour)));
    ids.push(id ?? '');
  }
  return ids;
}
const group = (from = '0', name = 'main_app') =>
  redis.run((client) => client.xgroup('CREATE', stream, name, from, 'MKSTREAM'));
const read = (count: number) =>
  times(count, () => readOne(redis.client, { stream, consumer: 'c' }));
const acknowledge = (entries: readonly (ReadEntry | null)[]) =>
  redis.run((client) => client.xack(stream, 'main_app', ...entries.map((each) => each?.id ?? '')));
const hoursLeft = async () =>
  (await entriesIn(redis, stream)).map(({ fields }) => Number(fields['hours']));

async function times<T>(count: number, work: () => Promise<T>): Promise<readonly T[]> {
  const done: T[] = [];
  for (let at = 0; at < count; at += 1) done.push(await work());
  return done;
}

describe('trimming', () => {
  it('leaves a stream that is not there alone', async () => {
    expect(await streams.trim(stream, keep)).toBe(0);
    expect(await redis.run((client) => client.exists(stream))).toBe(0);
  });

  it('goes by age alone while nobody reads', async () => {
    await haveEntries(200, 169, 167, 30, 1);
    expect(await streams.trim(stream, keep)).toBe(2);
    expect(await hoursLeft()).toEqual([167, 30, 1]);
  });

  it('removes what every group has done with, once it is a day old', async () => {
    await haveEntries(100, 50, 30, 20, 1);
    await group();
    await acknowledge(await read(4));
    expect(await streams.trim(stream, keep)).toBe(3);
    expect(await hoursLeft()).toEqual([20, 1]);
  });

  it('keeps what a group has not been given', async () => {
    await haveEntries(100, 50, 30);
    await group();
    expect(await streams.trim(stream, keep)).toBe(0);
    await acknowledge(await read(1));
    expect(await streams.trim(stream, keep)).toBe(1);
    expect(await hoursLeft()).toEqual([50, 30]);
  });

  it('keeps what was given and not acknowledged, and everything after it', async () => {
    await haveEntries(100, 50, 40, 30);
    await group();
    const [first, , third, fourth] = await read(4);
    await acknowledge([first ?? null, third ?? null, fourth ?? null]);
    expect(await streams.trim(stream, keep)).toBe(1);
    expect(await hoursLeft()).toEqual([50, 40, 30]);
  });

  it('goes by the slowest group', async () => {
    await haveEntries(100, 50, 30);
    await group('$', 'before');
    await group('$', 'up to date');
    await group('0', 'main_app');
    await acknowledge(await read(1));
    await streams.trim(stream, keep);
    expect(await hoursLeft()).toEqual([50, 30]);
  });

  it('keeps nothing beyond the longest age, pending or not', async () => {
    await haveEntries(200, 169, 50);
    await group();
    await read(2);
    expect(await streams.trim(stream, keep)).toBe(2);
    expect(await hoursLeft()).toEqual([50]);
  });

  it('tells entries of one millisecond apart', async () => {
    const ms = Date.now() - 30 * hourMs;
    for (const [seq, hours] of ['a', 'b', 'c'].entries())
      await redis.run((client) => client.xadd(stream, `${ms}-${seq}`, 'hours', hours));
    await group();
    await acknowledge(await read(2));
    expect(await streams.trim(stream, keep)).toBe(2);
    expect((await entriesIn(redis)).map(({ fields }) => fields['hours'])).toEqual(['c']);
  });

  it('does not make a group of tomorrow miss what came today', async () => {
    await haveEntries(23, 1);
    await group('0', 'today');
    await redis.run((client) =>
      client.xreadgroup('GROUP', 'today', 'c', 'NOACK', 'STREAMS', stream, '>'),
    );
    await streams.trim(stream, keep);
    await group();
    expect((await read(2)).map((entry) => entry?.fields['hours'])).toEqual(['23', '1']);
  });
});

describe('a position', () => {
  const at = (nextOffset: bigint, incarnation = 'log') => ({ incarnation, nextOffset });
  const entry = (fields: readonly string[]) => ({ stream: 'payment_results', fields }) as const;
  const append = async (
    from: ReturnType<typeof at> | null,
    to: ReturnType<typeof at>,
    partition = 0,
  ) => {
    const entries = [entry(['to', String(to.nextOffset)])];
    const { added, position } = await streams.append({ partition, from, to, entries });
    expect(added).toBe(position?.nextOffset === to.nextOffset);
    return position;
  };
  const written = async () => (await entriesIn(redis)).map(({ fields }) => fields['to']);

  it('moves with the entries, from where it stands and from nowhere else', async () => {
    expect(await streams.position(0)).toBeNull();
    expect(await append(null, at(5n))).toEqual(at(5n));
    expect(await append(null, at(7n))).toEqual(at(5n));
    expect(await append(at(4n), at(7n))).toEqual(at(5n));
    expect(await append(at(5n, 'other'), at(7n))).toEqual(at(5n));
    expect(await append(at(5n), at(9n))).toEqual(at(9n));
    expect(await append(null, at(3n), 1)).toEqual(at(3n));
    expect(await written()).toEqual(['5', '9', '3']);
    expect(await streams.position(0)).toEqual(at(9n));
    expect(await streams.position(2)).toBeNull();
    expect(await readStreamPositions(redis)).toEqual(
      new Map([
        [0, at(9n)],
        [1, at(3n)],
      ]),
    );
  });

  it('stays when the streams are trimmed, to the last entry', async () => {
    await append(null, at(5n));
    await redis.run((client) => client.xtrim(stream, 'MAXLEN', 0));
    expect(await streams.position(0)).toEqual(at(5n));
  });

  it('moves on without entries, too', async () => {
    const step = { partition: 0, from: null, to: at(2n), entries: [] };
    expect(await streams.append(step)).toEqual({ added: true, position: at(2n) });
    expect(await streams.append(step)).toEqual({ added: false, position: at(2n) });
    expect(await redis.run((client) => client.exists(stream))).toBe(0);
    expect(await streams.position(0)).toEqual(at(2n));
  });

  it.each([
    ['deleted', () => redis.run((client) => client.del(stream))],
    [
      'deleted, and made again by a client',
      async () => {
        await redis.run((client) => client.del(stream));
        await group();
      },
    ],
  ])('is worth nothing once a stream was %s', async (_, lose) => {
    await append(null, at(5n));
    await append(null, at(6n), 1);
    await lose();
    expect(await append(at(5n), at(9n))).toBeNull();
    expect([await streams.position(0), await streams.position(1)]).toEqual([null, null]);
    expect(await append(null, at(3n))).toEqual(at(3n));
    expect(await written()).toEqual(['3']);
  });
});

describe('a documented client', () => {
  const entries = (...appIds: readonly string[]) =>
    streams.append({
      ...{ partition: 0, from: null, to: { incarnation: 'log', nextOffset: 1n } },
      entries: appIds.map((id) => ({ stream: 'payment_results', fields: ['app_id', id] }) as const),
    });
  const one = (consumer = 'demo_app_consumer') =>
    readOne(redis.client, { stream, consumer, blockMs: 10 });

  it('makes its group before there is anything, and reads from the first entry on', async () => {
    await group();
    expect(await one()).toBeNull();
    await entries('other', 'demo_app');
    const first = await one();
    expect(first?.fields['app_id']).toBe('other');
    await acknowledge([first]);
    const second = await one();
    expect(second?.fields['app_id']).toBe('demo_app');
    await acknowledge([second]);
    expect(await one()).toBeNull();
    const [pending] = (await redis.run((client) => client.xpending(stream, 'main_app'))) as [
      number,
    ];
    expect(pending).toBe(0);
  });

  it('that is waiting is given an entry at once', async () => {
    await group();
    const waiting = openRedis({
      url: testRedisUrl(11),
      logger: silentLogger,
      commandTimeoutMs: 5_000,
    });
    await waiting.ping();
    const given = readOne(waiting.client, {
      stream,
      consumer: 'demo_app_consumer',
      blockMs: 3_000,
    });
    await entries('demo_app');
    expect((await given)?.fields['app_id']).toBe('demo_app');
    await waiting.close();
  });

  it('that dies leaves what it did not acknowledge to be claimed', async () => {
    await group();
    await entries('demo_app', 'demo_app');
    const given = [await one('dead'), await one('dead')];
    await streams.trim(stream, { minMs: 0, keepMs: hourMs });
    const [, claimed] = (await redis.run((client) =>
      client.xautoclaim(stream, 'main_app', 'alive', 0, '0'),
    )) as [string, readonly [string, string[]][]];
    expect(claimed.map(([id]) => id)).toEqual(given.map((entry) => entry?.id));
    expect(claimed.map(([, texts]) => texts)).toEqual([
      ['app_id', 'demo_app'],
      ['app_id', 'demo_app'],
    ]);
  });
});

import { encodeEnvelope, topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Redis } from '@plumbline/redis';
import { brokerTimeMs, projectionSource } from '../lag/lag-sources.ts';
import { measureLag } from '../lag/measure-lag.ts';
import { allProjections } from '../projections.ts';
import { CliFailure } from '../session/failure.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import type { ReaderLag } from './lag.ts';
import { lagLines, showLag } from './lag.ts';

const at = { topic: 'in', partition: 0 };
const clock = { ms: 1_000_000, nowMs: () => clock.ms };
const { signal } = new AbortController();
let log: MemoryLog;

beforeEach(() => {
  clock.ms = 1_000_000;
  log = createMemoryLog({ clock, topics: [{ name: 'in', partitions: 1 }] });
});

afterEach(() => log.close());

const record = () => ({ ...at, key: Buffer.from('k'), value: Buffer.from('v'), headers: {} });

/** So many records, committed, and the marker behind them. */
async function commit(count: number): Promise<void> {
  const producer = await log.openTransactionalProducer({ transactionalId: 't' });
  await producer.transact(Array.from({ length: count }, record));
  await producer.close();
}

async function lagAt(offset: bigint) {
  const positions = [{ ...at, offset }];
  const [lag] = await measureLag({ log, positions, brokerNowMs: clock.ms, signal });
  return lag;
}

describe('the lag of a position', () => {
  it('is 0 when nothing but markers is left', async () => {
    await commit(3);
    expect((await log.ends(at)).lastStableOffset).toBe(4n);
    const none = { records: 0n, events: 0, seconds: 0, problem: null };
    expect(await lagAt(3n)).toMatchObject(none);
    expect(await lagAt(4n)).toMatchObject(none);
  });

  it('counts offsets to the last stable one, and the committed events among them', async () => {
    await commit(2);
    const aborted = await log.openTransactionSession('a');
    await aborted.send([record(), record(), record()]);
    await aborted.abort();
    clock.ms += 10_000;
    await commit(1);
    const open = await log.openTransactionSession('b');
    await open.send([record()]);
    clock.ms += 2_500;
    // 0 1 | marker 2 | aborted 3 4 5 | marker 6 | 7 | marker 8 | open 9
    expect(await lagAt(0n)).toMatchObject({ records: 9n, events: 3, seconds: 12.5 });
    expect(await lagAt(2n)).toMatchObject({ records: 7n, events: 1, seconds: 2.5 });
    expect(await lagAt(8n)).toMatchObject({ records: 0n, events: 0, seconds: 0 });
    await open.abort();
  });

  it('stops counting where nobody needs the digits', async () => {
    await commit(12);
    const positions = [{ ...at, offset: 0n }];
    const few = { log, positions, brokerNowMs: clock.ms, signal };
    expect(await measureLag({ ...few, eventsMax: 10 })).toMatchObject([
      { events: 10, moreEvents: true },
    ]);
    expect(await measureLag({ ...few, eventsMax: 12 })).toMatchObject([
      { events: 12, moreEvents: false },
    ]);
  });

  it('leaves out what waits in a delay topic, and counts from when it was due', async () => {
    await commit(2);
    clock.ms += 10_000;
    await commit(3);
    clock.ms += 25_000;
    const positions = [{ ...at, offset: 0n }];
    const delaysMs = new Map([[at.topic, 30_000]]);
    const waiting = { log, positions, signal, delaysMs };
    expect(await measureLag({ ...waiting, brokerNowMs: clock.ms })).toMatchObject([
      { events: 2, seconds: 5 },
    ]);
    expect(await measureLag({ ...waiting, brokerNowMs: clock.ms - 5_001 })).toMatchObject([
      { records: 0n, events: 0, seconds: 0 },
    ]);
    expect(await measureLag({ ...waiting, brokerNowMs: clock.ms + 5_000 })).toMatchObject([
      { events: 5, seconds: 10 },
    ]);
  });

  it('is none when the position is outside of the log', async () => {
    await commit(3);
    expect(await lagAt(9n)).toMatchObject({ problem: 'stands beyond the end of the log, 4' });
    log.deleteBefore({ ...at, offset: 2n });
    expect(await lagAt(1n)).toMatchObject({ problem: 'stands before the start of the log, 2' });
  });
});

describe('plumbline lag', () => {
  let session: MemorySession;

  beforeEach(() => {
    const memory = createMemorySession();
    const away = () => Promise.reject(new CliFailure('it does not answer'));
    session = { ...memory, postgres: away, redis: away };
  });

  afterEach(() => session.memory.close());

  it('says who never reported, and who cannot be asked, and ends with 1', async () => {
    expect(await showLag(session, {})).toBe(1);
    const text = session.out.stdout();
    expect(text).toMatch(/^orders +its group has never reported a position$/m);
    expect(text).toMatch(/^projection-orders-v2 +it does not answer$/m);
    expect(text).toMatch(/^result-streams +it does not answer$/m);
  });

  it('shows what a group reported against what the log holds', async () => {
    const { memory } = session;
    const orders = { topic: topics.ordersCommands.name, partition: 2 };
    const append = () =>
      memory.appendRaw({
        ...{ ...orders, key: Buffer.from('k'), value: Buffer.from('v') },
        headers: encodeEnvelope({
          ...{ id: 'c', type: 'CreateOrder', source: '/t', subject: 's', timeMs: 0 },
          ...{ correlationId: 'x', causationId: null, actor: 'api:test', aggregateVersion: null },
          ...{ previousHash: null, subjectKeyId: null, traceparent: null },
        }),
      });
    for (let n = 0; n < 3; n += 1) append();
    let assigned: () => void = () => undefined;
    const isMember = new Promise<void>((resolve) => {
      assigned = resolve;
    });
    const membership = await memory.join({
      ...{ groupId: 'orders', topics: [orders.topic], partitions: 4 },
      onAssigned: () => {
        assigned();
        return Promise.resolve();
      },
      onFailed: () => undefined,
    });
    await isMember;
    await membership.report([{ ...orders, offset: 1n }]);
    expect(await showLag(session, { json: true })).toBe(1);
    const lags = JSON.parse(session.out.stdout()) as readonly ReaderLag[];
    const lag = lags.find(({ name }) => name === 'orders');
    expect(lag?.partitions).toMatchObject([{ partition: 2, records: '2', events: 2 }]);
    expect(lag?.unknown).toHaveLength(3);
    await membership.leave();
  });

  it('leaves out who only runs where a gateway is configured, until it has run', async () => {
    expect(await showLag(session, {})).toBe(1);
    for (const name of ['gateway-calls', 'gateway-transactions', 'channel-sweeps'])
      expect(session.out.stdout()).not.toContain(name);
    const at = { topic: topics.paymentsEvents.name, partition: 0 };
    let assigned: () => void = () => undefined;
    const isMember = new Promise<void>((resolve) => (assigned = resolve));
    const membership = await session.memory.join({
      ...{ groupId: 'gateway-calls', topics: [at.topic], partitions: 4 },
      onAssigned: () => {
        assigned();
        return Promise.resolve();
      },
      onFailed: () => undefined,
    });
    await isMember;
    await membership.report([{ ...at, offset: 0n }]);
    await showLag(session, {});
    expect(session.out.stdout()).toMatch(/^gateway-calls +0 /m);
    await membership.leave();
  });

  describe('of the result streams', () => {
    const results = (partition: number) => ({ topic: topics.resultsEvents.name, partition });
    const sent = (partition: number) => ({
      ...{ ...results(partition), key: Buffer.from('k'), value: Buffer.from('v'), headers: {} },
    });

    /** Redis with this in the hash of positions, and no more. */
    async function lagWith(hash: Readonly<Record<string, string>>) {
      const run = (): Promise<unknown> => Promise.resolve(hash);
      const redis = { run } as unknown as Redis;
      session = { ...session, out: session.again().out, redis: () => Promise.resolve(redis) };
      await showLag(session, { json: true });
      const lags = JSON.parse(session.out.stdout()) as readonly ReaderLag[];
      return lags.find(({ name }) => name === 'result-streams');
    }

    it('is what Redis says of its position against what the log holds', async () => {
      const { memory } = session;
      for (let n = 0; n < 3; n += 1) memory.appendRaw(sent(1));
      const [described] = await memory.describeTopics([results(1).topic]);
      const here = described?.incarnation ?? '';
      const lag = await lagWith({ 1: `${here}/1`, payment_results: '1700000000000-0' });
      expect(lag).toMatchObject({ kind: 'streams', problem: null, unknown: [] });
      expect(lag?.partitions.map(({ offset, events }) => [String(offset), events])).toEqual([
        ...[
          ['0', 0],
          ['1', 2],
          ['0', 0],
          ['0', 0],
        ],
      ]);
      expect((await lagWith({}))?.partitions[1]).toMatchObject({ offset: '0', events: 3 });
    });

    it('is not known where Redis stands in another log, or beyond the end of this one', async () => {
      const other = await lagWith({ 1: 'another/1' });
      expect(other?.problem).toBe('stands in a log that is not this one: see doctor');
      expect(other?.unknown).toHaveLength(4);
      const [described] = await session.memory.describeTopics([results(1).topic]);
      const beyond = await lagWith({ 1: `${described?.incarnation ?? ''}/9` });
      expect(beyond?.partitions[1]?.problem).toBe('stands beyond the end of the log, 0');
    });
  });

  it('watches until Ctrl-C', async () => {
    const watching = showLag(session, { watch: true, json: true });
    await expect.poll(() => session.out.stdout()).toContain('\n');
    session.interrupt();
    expect(await watching).toBe(0);
  });

  it("learns the broker's time from the answer to a record", async () => {
    expect(Math.abs((await brokerTimeMs(session.memory)) - Date.now())).toBeLessThan(5_000);
    const [projection] = allProjections;
    if (projection === undefined) throw new Error('there are projections');
    const source = await projectionSource(session, projection);
    expect(source.problem).toBe('it does not answer');
  });
});

it('a line for each reader, and one for each partition that it is behind on', () => {
  const behind = { topic: 'a.v1', partition: 1, offset: 5n, records: 7n, moreEvents: false };
  const none = { topic: 'a.v1', partition: 0, offset: 9n, records: 0n, moreEvents: false };
  const lines = lagLines([
    {
      ...{ name: 'orders', kind: 'topology', unknown: [], problem: null },
      partitions: [
        { ...behind, events: 4, seconds: 1.25, problem: null },
        { ...none, events: 0, seconds: 0, problem: null },
      ],
    },
    {
      ...{ name: 'checkout', kind: 'topology', unknown: [{ topic: 'a.v1', partition: 3 }] },
      ...{
        problem: null,
        partitions: [{ ...behind, events: 9, moreEvents: true, seconds: 2, problem: null }],
      },
    },
  ]);
  expect(lines).toEqual([
    'reader    position  records  events  seconds',
    'orders                    7       4      1.3',
    '  a.v1-1         5        7       4      1.3',
    'checkout                  7      ≥9      2.0  never reported: a.v1-3',
    '  a.v1-1         5        7      ≥9      2.0',
  ]);
});

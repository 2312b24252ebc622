import { setTimeout as sleep } from 'node:timers/promises';
import type { OrdersCommand } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { silentLogger } from '@plumbline/observability';
import { ordersTopology } from '@plumbline/orders';
import type { RunningTopology, Topology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { brokerTimeMs } from '../lag/lag-sources.ts';
import { checkReplay } from '../replay/check-replay.ts';
import { checkSnapshots } from '../replay/check-snapshots.ts';
import { digestOfRecord } from '../replay/record-digest.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { checkReplays } from './replay.ts';

const orders = { check: true, topology: 'orders' };
const events = topics.ordersEvents.name;
let session: MemorySession;
let running: RunningTopology | null = null;

beforeEach(() => {
  session = createMemorySession();
});

afterEach(async () => {
  await running?.close();
  running = null;
  await session.memory.close();
});

async function send(command: OrdersCommand, orderNo: string): Promise<void> {
  const topic = topics.ordersCommands.name;
  await session.memoryCodec.prepare([topic]);
  const key = `main/${orderNo}`;
  session.memory.appendRaw({
    ...{ topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) },
    value: session.memoryCodec.encode(topic, command),
    headers: encodeEnvelope({
      ...{ id: `c-${orderNo}-${command.type}`, type: command.type, source: '/plumbline/test' },
      ...{ subject: orderNo, timeMs: 1, correlationId: 'x', causationId: null },
      ...{ actor: 'api:test', aggregateVersion: null, previousHash: null },
      ...{ subjectKeyId: null, traceparent: null },
    }),
  });
}

const cancel = (orderNo: string): OrdersCommand => ({
  type: 'CancelOrder',
  data: { orderNo, reason: 'a test' },
});

const create = (orderNo: string): OrdersCommand => ({
  type: 'CreateOrder',
  data: {
    ...{ orderNo, tenant: 'main', amountMinor: 9_990n, currency: 'CNY' },
    ...{ idempotencyKey: null, purchase: null },
    items: [{ sku: 'S1', quantity: 1, unitAmountMinor: 9_990n }],
    ...{ payBy: Date.now() + 600_000, fingerprint: 'f'.repeat(64) },
  },
});

async function decideTen(): Promise<void> {
  const { memory: log, memoryCodec: codec } = session;
  running = await runTopology({
    ...{ topology: ordersTopology, log, codec, logger: silentLogger, partitions: 4 },
  });
  for (let n = 0; n < 10; n += 1) {
    await send(create(`H${n}`), `H${n}`);
    if (n % 2 === 0) await send(cancel(`H${n}`), `H${n}`);
  }
  const outcomes = () => session.memory.topicRecords(topics.ordersOutcomes.name);
  await vi.waitFor(() => expect(outcomes()).toHaveLength(15), 5_000);
}

describe('replay --check', () => {
  it('finds events and outcomes equal, while the task runs and after it', async () => {
    await decideTen();
    expect(await checkReplays(session, orders)).toBe(0);
    await running?.close();
    running = null;
    const again = session.again();
    expect(await checkReplays(again, orders)).toBe(0);
    const text = session.out.stdout();
    expect(text).toMatch(/^equal {2}orders\.events\.v1: 15 records, [0-9a-f]{64}$/m);
    expect(text).toMatch(/^equal {2}orders\.outcomes\.v1: 15 records, [0-9a-f]{64}$/m);
    expect(again.out.stdout()).toBe(text);
  });

  it('shows what somebody wrote into the log, decoded', async () => {
    await decideTen();
    const [first] = session.memory.topicRecords(events);
    if (first === undefined) throw new Error('events were written');
    session.memory.appendRaw(first);
    // What is written from the check's own millisecond on is not compared.
    await sleep(5);
    expect(await checkReplays(session, orders)).toBe(1);
    const text = session.out.stdout();
    expect(text).toMatch(/^DIFFERENT {2}orders\.events\.v1: 15 records replayed$/m);
    expect(text).toMatch(new RegExp(`first in partition ${first.partition}, record \\d+, offset`));
    expect(text).toMatch(/^ {6}live {6}main\/H\d {2}OrderCreated \{.*"amountMinor":"9990"/m);
    expect(text).toMatch(/^ {6}replayed {2}\(no record\)$/m);
    expect(text).toMatch(/^equal {2}orders\.outcomes\.v1/m);
  });

  it('finds what code of another behaviour decides, and what the log lacks', async () => {
    await decideTen();
    const { memory: log, memoryCodec: codec, signal } = session;
    const checked = {
      ...{ log, codec, signal, topics: [events], partitions: 4, catchUpMs: 300 },
      brokerNowMs: await brokerTimeMs(log),
    };
    const decidesLess: Topology = {
      ...ordersTopology,
      createProcessor(task) {
        const processor = ordersTopology.createProcessor(task);
        const onRecord: typeof processor.onRecord = (record, context) => {
          if (record.payload.type !== 'CancelOrder') processor.onRecord(record, context);
        };
        return { onRecord, onTimer: (timer, context) => processor.onTimer(timer, context) };
      },
    };
    const [less] = await checkReplay({ ...checked, topology: decidesLess });
    expect(less).toMatchObject({ equal: false, records: 10 });
    expect(less?.difference?.live).not.toBeNull();
    await running?.close();
    running = null;
    await send(create('H99'), 'H99');
    // Told as what it is: a command that nobody has decided yet.
    const [more] = await checkReplay({ ...checked, topology: ordersTopology });
    expect(more).toMatchObject({ equal: false, records: 16, difference: { live: null } });
    expect(more?.difference?.replayed?.key?.toString()).toBe('main/H99');
  });

  it('does not compare what retention has cut', async () => {
    await decideTen();
    session.memory.deleteBefore({ topic: topics.ordersCommands.name, partition: 1, offset: 1n });
    expect(await checkReplays(session, orders)).toBe(1);
    expect(session.out.stdout()).toContain('not compared  orders: orders.commands.v1-1 begins at');
  });
});

describe('the digest of a record', () => {
  const record = {
    ...{ key: Buffer.from('k'), value: Buffer.from([0, 0, 0, 0, 1, 42]) },
    headers: { ce_id: Buffer.from('a'), traceparent: Buffer.from('t') },
  };
  const digest = (change: object) => digestOfRecord({ ...record, ...change }).toString('hex');

  it('leaves out schema id and trace context', () => {
    expect(digest({ value: Buffer.from([0, 0, 0, 0, 2, 42]) })).toBe(digest({}));
    expect(digest({ headers: { ce_id: 'a' } })).toBe(digest({}));
  });

  it.each([
    { key: null },
    { key: Buffer.alloc(0) },
    { value: null },
    { value: Buffer.from([0, 0, 0, 0, 1, 43]) },
    { headers: { ce_id: 'b' } },
    { headers: { ce_id: 'a', ce_causationid: 'c' } },
  ])('differs for %j', (change) => expect(digest(change)).not.toBe(digest({})));

  it('compares replays from snapshots of the past with the one from zero', async () => {
    await decideTen();
    const { memory: log, memoryCodec: codec, signal } = session;
    const checked = {
      ...{ log, codec, signal, topology: ordersTopology, partitions: 4, snapshots: 3 },
      brokerNowMs: await brokerTimeMs(log),
    };
    const compared = await checkSnapshots(checked);
    expect(compared.length).toBeGreaterThan(3);
    expect(compared.filter(({ equal }) => !equal)).toEqual([]);
    expect(compared.some(({ records }) => records > 0)).toBe(true);
    expect(new Set(compared.map(({ records }) => records)).size).toBeGreaterThan(1);
  });

  it('finds a changelog whose state is not what the commands made', async () => {
    await decideTen();
    await running?.close();
    running = null;
    const { memory: log, memoryCodec: codec, signal } = session;
    // Somebody forgot an order, early on, in a log of the same history.
    const topic = topics.ordersChangelog.name;
    const forged = createMemorySession();
    await forged.memoryCodec.prepare([topics.ordersCommands.name]);
    const all = [topics.ordersCommands.name, topics.ordersEvents.name, topics.ordersOutcomes.name];
    for (const name of all) for (const r of log.topicRecords(name)) forged.memory.appendRaw(r);
    for (const record of log.topicRecords(topic)) {
      const isOrder = record.key?.toString().startsWith('s/aggregates/') === true;
      const value = isOrder
        ? Buffer.from('{"version":{"$n":"9"},"state":{"status":"none"}}')
        : record.value;
      const session = await forged.memory.openTransactionSession('orders');
      await session.send([{ ...record, value }]);
      await session.commit();
    }
    const brokerNowMs = await brokerTimeMs(log);
    const checked = { codec, signal, topology: ordersTopology, partitions: 4, snapshots: 2 };
    const compared = await checkSnapshots({ ...checked, brokerNowMs, log: forged.memory });
    expect(compared.some(({ equal }) => !equal)).toBe(true);
    await forged.memory.close();
  });
});

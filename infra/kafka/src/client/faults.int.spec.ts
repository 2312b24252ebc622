import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, readAll, recordOf, untilReads, type LogHarness } from '../contract/harness.ts';
import { NotCommitted, OutcomeUnknown, Unavailable } from '../errors.ts';
import type { Assignment, Log } from '../log.ts';
import { versions } from '../wire/request.ts';
import { openFaultyProxy, type Fate, type FaultyProxy } from '../contract/faulty-proxy.ts';
import { openKafkaHarness, testBrokers } from '../contract/kafka-harness.ts';
import { createKafkaLog } from './kafka-log.ts';

let harness: LogHarness;
let proxy: FaultyProxy;
/** Speaks to the broker through the proxy; the harness's own log does not. */
let log: Log;

beforeAll(async () => {
  harness = await openKafkaHarness();
  proxy = await openFaultyProxy(testBrokers()[0] ?? '');
  log = await createKafkaLog({ brokers: [proxy.address], clientId: 'faults' });
});

afterAll(async () => {
  await log.close();
  await proxy.close();
  await harness.close();
});

/** The next request of this kind meets its fate; what comes after passes. */
const once = (api: keyof typeof versions, fate: Fate): void =>
  proxy.once(versions[api].apiKey, fate);

const newPartition = async () => ({ topic: await harness.createTopic(1), partition: 0 });
const open = (transactionalId: string) => log.openTransactionalProducer({ transactionalId });

test('an edge record whose answer is lost has an unknown outcome, and is not sent twice', async () => {
  const at = await newPartition();
  const edge = await log.openEdgeProducer();
  await edge.send(recordOf(at, 'first'));
  once('Produce', 'lose reply');
  const sent = await Promise.allSettled([
    edge.send(recordOf(at, 'a')),
    edge.send(recordOf(at, 'b')),
  ]);
  for (const each of sent) {
    expect(each.status === 'rejected' && each.reason instanceof OutcomeUnknown).toBe(true);
  }
  await edge.send(recordOf(at, 'after'));
  expect(await readAll(log, at)).toEqual(['first', 'a', 'b', 'after']);
  await edge.close();
});

test('a commit whose answer is lost has an unknown outcome, and the log tells which', async () => {
  const at = await newPartition();
  const transactionalId = harness.uniqueName('commit');
  for (const fate of ['lose reply', 'lose request'] as const) {
    const producer = await open(transactionalId);
    await producer.transact([recordOf(at, `before ${fate}`)]);
    once('EndTxn', fate);
    const lost = producer.transact([recordOf(at, fate)]);
    await expect(lost).rejects.toBeInstanceOf(OutcomeUnknown);
    const again = producer.transact([recordOf(at, 'dead')]);
    await expect(again).rejects.toBeInstanceOf(NotCommitted);
    await producer.close();
  }
  const next = await open(transactionalId);
  await next.transact([recordOf(at, 'after')]);
  const expected = ['before lose reply', 'lose reply', 'before lose request', 'after'];
  await untilReads(harness, at, expected);
  await next.close();
});

test('any error before the commit undoes the transaction for certain', async () => {
  const at = await newPartition();
  const transactionalId = harness.uniqueName('undone');
  for (const api of ['AddPartitionsToTxn', 'Produce'] as const) {
    for (const fate of ['lose reply', 'lose request'] as const) {
      const producer = await open(transactionalId);
      once(api, fate);
      const undone = producer.transact([recordOf(at, 'undone')]);
      await expect(undone).rejects.toBeInstanceOf(NotCommitted);
      await producer.close();
    }
  }
  const next = await open(transactionalId);
  await next.transact([recordOf(at, 'after')]);
  await untilReads(harness, at, ['after']);
  await next.close();
});

test('opening a producer survives a lost answer', async () => {
  const at = await newPartition();
  once('InitProducerId', 'lose reply');
  const producer = await open(harness.uniqueName('init'));
  await producer.transact([recordOf(at, 'fine')]);
  await untilReads(harness, at, ['fine']);
  await producer.close();
});

test('opening a log survives a lost answer about the time', async () => {
  const clockTopic = await harness.createTopic(1);
  for (const fate of ['lose reply', 'lose request'] as const) {
    once('Produce', fate);
    const opened = await createKafkaLog({
      brokers: [proxy.address],
      clientId: 'opening',
      clockTopic,
    });
    expect(opened.brokerNowMs()).not.toBeNull();
    await opened.close();
  }
});

test('a reader goes on where it was after its connection broke', async () => {
  const at = await newPartition();
  const edge = await log.openEdgeProducer();
  const reader = await log.openReader({
    from: [{ ...at, offset: 0n }],
    isolation: 'read_committed',
  });
  const seen: string[] = [];
  for (let count = 0; count < 6; count += 1) {
    await edge.send(recordOf(at, String(count)));
    if (count % 2 === 1) once('Fetch', count === 3 ? 'lose request' : 'lose reply');
    const fetched = await reader.fetch({ maxWaitMs: 2_000 });
    seen.push(...fetched.flatMap(({ records }) => records.map(({ value }) => String(value))));
  }
  expect(seen).toEqual(['0', '1', '2', '3', '4', '5']);
  await Promise.all([reader.close(), edge.close()]);
});

test('a log whose brokers do not answer says so, and closes promptly', async () => {
  const at = await newPartition();
  const cut = await openFaultyProxy(testBrokers()[0] ?? '');
  const log = await createKafkaLog({ brokers: [cut.address], clientId: 'cut' });
  const reader = await log.openReader({
    from: [{ ...at, offset: 0n }],
    isolation: 'read_committed',
  });
  const edge = await log.openEdgeProducer();
  await edge.send(recordOf(at, 'before'));
  await cut.close();
  const fetching = reader.fetch({ maxWaitMs: 100 });
  const sending = edge.send(recordOf(at, 'never'));
  await expect(sending).rejects.toSatisfy(
    (error) => error instanceof NotCommitted || error instanceof OutcomeUnknown,
  );
  await expect(fetching).rejects.toBeInstanceOf(Unavailable);
  const startedMs = performance.now();
  await log.close();
  expect(performance.now() - startedMs).toBeLessThan(3_000);
});

test('a member that cannot be heard learns that it lost the group, and joins again', async () => {
  const told: Assignment[] = [];
  const failures: Error[] = [];
  const membership = await log.join({
    groupId: harness.uniqueName('unheard'),
    topics: [],
    partitions: 2,
    onAssigned: (assignment) => {
      told.push(assignment);
      return Promise.resolve();
    },
    onFailed: (error) => failures.push(error),
  });
  await eventually(() => expect(told.at(-1)?.partitions).toEqual([0, 1]), 10_000);
  proxy.decide((apiKey) => (apiKey === versions.Heartbeat.apiKey ? 'stall' : 'pass'));
  await eventually(() => expect(told.at(-1)?.member).toBe(false), 20_000);
  expect(told.at(-1)?.partitions).toEqual([]);
  const lost = told.length;
  proxy.decide(() => 'pass');
  await eventually(() => expect(told.slice(lost).at(-1)?.partitions).toEqual([0, 1]), 20_000);
  expect(failures).toEqual([]);
  await membership.leave();
});

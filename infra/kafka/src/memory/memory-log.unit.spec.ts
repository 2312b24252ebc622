import { expect, test } from 'vitest';
import { CorruptRecord, NotCommitted, OutcomeUnknown } from '../errors.ts';
import { createMemoryLog } from './memory-log.ts';

const record = (value: string, partition = 0) => ({
  topic: 'a',
  partition,
  key: Buffer.from('k'),
  value: Buffer.from(value),
  headers: { h: 'x' },
});

test('a commit whose answer is lost is in the log, and a lost commit is not', async () => {
  const log = createMemoryLog({
    clock: { nowMs: () => 5 },
    topics: [{ name: 'a', partitions: 1 }],
  });
  const first = await log.openTransactionalProducer({ transactionalId: 't' });
  log.failNext('commit-unknown');
  await expect(first.transact([record('1')])).rejects.toBeInstanceOf(OutcomeUnknown);
  await expect(first.transact([record('dead')])).rejects.toBeInstanceOf(NotCommitted);
  const second = await log.openTransactionalProducer({ transactionalId: 't' });
  log.failNext('commit-lost');
  await expect(second.transact([record('2')])).rejects.toBeInstanceOf(OutcomeUnknown);
  expect(await log.ends({ topic: 'a', partition: 0 })).toEqual({
    logStartOffset: 0n,
    lastStableOffset: 2n,
    highWatermark: 3n,
  });
  const third = await log.openTransactionalProducer({ transactionalId: 't' });
  await third.transact([record('3')]);
  expect(log.topicRecords('a').map((each) => String(each.value))).toEqual(['1', '3']);
});

test('an edge record whose answer is lost is in the log, and a lost request is not', async () => {
  const log = createMemoryLog({ topics: [{ name: 'a', partitions: 1 }] });
  const edge = await log.openEdgeProducer();
  log.failNext('edge-reply-lost');
  await expect(edge.send(record('1'))).rejects.toBeInstanceOf(OutcomeUnknown);
  log.failNext('edge-request-lost');
  await expect(edge.send(record('2'))).rejects.toBeInstanceOf(OutcomeUnknown);
  log.failNext('edge-refused');
  await expect(edge.send(record('3'))).rejects.toBeInstanceOf(NotCommitted);
  await edge.send(record('4'));
  expect(log.topicRecords('a').map((each) => String(each.value))).toEqual(['1', '4']);
});

test('a virtual clock drives append times, time-outs of transactions, and empty fetches', async () => {
  let now = 1_000;
  const clock = { nowMs: () => now };
  const log = createMemoryLog({ clock, topics: [{ name: 'a', partitions: 1 }] });
  const session = await log.openTransactionSession('t');
  await session.send([record('lost')]);
  log.appendRaw(record('kept'));
  const from = [{ topic: 'a', partition: 0, offset: 0n }];
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  const [held] = await reader.fetch({ maxWaitMs: 60_000 });
  expect(held).toMatchObject({ records: [], nextOffset: 0n, sentAtBrokerMs: 1_000 });
  now += 5_000;
  const [after] = await reader.fetch({ maxWaitMs: 60_000 });
  expect(after?.records.map((each) => [String(each.value), each.timestampMs])).toEqual([
    ['kept', 1_000],
  ]);
  expect(after?.nextOffset).toBe(3n);
});

test('a fetch that finds a corrupt record fails once, and stays where it was', async () => {
  const log = createMemoryLog({ topics: [{ name: 'a', partitions: 1 }] });
  log.appendRaw(record('1'));
  const at = { topic: 'a', partition: 0 };
  const reader = await log.openReader({
    from: [{ ...at, offset: 0n }],
    isolation: 'read_committed',
  });
  log.failNext('fetch-corrupt');
  await expect(reader.fetch({ maxWaitMs: 10 })).rejects.toBeInstanceOf(CorruptRecord);
  expect(reader.position(at)).toBe(0n);
  expect((await reader.fetch({ maxWaitMs: 10 }))[0]?.records).toHaveLength(1);
});

test('a waiting fetch wakes on an append, and close ends it', async () => {
  const log = createMemoryLog({ topics: [{ name: 'a', partitions: 1 }] });
  const from = [{ topic: 'a', partition: 0, offset: 0n }];
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  const waiting = reader.fetch({ maxWaitMs: 60_000 });
  setImmediate(() => log.appendRaw(record('1')));
  expect((await waiting)[0]?.records).toHaveLength(1);
  const again = reader.fetch({ maxWaitMs: 60_000 });
  setImmediate(() => void reader.close());
  await expect(again).rejects.toThrow('closed');
});

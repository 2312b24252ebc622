import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openFaultyProxy, type FaultyProxy } from '../contract/faulty-proxy.ts';
import {
  eventually,
  readAll,
  recordOf,
  untilEnd,
  untilReads,
  type LogHarness,
} from '../contract/harness.ts';
import { openKafkaHarness, testBrokers } from '../contract/kafka-harness.ts';
import { openNaiveProducer } from '../contract/naive-producer.ts';
import { NotCommitted, OutcomeUnknown } from '../errors.ts';
import type { Assignment, TopicPartition } from '../log.ts';
import { ByteReader } from '../wire/bytes.ts';
import { codeName } from '../wire/error-codes.ts';
import { offsetCommitRequest } from '../wire/group-offsets.ts';
import { produceRequest } from '../wire/produce.ts';
import { versions, type WireRequest } from '../wire/request.ts';
import { addPartitionsRequest, endTxnRequest } from '../wire/transactions.ts';
import { openKafkaLog, type KafkaLog } from './kafka-log.ts';

/**
 * A request whose answer never came is not a request that never comes: it may sit in a socket or a
 * switch and reach the broker in the middle of what its client did next.
 */
let harness: LogHarness;
let proxy: FaultyProxy;
/** Speaks to the broker through the proxy; the harness's own log does not. */
let log: KafkaLog;

beforeAll(async () => {
  harness = await openKafkaHarness();
  proxy = await openFaultyProxy(testBrokers()[0] ?? '');
  log = await openKafkaLog({ brokers: [proxy.address], clientId: 'late' });
});

afterAll(async () => {
  await log.close();
  await proxy.close();
  await harness.close();
});

afterEach(async () => {
  await proxy.release();
});

const newPartition = async () => ({ topic: await harness.createTopic(1), partition: 0 });
const hold = (api: keyof typeof versions): void => proxy.once(versions[api].apiKey, 'hold');
const all = (at: TopicPartition) => readAll(harness.log, { ...at, isolation: 'read_uncommitted' });

/** Lets the held request arrive now; what the broker says to it. */
async function arrives<Answer>(request: WireRequest<Answer>): Promise<Answer> {
  expect(proxy.held()).toBe(1);
  const [answer] = await proxy.release();
  return request.read(new ByteReader(answer ?? Buffer.alloc(0)));
}

const nobody = { transactionalId: '', producerId: 0n, producerEpoch: 0 };
const lateCommit = async () => codeName(await arrives(endTxnRequest(nobody, 'commit')));
const lateAdd = async () => codeName(await arrives(addPartitionsRequest(nobody, [])));
const fenced = /^(PRODUCER_FENCED|INVALID_PRODUCER_EPOCH)$/;

describe('a commit that arrives late', () => {
  test('tears the next transaction of a client that goes on with the same epoch', async () => {
    const at = await newPartition();
    const transactionalId = harness.uniqueName('naive');
    const producer = { ...at, transactionalId, transactionTimeoutMs: 60_000 };
    const naive = await openNaiveProducer(proxy.address, producer);
    await naive.send(['1 of 1']);
    hold('EndTxn');
    await naive.commit();
    await untilReads(harness, at, ['1 of 1']);
    await naive.send(['first half of 2']);
    expect(await lateCommit()).toBe('NONE');
    // Half a transaction, for every committed reader and for good.
    await untilReads(harness, at, ['1 of 1', 'first half of 2']);
    await expect(naive.send(['second half of 2'])).rejects.toThrow(/INVALID_TXN_STATE/);
    naive.close();
  });

  test('is refused once there is a new producer, which takes its work up from the log', async () => {
    const at = await newPartition();
    const transactionalId = harness.uniqueName('careful');
    const first = await log.openTransactionalProducer({ transactionalId });
    hold('EndTxn');
    const unclear = first.transact([recordOf(at, '1 of 1')]);
    await expect(unclear).rejects.toBeInstanceOf(OutcomeUnknown);
    await expect(first.transact([recordOf(at, 'no')])).rejects.toBeInstanceOf(NotCommitted);
    const next = await log.openTransactionSession(transactionalId);
    // Opening has ended what was open, so that the log gives a final answer.
    await untilEnd(harness, at, { lastStableOffset: 2n, highWatermark: 2n });
    expect(await readAll(harness.log, at)).toEqual([]);
    await next.send([recordOf(at, '1 of 1 again')]);
    expect(await lateCommit()).toMatch(fenced);
    expect(await readAll(harness.log, at)).toEqual([]);
    await next.send([recordOf(at, 'and its second half')]);
    expect(await readAll(harness.log, at)).toEqual([]);
    await next.commit();
    await untilReads(harness, at, ['1 of 1 again', 'and its second half']);
    await Promise.all([first.close(), next.close()]);
  });

  test('counts if it arrives before the new producer, and the log says so', async () => {
    const at = await newPartition();
    const transactionalId = harness.uniqueName('in-time');
    const first = await log.openTransactionalProducer({ transactionalId });
    hold('EndTxn');
    const unclear = first.transact([recordOf(at, 'once')]);
    await expect(unclear).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(await lateCommit()).toBe('NONE');
    const next = await log.openTransactionalProducer({ transactionalId });
    await untilEnd(harness, at, { lastStableOffset: 2n });
    expect(await readAll(harness.log, at)).toEqual(['once']);
    await next.transact([recordOf(at, 'after')]);
    await untilReads(harness, at, ['once', 'after']);
    await Promise.all([first.close(), next.close()]);
  });
});

describe('a partition that is added late', () => {
  test('opens a transaction that nobody ends, for a client that goes on with the epoch', async () => {
    const at = await newPartition();
    const transactionalId = harness.uniqueName('naive-add');
    const producer = { ...at, transactionalId, transactionTimeoutMs: 300 };
    const naive = await openNaiveProducer(proxy.address, producer);
    hold('AddPartitionsToTxn');
    await naive.send(['1']);
    await naive.commit();
    await untilReads(harness, at, ['1']);
    expect(await lateAdd()).toBe('NONE');
    // The broker gives up on it, and fences its producer, which has done nothing since. (An empty
    // batch is refused in any case.)
    await eventually(async () => {
      await expect(naive.send([])).rejects.toThrow(/FENCED|EPOCH/);
    }, harness.patienceMs);
    naive.close();
  });

  test('is refused once there is a new producer', async () => {
    const at = await newPartition();
    const transactionalId = harness.uniqueName('careful-add');
    const first = await log.openTransactionalProducer({ transactionalId });
    hold('AddPartitionsToTxn');
    const undone = first.transact([recordOf(at, 'undone')]);
    await expect(undone).rejects.toBeInstanceOf(NotCommitted);
    const next = await log.openTransactionalProducer({ transactionalId });
    expect(await lateAdd()).toMatch(fenced);
    await next.transact([recordOf(at, 'done')]);
    await untilReads(harness, at, ['done']);
    expect(await all(at)).toEqual(['done']);
    await Promise.all([first.close(), next.close()]);
  });
});

test('records that arrive late are refused, and hold no reader back', async () => {
  const at = await newPartition();
  const transactionalId = harness.uniqueName('late-produce');
  const first = await log.openTransactionalProducer({ transactionalId });
  hold('Produce');
  const undone = first.transact([recordOf(at, 'undone')]);
  await expect(undone).rejects.toBeInstanceOf(NotCommitted);
  const next = await log.openTransactionalProducer({ transactionalId });
  await next.transact([recordOf(at, 'done')]);
  const request = produceRequest({ transactionalId, topics: [], timeoutMs: 0 });
  const [answer] = await arrives(request);
  expect(codeName(answer?.errorCode ?? -1)).toMatch(/EPOCH|FENCED|INVALID_TXN_STATE/);
  const edge = await harness.log.openEdgeProducer();
  await edge.send(recordOf(at, 'plain'));
  await untilReads(harness, at, ['done', 'plain']);
  expect(await all(at)).toEqual(['done', 'plain']);
  await Promise.all([first.close(), next.close(), edge.close()]);
});

test('a report before its member belongs, or after it has left, changes nothing', async () => {
  const at = await newPartition();
  const groupId = harness.uniqueName('late-report');
  const told: Assignment[] = [];
  const member = await log.join({
    groupId,
    topics: [],
    partitions: 1,
    onAssigned: (assignment) => {
      told.push(assignment);
      return Promise.resolve();
    },
    onFailed: () => undefined,
  });
  // Outside of any generation it would count as anybody's, which nothing fences.
  await member.report([{ ...at, offset: 99n }]);
  expect(await harness.log.groupOffsets(groupId, [at])).toEqual([]);
  await eventually(() => expect(told.at(-1)?.partitions).toEqual([0]), harness.patienceMs);
  await member.report([{ ...at, offset: 20n }]);
  hold('OffsetCommit');
  await member.report([{ ...at, offset: 7n }]);
  await member.leave();
  const noMember = { groupId, memberId: '', generation: 0 };
  expect(codeName(await arrives(offsetCommitRequest(noMember, [])))).toBe('UNKNOWN_MEMBER_ID');
  expect(await harness.log.groupOffsets(groupId, [at])).toEqual([{ ...at, offset: 20n }]);
});

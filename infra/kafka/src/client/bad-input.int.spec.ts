import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFaultyProxy, type Fate, type FaultyProxy } from '../contract/faulty-proxy.ts';
import {
  only,
  readAll,
  recordOf,
  untilReads,
  values,
  type LogHarness,
} from '../contract/harness.ts';
import { openKafkaHarness, testBrokers } from '../contract/kafka-harness.ts';
import { CorruptRecord, NotCommitted } from '../errors.ts';
import type { Log } from '../log.ts';
import { versions } from '../wire/request.ts';
import { createKafkaLog } from './kafka-log.ts';

let harness: LogHarness;
let proxy: FaultyProxy;
/** Speaks to the broker through the proxy; the harness's own log does not. */
let log: Log;

beforeAll(async () => {
  harness = await openKafkaHarness();
  proxy = await openFaultyProxy(testBrokers()[0] ?? '');
  log = await createKafkaLog({ brokers: [proxy.address], clientId: 'bad-input' });
});

afterAll(async () => {
  await log.close();
  await proxy.close();
  await harness.close();
});

const once = (api: keyof typeof versions, fate: Fate): void =>
  proxy.once(versions[api].apiKey, fate);

test('a record that was changed on its way here is an error, and the reader stays before it', async () => {
  const at = { topic: await harness.createTopic(1), partition: 0 };
  const edge = await log.openEdgeProducer();
  for (const value of ['a', 'b']) await edge.send(recordOf(at, value));
  const reader = await log.openReader({
    from: [{ ...at, offset: 0n }],
    isolation: 'read_committed',
  });
  once('Fetch', 'corrupt reply');
  await expect(reader.fetch({ maxWaitMs: 500 })).rejects.toBeInstanceOf(CorruptRecord);
  expect(reader.position(at)).toBe(0n);
  const again = only(await reader.fetch({ maxWaitMs: 500 }));
  expect(values(again.records)).toEqual(['a', 'b']);
  await Promise.all([reader.close(), edge.close()]);
});

test('a record that was changed on its way there is refused, and nothing of it is written', async () => {
  const at = { topic: await harness.createTopic(1), partition: 0 };
  const edge = await log.openEdgeProducer();
  await edge.send(recordOf(at, 'before'));
  once('Produce', 'corrupt request');
  await expect(edge.send(recordOf(at, 'changed'))).rejects.toBeInstanceOf(NotCommitted);
  const transactionalId = harness.uniqueName('changed');
  const producer = await log.openTransactionalProducer({ transactionalId });
  once('Produce', 'corrupt request');
  const changed = producer.transact([recordOf(at, 'changed'), recordOf(at, 'with it')]);
  await expect(changed).rejects.toBeInstanceOf(NotCommitted);
  await edge.send(recordOf(at, 'after'));
  await untilReads(harness, at, ['before', 'after']);
  const isolation = 'read_uncommitted';
  expect(await readAll(harness.log, { ...at, isolation })).toEqual(['before', 'after']);
  await Promise.all([producer.close(), edge.close()]);
});

test("a topic's own limit on sizes is the broker's to say, and concerns no other record", async () => {
  const settings = { 'max.message.bytes': '2000' };
  const at = { topic: await harness.createTopic(1, settings), partition: 0 };
  const large = recordOf(at, 'x'.repeat(5_000));
  const edge = await log.openEdgeProducer();
  await edge.send(recordOf(at, 'before'));
  const refused = edge.send(large);
  await expect(refused).rejects.toBeInstanceOf(NotCommitted);
  await expect(refused).rejects.toThrow('MESSAGE_TOO_LARGE');
  const transactionalId = harness.uniqueName('too-large');
  const producer = await log.openTransactionalProducer({ transactionalId });
  const undone = producer.transact([recordOf(at, 'with it'), large]);
  await expect(undone).rejects.toBeInstanceOf(NotCommitted);
  await edge.send(recordOf(at, 'after'));
  await untilReads(harness, at, ['before', 'after']);
  await Promise.all([producer.close(), edge.close()]);
});

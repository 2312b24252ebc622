import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFaultyProxy, type FaultyProxy } from '../contract/faulty-proxy.ts';
import { readAll, recordOf, type LogHarness } from '../contract/harness.ts';
import { openKafkaHarness, testBrokers } from '../contract/kafka-harness.ts';
import type { OutgoingRecord } from '../log.ts';
import { versions } from '../wire/request.ts';
import { createKafkaLog } from './kafka-log.ts';

let harness: LogHarness;
let proxy: FaultyProxy;

beforeAll(async () => {
  harness = await openKafkaHarness();
  proxy = await openFaultyProxy(testBrokers()[0] ?? '');
});

afterAll(async () => {
  await proxy.close();
  await harness.close();
});

/** Two sends at once, of which the first loses its answer: what was acknowledged, by value. */
async function sendTwo(send: (value: string) => Promise<unknown>): Promise<readonly string[]> {
  await send('before');
  proxy.once(versions.Produce.apiKey, 'lose reply');
  const sent = await Promise.allSettled([send('A'), send('B')]);
  return ['A', 'B'].filter((_, index) => sent[index]?.status === 'fulfilled');
}

/**
 * The control of the next test: kafkajs's own idempotent producer. Its sequence number moves when an
 * answer comes; the send that waited while the first one was repeated takes the same number, and
 * the broker drops it as a repetition and acknowledges it. If this test ever fails, kafkajs was
 * mended, and docs/kafka-client.md has to say so.
 */
test("kafkajs's own idempotent producer loses a record that it acknowledges", async () => {
  const at = { topic: await harness.createTopic(1), partition: 0 };
  const kafka = new Kafka({
    brokers: [proxy.address],
    clientId: 'control',
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const acknowledged = await sendTwo((value) =>
    producer.send({ topic: at.topic, acks: -1, messages: [{ partition: 0, value }] }),
  );
  await producer.disconnect();
  const there = await readAll(harness.log, at);
  expect(acknowledged).toEqual(['A', 'B']);
  // Whichever of the two was sent first is there twice.
  const kept = there.at(-1);
  expect(there).toEqual(['before', kept, kept]);
  expect(acknowledged.filter((value) => !there.includes(value))).toHaveLength(1);
});

test('ours acknowledge nothing that is not there, and write nothing twice', async () => {
  const log = await createKafkaLog({ brokers: [proxy.address], clientId: 'ours' });
  const edge = await log.openEdgeProducer();
  const transactionalId = harness.uniqueName('two-sends');
  const transactional = await log.openTransactionalProducer({ transactionalId });
  const ways: readonly ((record: OutgoingRecord) => Promise<unknown>)[] = [
    (record) => edge.send(record),
    (record) => transactional.transact([record]),
  ];
  for (const send of ways) {
    const at = { topic: await harness.createTopic(1), partition: 0 };
    const acknowledged = await sendTwo((value) => send(recordOf(at, value)));
    const there = await readAll(harness.log, at);
    expect(acknowledged.filter((value) => !there.includes(value))).toEqual([]);
    expect(there).toEqual([...new Set(there)]);
  }
  await log.close();
});

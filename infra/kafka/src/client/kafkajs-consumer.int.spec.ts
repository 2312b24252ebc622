import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { overlappingAborts } from '../contract/histories.ts';
import { pause } from '../contract/harness.ts';
import { openKafkaHarness, testBrokers } from '../contract/kafka-harness.ts';
import { leaveHistory } from '../contract/leave-history.ts';

/**
 * The control of the history contract: kafkajs's own consumer, asked for committed records, fails
 * it. If this test ever fails, kafkajs was mended, and docs/kafka-client.md has to say so.
 */
test("kafkajs's own consumer delivers records of aborted transactions", async () => {
  const harness = await openKafkaHarness();
  const { topic, outcome } = await leaveHistory(harness, overlappingAborts, { settled: false });
  const kafka = new Kafka({
    brokers: [...testBrokers()],
    clientId: 'control',
    logLevel: logLevel.NOTHING,
  });
  const consumer = kafka.consumer({
    groupId: harness.uniqueName('control'),
    readUncommitted: false,
  });
  const seen: string[] = [];
  const last = outcome.committed.at(-1)?.value;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      seen.push(String(message.value));
      return Promise.resolve();
    },
  });
  const until = performance.now() + 20_000;
  while (seen.at(-1) !== last && performance.now() < until) await pause(50);
  await consumer.disconnect();
  await harness.close();

  const committed = outcome.committed.map(({ value }) => value);
  expect(seen.at(-1)).toBe(last);
  expect(seen).toEqual(expect.arrayContaining(committed));
  expect(seen.filter((value) => !committed.includes(value))).not.toEqual([]);
});

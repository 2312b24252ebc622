import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Log } from '../index.ts';
import { createKafkaLog, offsetAtTime } from '../index.ts';

const brokers = (process.env['PLUMBLINE_TEST_KAFKA'] ?? '127.0.0.1:19092').split(',');
const topic = `offset-at-time-${randomUUID()}`;
const at = { topic, partition: 0 };

let log: Log;
/** Of each record that was committed, in the order of their offsets. */
const written: { readonly offset: bigint; readonly timeMs: number }[] = [];

beforeAll(async () => {
  const admin = new Kafka({ clientId: 'kafka-test', brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
  await admin.createTopics({
    // kafkajs takes a partition that has no leader yet for an error.
    waitForLeaders: false,
    topics: [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }],
  });
  await admin.disconnect();
  log = await createKafkaLog({ brokers, clientId: 'kafka-test' });
  await vi.waitFor(() => log.ends(at), 15_000);
  const producer = await log.openTransactionalProducer({ transactionalId: topic });
  for (let transaction = 0; transaction < 6; transaction += 1) {
    const record = { ...at, key: null, value: Buffer.from('x'), headers: {} };
    // A marker stands behind each transaction, where no record is.
    for (const one of await producer.transact([record, record, record]))
      written.push({ offset: one.baseOffset, timeMs: one.appendTimeMs ?? 0 });
    await sleep(5);
  }
  await producer.close();
}, 60_000);

afterAll(() => log.close());

it('finds where a time begins, between markers, in each transaction and at both ends', async () => {
  const last = written.at(-1);
  if (last === undefined) throw new Error('records were written');
  for (const { timeMs } of [...written, { timeMs: 0 }, { timeMs: last.timeMs + 1 }]) {
    const found = await offsetAtTime(log, at, timeMs);
    expect(written.filter((each) => each.timeMs < timeMs && each.offset >= found)).toEqual([]);
    expect(written.filter((each) => each.timeMs >= timeMs && each.offset < found)).toEqual([]);
  }
});

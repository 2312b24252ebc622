import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

export interface TestTopic {
  readonly name: string;
  readonly brokers: readonly string[];
  drop(): Promise<void>;
}

/** A topic of its own on the real broker of the tests, which fail without one. */
export async function createTestTopic(partitions: number): Promise<TestTopic> {
  const address = process.env['PLUMBLINE_TEST_KAFKA'];
  if (address === undefined || address === '') {
    throw new Error('PLUMBLINE_TEST_KAFKA is not set: host:port of a Kafka broker');
  }
  const brokers = address.split(',');
  const kafka = new Kafka({ clientId: 'test-topics', brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const name = `test-projection-${randomBytes(5).toString('hex')}`;
  const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic: name, numPartitions: partitions, configEntries }],
  });
  return {
    name,
    brokers,
    drop: async () => {
      await admin.deleteTopics({ topics: [name] });
      await admin.disconnect();
    },
  };
}

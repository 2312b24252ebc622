import { randomUUID } from 'node:crypto';
import { ConfigResourceTypes, Kafka, logLevel, type Admin } from 'kafkajs';
import { openKafkaLog } from '../client/kafka-log.ts';
import type { Log } from '../log.ts';
import type { LogHarness } from './harness.ts';
import { startJavaReader, type JavaReader } from './java-reader.ts';
import { openMemoryHarness } from './memory-harness.ts';

/** Brokers for tests, from `PLUMBLINE_TEST_KAFKA`; the suite's runner starts them. */
export function testBrokers(): readonly string[] {
  const list = process.env['PLUMBLINE_TEST_KAFKA'] ?? '';
  if (list === '') {
    throw new Error(
      'PLUMBLINE_TEST_KAFKA is not set: these tests need a Kafka broker, as host:port. ' +
        'The suite starts one and sets it.',
    );
  }
  return list.split(',');
}

export interface KafkaHarness extends LogHarness {
  /** How often the log cleaner of every broker looks for work; `null`: as it was. */
  setCleanerPause(ms: number | null): Promise<void>;
}

/** A harness on a real broker, with topics and ids that no other run uses. */
export async function openKafkaHarness(): Promise<KafkaHarness> {
  const brokers = testBrokers();
  const admin = createAdmin(brokers);
  await admin.connect();
  const run = randomUUID().slice(0, 8);
  let names = 0;
  const uniqueName = (prefix: string): string => {
    names += 1;
    return `kafka-test-${run}-${prefix}-${names}`;
  };
  const createTopic = async (
    topic: string,
    partitions: number,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    const all = { 'message.timestamp.type': 'LogAppendTime', ...settings };
    const configEntries = Object.entries(all).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
    });
  };
  const clockTopic = uniqueName('clock');
  await createTopic(clockTopic, 1);
  const log = await openKafkaLog({ brokers: [...brokers], clientId: 'contract', clockTopic });
  let java: Promise<JavaReader> | undefined;
  return {
    name: 'Kafka',
    log,
    openJavaReader: () => (java ??= startJavaReader(brokers)),
    openTwin: () => Promise.resolve(openMemoryHarness()),
    uniqueName,
    patienceMs: 10_000,
    openAnotherClient: () =>
      openKafkaLog({ brokers: [...brokers], clientId: 'contract-other', clockTopic }),
    openTransactionSession: (id, options) => log.openTransactionSession(id, options),
    createTopic: async (partitions, settings) => {
      const topic = uniqueName('topic');
      await createTopic(topic, partitions, settings);
      await untilLed(log, topic, partitions);
      return topic;
    },
    recreateTopic: async (topic) => {
      const [described] = await log.describeTopics([topic]);
      await admin.deleteTopics({ topics: [topic] });
      const partitions = described?.partitions ?? 1;
      await createTopic(topic, partitions);
      await untilLed(log, topic, partitions);
    },
    deleteBefore: async ({ topic, partition, offset }) => {
      const partitions = [{ partition, offset: offset.toString() }];
      // kafkajs looks for the leader before it has asked for any: this makes it ask.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions });
    },
    setCleanerPause: async (ms) => {
      const { brokers: nodes } = await admin.describeCluster();
      const name = 'log.cleaner.backoff.ms';
      const configEntries = ms === null ? [] : [{ name, value: String(ms) }];
      const type = ConfigResourceTypes.BROKER;
      const resources = nodes.map((node) => ({ type, name: String(node.nodeId), configEntries }));
      await admin.alterConfigs({ validateOnly: false, resources });
    },
    close: async () => {
      await log.close();
      await (await java)?.close();
      await admin.disconnect();
    },
  };
}

/**
 * A broker tells who leads a new topic a moment before it leads it itself, and refuses what is
 * written in between: the end of a history that was well under way.
 */
async function untilLed(log: Log, topic: string, partitions: number): Promise<void> {
  for (let partition = 0; partition < partitions; partition += 1) {
    await log.ends({ topic, partition });
  }
}

export function createAdmin(brokers: readonly string[]): Admin {
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId: 'contract-admin',
    logLevel: logLevel.NOTHING,
  });
  return kafka.admin();
}

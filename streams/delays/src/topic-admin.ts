import type { TopicSpec } from '@plumbline/events';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import type { Admin, SASLOptions } from 'kafkajs';
import { adminTimeoutMs } from './limits.ts';

/** A topic as the brokers have it. */
export interface ActualTopic {
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** What is done to topics before anything runs. */
export interface TopicAdmin {
  listTopics(): Promise<readonly string[]>;
  /** One that somebody else has made meanwhile is no error. */
  createTopics(topics: readonly TopicSpec[], partitions: number): Promise<void>;
  /** Null while the brokers do not show the topic; of the settings those that were asked for. */
  describe(topic: string, settings: readonly string[]): Promise<ActualTopic | null>;
  close(): Promise<void>;
}

export interface TopicAdminOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl: boolean;
  readonly sasl?: SASLOptions;
}

/** Errors: kafkajs's own, when Kafka cannot be reached or refuses. */
export async function openTopicAdmin(options: TopicAdminOptions): Promise<TopicAdmin> {
  const { brokers, clientId, ssl, sasl } = options;
  const admin = new Kafka({
    ...{ clientId, ssl, brokers: [...brokers], logLevel: logLevel.NOTHING },
    requestTimeout: adminTimeoutMs,
    retry: { retries: 4, initialRetryTime: 200 },
    ...(sasl ? { sasl } : {}),
  }).admin();
  await admin.connect();
  return {
    listTopics: () => admin.listTopics(),
    async createTopics(topics, partitions) {
      await admin.createTopics({
        waitForLeaders: true,
        timeout: adminTimeoutMs,
        topics: topics.map(({ name, config }) => ({
          topic: name,
          numPartitions: partitions,
          configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
        })),
      });
    },
    describe: (topic, settings) => describe(admin, topic, settings),
    close: () => admin.disconnect(),
  };
}

async function describe(
  admin: Admin,
  topic: string,
  settings: readonly string[],
): Promise<ActualTopic | null> {
  try {
    const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [...settings] },
      ],
    });
    const entries = described.resources.flatMap(({ configEntries }) => configEntries);
    return {
      partitions: metadata.topics[0]?.partitions.length ?? 0,
      config: Object.fromEntries(entries.map((entry) => [entry.configName, entry.configValue])),
    };
  } catch (error) {
    if (isNotShown(error)) return null;
    throw error;
  }
}

const isNotShown = (error: unknown): boolean =>
  error instanceof Error &&
  'type' in error &&
  (error.type === 'UNKNOWN_TOPIC_OR_PARTITION' || error.type === 'LEADER_NOT_AVAILABLE');

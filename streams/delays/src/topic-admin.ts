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
  /**
   * One that somebody else has made meanwhile is no error. The brokers may not show them at once:
   * {@link describe} tells.
   */
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
        // kafkajs asks for the leaders once, and gives up where the broker does not know the topic yet.
        waitForLeaders: false,
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

/** After its own retries kafkajs gives another error, whose cause is the broker's. */
function isNotShown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const type = 'type' in error ? error.type : undefined;
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE') return true;
  return isNotShown(error.cause);
}

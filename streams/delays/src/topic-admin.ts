import type { TopicSpec } from '@plumbline/events';
import { createKafkaAdmin, createTopics, isNotShown } from '@plumbline/kafka/admin';
import type { KafkaAdminOptions } from '@plumbline/kafka/admin';
import type { Admin } from 'kafkajs';
import kafkajs from 'kafkajs';
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

export type TopicAdminOptions = Omit<KafkaAdminOptions, 'timeoutMs'>;

/** Errors: kafkajs's own, when Kafka cannot be reached or refuses. */
export async function openTopicAdmin(options: TopicAdminOptions): Promise<TopicAdmin> {
  const timeoutMs = adminTimeoutMs;
  const admin = createKafkaAdmin({ ...options, timeoutMs });
  await admin.connect();
  return {
    listTopics: () => admin.listTopics(),
    createTopics: (topics, partitions) =>
      createTopics(admin, {
        topics: topics.map(({ name, config }) => ({ name, config, partitions })),
        timeoutMs,
      }),
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

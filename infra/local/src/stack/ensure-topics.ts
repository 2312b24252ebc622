import { setTimeout as sleep } from 'node:timers/promises';
import { allTopics, type TopicSpec } from '@plumbline/events';
import { createKafkaAdmin, createTopics, isNotShown } from '@plumbline/kafka/admin';
import kafkajs, { type Admin, type SASLOptions } from 'kafkajs';
import { LocalStackError, messageOf } from '../errors.ts';
import { adminTimeoutMs, topicShownMs, topicShownPollMs } from '../limits.ts';

export interface KafkaAccess {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly auth?: {
    readonly ssl: boolean;
    readonly sasl?: SASLOptions;
  };
}

export interface EnsureTopicsOptions extends KafkaAccess {
  /** Of the topics whose count is shared; for the life of the log. */
  readonly partitions: number;
  /** The catalogue if unset. */
  readonly topics?: readonly TopicSpec[];
}

/** A setting of an existing topic that is not what the catalogue says. */
export interface TopicDrift {
  readonly topic: string;
  readonly setting: string;
  readonly expected: string;
  readonly actual: string | null;
}

export interface EnsuredTopics {
  readonly created: readonly string[];
  readonly existing: readonly string[];
  /** Reported and not repaired: changing a retention can delete records. */
  readonly drift: readonly TopicDrift[];
}

/**
 * Creates the topics of the catalogue that are missing, with their policies, and compares the
 * others. Idempotent; may run in several processes at once. Replication is the broker's default.
 *
 * Errors: {@link LocalStackError} when a topic has another number of partitions than asked for
 * (every key would then be looked for in the wrong place), or Kafka cannot be reached.
 */
export async function ensureTopics(options: EnsureTopicsOptions): Promise<EnsuredTopics> {
  const topics = options.topics ?? allTopics;
  const admin = openAdmin(options);
  try {
    await admin.connect();
    const known = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !known.has(topic.name));
    if (missing.length > 0) {
      await createTopics(admin, {
        topics: missing.map((topic) => ({
          ...{ name: topic.name, config: topic.config },
          partitions: countOf(topic, options.partitions),
        })),
        timeoutMs: adminTimeoutMs,
      });
    }
    await shown(() => requirePartitions(admin, topics, options.partitions));
    return {
      created: missing.map((topic) => topic.name),
      existing: topics.filter((topic) => known.has(topic.name)).map((topic) => topic.name),
      drift: await shown(() => driftOf(admin, topics)),
    };
  } catch (error) {
    if (error instanceof LocalStackError) throw error;
    throw new LocalStackError(
      `cannot make the topics on ${options.brokers.join(', ')}: ${messageOf(error)}`,
    );
  } finally {
    await admin.disconnect();
  }
}

/** A broker may not show yet what was made a moment ago. */
async function shown<T>(look: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + topicShownMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (!isNotShown(error) || performance.now() > untilMs) throw error;
      await sleep(topicShownPollMs);
    }
  }
}

function openAdmin({ brokers, auth }: KafkaAccess): Admin {
  const { ssl, sasl } = auth ?? { ssl: false };
  return createKafkaAdmin({
    ...{ brokers, clientId: 'plumbline-topics', ssl, timeoutMs: adminTimeoutMs },
    ...(sasl ? { sasl } : {}),
  });
}

const countOf = (topic: TopicSpec, shared: number): number =>
  topic.partitions === 'shared' ? shared : topic.partitions;

async function requirePartitions(
  admin: Admin,
  topics: readonly TopicSpec[],
  shared: number,
): Promise<void> {
  const metadata = await admin.fetchTopicMetadata({ topics: topics.map((topic) => topic.name) });
  const actual = new Map(metadata.topics.map((t) => [t.name, t.partitions.length]));
  const wrong = topics.filter((topic) => actual.get(topic.name) !== countOf(topic, shared));
  if (wrong.length === 0) return;
  const lines = wrong.map(
    (topic) =>
      `  ${topic.name} has ${actual.get(topic.name) ?? 0}, not ${countOf(topic, shared)} partitions`,
  );
  throw new LocalStackError(
    `the log was made with another number of partitions, which holds for its life:\n${lines.join('\n')}\nSet PLUMBLINE_PARTITIONS to what the log has.`,
  );
}

async function driftOf(admin: Admin, topics: readonly TopicSpec[]): Promise<readonly TopicDrift[]> {
  const described = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((topic) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: topic.name,
      configNames: Object.keys(topic.config),
    })),
  });
  const drift: TopicDrift[] = [];
  for (const topic of topics) {
    const entries = described.resources.find((r) => r.resourceName === topic.name)?.configEntries;
    for (const [setting, expected] of Object.entries(topic.config)) {
      const actual = entries?.find((entry) => entry.configName === setting)?.configValue ?? null;
      if (actual !== expected) drift.push({ topic: topic.name, setting, expected, actual });
    }
  }
  return drift;
}

export const driftLine = (of: TopicDrift): string =>
  `  topic ${of.topic}: ${of.setting} is ${of.actual ?? 'unset'}, the catalogue says ${of.expected}`;

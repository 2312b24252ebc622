import kafkajs, { Kafka, logLevel, type Admin, type SASLOptions } from 'kafkajs';
import { httpTimeoutMs } from '../limits.ts';
import type { KafkaAccess } from './access.ts';

/** A topic as the cluster has it. */
export interface TopicState {
  readonly name: string;
  readonly partitions: readonly PartitionState[];
  /** Settings by Kafka's own names; those that the broker tells. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface PartitionState {
  readonly partition: number;
  readonly startOffset: bigint;
  readonly endOffset: bigint;
}

export interface BrokerState {
  readonly id: number;
  readonly address: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** What only an administrator's requests tell. Reads; changes nothing. */
export interface ClusterAdmin {
  /** Those of the given topics that exist. */
  topics(names: readonly string[]): Promise<readonly TopicState[]>;
  brokers(): Promise<readonly BrokerState[]>;
  /** First offset appended at or after a time, by partition; the end where there is none. */
  offsetsSince(topic: string, epochMs: number): Promise<ReadonlyMap<number, bigint>>;
  close(): Promise<void>;
}

export async function openClusterAdmin(access: KafkaAccess): Promise<ClusterAdmin> {
  const { sasl } = access;
  const admin = new Kafka({
    clientId: access.clientId,
    brokers: [...access.brokers],
    logLevel: logLevel.NOTHING,
    requestTimeout: httpTimeoutMs,
    retry: { retries: 2, initialRetryTime: 200 },
    ssl: access.ssl,
    // The three mechanisms take the same two fields; kafkajs types them apart.
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
  }).admin();
  await admin.connect();
  return {
    topics: (names) => topicStates(admin, names),
    brokers: () => brokerStates(admin),
    offsetsSince: async (topic, epochMs) => {
      const found = await admin.fetchTopicOffsetsByTimestamp(topic, epochMs);
      return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
    },
    close: () => admin.disconnect(),
  };
}

async function topicStates(admin: Admin, names: readonly string[]): Promise<readonly TopicState[]> {
  const known = new Set(await admin.listTopics());
  const present = names.filter((name) => known.has(name));
  if (present.length === 0) return [];
  const settings = await settingsOf(admin, kafkajs.ConfigResourceTypes.TOPIC, present);
  return Promise.all(
    present.map(async (name) => {
      const offsets = await admin.fetchTopicOffsets(name);
      const partitions = offsets
        .map(({ partition, low, high }) => ({
          partition,
          startOffset: BigInt(low),
          endOffset: BigInt(high),
        }))
        .sort((one, other) => one.partition - other.partition);
      return { name, partitions, settings: settings.get(name) ?? {} };
    }),
  );
}

async function brokerStates(admin: Admin): Promise<readonly BrokerState[]> {
  const { brokers } = await admin.describeCluster();
  return Promise.all(
    brokers.map(async ({ nodeId, host, port }) => {
      const name = String(nodeId);
      const settings = await settingsOf(admin, kafkajs.ConfigResourceTypes.BROKER, [name]);
      return { id: nodeId, address: `${host}:${port}`, settings: settings.get(name) ?? {} };
    }),
  );
}

async function settingsOf(
  admin: Admin,
  type:
    (typeof kafkajs.ConfigResourceTypes)['TOPIC'] | (typeof kafkajs.ConfigResourceTypes)['BROKER'],
  names: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const described = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type, name })),
  });
  return new Map(
    described.resources.map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(
        configEntries.map(({ configName, configValue }) => [configName, configValue]),
      ),
    ]),
  );
}

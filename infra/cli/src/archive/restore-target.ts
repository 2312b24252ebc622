import type { TopicPartition } from '@plumbline/kafka';
import type { NewTopic } from '@plumbline/kafka/admin';
import { createKafkaAdmin, createTopics, isNotShown } from '@plumbline/kafka/admin';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, IHeaders, Message, Producer, SASLOptions } from 'kafkajs';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import { httpTimeoutMs, restoreShownMs, retryMs } from '../limits.ts';
import type { KafkaAccess } from '../session/access.ts';
import { openClusterAdmin } from '../session/cluster-admin.ts';

/** A record with the time that it is to have. */
export interface RestoredRecord {
  /** Epoch ms. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly name: string; readonly value: Buffer }[];
}

export interface TargetTopic {
  readonly settings: Readonly<Record<string, string>>;
  /** Start and end of each partition. */
  readonly partitions: readonly { readonly start: bigint; readonly end: bigint }[];
}

/** What a restore needs of a cluster besides reading it. */
export interface RestoreTarget {
  /** Null for none. */
  topic(name: string): Promise<TargetTopic | null>;
  /** Until it can be written to. */
  create(topic: NewTopic): Promise<void>;
  /** Puts these settings in place of all that it has of its own. */
  configure(name: string, settings: Readonly<Record<string, string>>): Promise<void>;
  /** In their order, each once. */
  append(to: TopicPartition, records: readonly RestoredRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** Errors: kafkajs's own. */
export async function openKafkaTarget(access: KafkaAccess): Promise<RestoreTarget> {
  const { brokers, clientId, ssl } = access;
  // The three mechanisms take the same two fields; kafkajs types them apart.
  const sasl = access.sasl === undefined ? {} : { sasl: access.sasl as SASLOptions };
  const reading = await openClusterAdmin(access);
  const admin = createKafkaAdmin({ brokers, clientId, ssl, ...sasl, timeoutMs: httpTimeoutMs });
  const producer = new Kafka({
    ...{ clientId, ssl, brokers: [...brokers], logLevel: logLevel.NOTHING, ...sasl },
  }).producer({
    // A repeat after a lost answer is written once.
    ...{ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false },
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  await admin.connect();
  await producer.connect();
  return {
    topic: async (name) => {
      const [state] = await reading.topics([name]);
      if (state === undefined) return null;
      const { settings, partitions } = state;
      return {
        settings,
        partitions: partitions.map(({ startOffset: start, endOffset: end }) => ({ start, end })),
      };
    },
    create: async (topic) => {
      await createTopics(admin, { topics: [topic], timeoutMs: httpTimeoutMs });
      await untilShown(admin, topic.name);
    },
    configure: (name, settings) => configure(admin, name, settings),
    append: (to, records) => append(producer, to, records),
    close: async () => {
      await Promise.allSettled([producer.disconnect(), admin.disconnect(), reading.close()]);
    },
  };
}

async function untilShown(admin: Admin, topic: string): Promise<void> {
  for (const until = performance.now() + restoreShownMs; ;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (!isNotShown(error) || performance.now() > until) throw error;
    }
    await sleep(retryMs);
  }
}

async function configure(
  admin: Admin,
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }],
  });
}

async function append(
  producer: Producer,
  { topic, partition }: TopicPartition,
  records: readonly RestoredRecord[],
): Promise<void> {
  const messages = records.map(({ timestampMs, key, value, headers }): Message => {
    const all: IHeaders = {};
    for (const header of headers) {
      const before = all[header.name];
      if (before === undefined) all[header.name] = header.value;
      else all[header.name] = [...(Array.isArray(before) ? before : [before]), header.value];
    }
    return { ...{ partition, key, value, headers: all }, timestamp: timestampMs.toString() };
  });
  await producer.send({ topic, messages, acks: -1 });
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec, SchemaIds } from '@plumbline/events';
import { allTopics, catalogue, createCodec, subjectOf, topics } from '@plumbline/events';
import type { Log, OutgoingRecord, TransactionalProducer } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import type { Report, Stack } from '@plumbline/local';
import { ensureRegistry, ensureTopics, openStack } from '@plumbline/local';
import { createRegistrySchemaIds } from '@plumbline/registry';
import type { Admin } from 'kafkajs';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import { partitions, pollMs, renewAttemptsMax } from '../limits.ts';

/** A broker and a registry with the topics of the catalogue, and nothing else. */
export interface BenchLog {
  readonly home: string;
  readonly stack: Stack;
  readonly codec: Codec;
  readonly schemaIds: AlertSchemaIds;
  /** Another one after `renew`: a log knows topics by their ids. */
  log(): Log;
  /** What writes the prepared log; another one after `renew`. */
  producer(): TransactionalProducer;
  /** What others than us keep on the broker. */
  peerTopics(): Promise<readonly string[]>;
  /** Deletes topics and makes those of the catalogue anew, empty. */
  renew(what: Renewed): Promise<void>;
  /** Writes commands to the alert tasks as if they had been written at that time, epoch ms. */
  commandAt(atMs: number, records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

export type Renewed = 'everything' | 'results' | 'results and rules';

/** Under which the registry has the records of the alert topic. */
export interface AlertSchemaIds {
  readonly raised: number;
  readonly resolved: number;
}

/** What a run of the alert join leaves behind, by name; the internal topics of others besides. */
const resultTopics: ReadonlySet<string> = new Set([
  topics.alertsEvents.name,
  topics.alertsOutcomes.name,
  topics.consistencyAlertsChangelog.name,
  topics.consistencyAlertsDeadLetters.name,
]);

const ownTopics: ReadonlySet<string> = new Set(allTopics.map(({ name }) => name));

/** Begins the names of what others keep on the broker, such as the changelogs of Kafka Streams. */
export const peerPrefix = 'bench-';
const isPeers = (topic: string): boolean => topic.startsWith(peerPrefix);

/** Errors: LocalStackError; nothing is left. */
export async function openBenchLog(options: {
  readonly report: Report;
  readonly signal: AbortSignal;
}): Promise<BenchLog> {
  const { report, signal } = options;
  const home = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  const closers = [() => rm(home, { recursive: true, force: true, maxRetries: 3 })];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const stack = await openStack({
      ...{ home, report, signal, ports: 'free', purpose: 'npm run bench' },
      parts: ['kafka', 'registry'],
    });
    closers.push(() => stack.stop());
    await ensureRegistry({ registryUrl: stack.registryUrl });
    const brokers = [stack.kafka];
    await ensureTopics({ brokers, partitions });
    const kafka = new Kafka({ clientId: 'bench', brokers, logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    closers.push(() => admin.disconnect());
    const registry = createRegistrySchemaIds({ url: stack.registryUrl });
    closers.push(() => registry.close());
    const codec = createCodec(registry);
    await codec.prepare(allTopics.map(({ name }) => name));
    let client = await openClient(brokers);
    closers.push(() => client.close());
    return {
      ...{ home, stack, codec, close },
      schemaIds: await alertSchemaIds(registry),
      log: () => client.log,
      producer: () => client.producer,
      peerTopics: async () => (await admin.listTopics()).filter(isPeers),
      commandAt: (atMs, records) => commandAt(kafka, admin, atMs, records),
      renew: async (what) => {
        await client.close();
        await renew(admin, brokers, what);
        client = await openClient(brokers);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openClient(brokers: readonly string[]) {
  const log = await createKafkaLog({ brokers, clientId: 'bench' });
  const producer = await log.openTransactionalProducer({ transactionalId: 'bench-writer' });
  const close = async () => {
    await producer.close();
    await log.close();
  };
  return { log, producer, close };
}

const isRenewed = (name: string, what: Renewed): boolean => {
  if (isPeers(name)) return true;
  if (what === 'everything') return ownTopics.has(name);
  const isRules = what === 'results and rules' && name === topics.alertsCommands.name;
  return isRules || resultTopics.has(name);
};

/**
 * The broker gives these commands the time that they name, which only the log of a measurement may
 * do: the same log is then taken under other rules, without being written anew.
 */
async function commandAt(
  kafka: Kafka,
  admin: Admin,
  atMs: number,
  records: readonly OutgoingRecord[],
): Promise<void> {
  const { name: topic } = topics.alertsCommands;
  const configEntries = [{ name: 'message.timestamp.type', value: 'CreateTime' }];
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }];
  await admin.alterConfigs({ validateOnly: false, resources });
  const producer = kafka.producer();
  await producer.connect();
  try {
    const timestamp = String(atMs);
    const messages = records.map(({ partition, key, value, headers }) => ({
      ...{ partition, key, value, timestamp },
      headers: { ...headers },
    }));
    await producer.send({ topic, messages });
  } finally {
    await producer.disconnect();
  }
}

async function renew(admin: Admin, brokers: readonly string[], what: Renewed): Promise<void> {
  const known = await admin.listTopics();
  const old = known.filter((name) => isRenewed(name, what));
  await admin.deleteTopics({ topics: old });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ensureTopics({ brokers, partitions });
      // Answered by the leaders only, so that each partition has one.
      for (const name of ownTopics) await admin.fetchTopicOffsets(name);
      return;
    } catch (error) {
      // A broker still names what was deleted for a moment.
      if (attempt === renewAttemptsMax) throw error;
      await sleep(pollMs * attempt);
    }
  }
}

async function alertSchemaIds(registry: SchemaIds): Promise<AlertSchemaIds> {
  const idOf = (name: string) => {
    const schema = catalogue.schemas[name];
    if (schema === undefined) throw new Error(`no schema of ${name}`);
    return registry.idOf(subjectOf(topics.alertsEvents.name, name), schema);
  };
  const [raised, resolved] = await Promise.all([
    idOf('plumbline.alerts.AlertRaised'),
    idOf('plumbline.alerts.AlertResolved'),
  ]);
  return { raised, resolved };
}

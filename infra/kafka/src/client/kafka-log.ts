import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { Unavailable, UnknownTopic } from '../errors.ts';
import type { SaslOptions } from '../kafkajs-internals.ts';
import {
  connectionTimeoutMs,
  reconnectPatience,
  requestTimeoutMs,
  visibilityLagMs,
} from '../limits.ts';
import type {
  EdgeProducer,
  Ends,
  GroupOffset,
  Log,
  LogReader,
  Membership,
  TopicPartition,
} from '../log.ts';
import { producerOver, type TransactionSession } from '../transaction-session.ts';
import { codeName, staleLeader } from '../wire/error-codes.ts';
import { earliest, latest, listOffsetsRequest } from '../wire/offsets.ts';
import { BrokerClock } from './broker-clock.ts';
import { keepCalibrated } from './calibration.ts';
import { Cluster } from './cluster.ts';
import { groupOffsetsOf } from './group-offsets.ts';
import { isRestored } from './is-restored.ts';
import { KafkaEdgeProducer } from './kafka-edge.ts';
import { KafkaMembership } from './kafka-membership.ts';
import { KafkaReader } from './kafka-reader.ts';
import { KafkaTransactionSession } from './kafka-transactions.ts';
import { withPatience } from './patience.ts';

/** Where warnings of the client go; a winston logger fits. */
export interface KafkaLogger {
  warn(message: string, fields?: Record<string, unknown>): unknown;
}

export interface KafkaLogOptions {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** True for TLS with the system's authorities, or options of `tls.connect`. */
  readonly ssl?: boolean | TlsOptions;
  readonly sasl?: SaslOptions;
  readonly logger?: KafkaLogger;
  /** A topic on whose partition 0 the broker's time is asked for, at once and every 10 s. */
  readonly clockTopic?: string;
  readonly connectionTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
}

interface Closable {
  close(): Promise<void>;
}

/** Connects to a Kafka cluster of version 3.1 or later. {@link Unavailable} when none answers. */
export async function createKafkaLog(options: KafkaLogOptions): Promise<Log> {
  return openKafkaLog(options);
}

/** The same, with what only tests may use. Not part of the package's interface. */
export async function openKafkaLog(options: KafkaLogOptions): Promise<KafkaLog> {
  const warn = (message: string): void => {
    options.logger?.warn(message, { client: 'kafka', clientId: options.clientId });
  };
  const ssl = options.ssl === true ? {} : options.ssl === false ? null : (options.ssl ?? null);
  const cluster = new Cluster(options.brokers, {
    clientId: options.clientId,
    ssl,
    sasl: options.sasl ?? null,
    connectionTimeoutMs: options.connectionTimeoutMs ?? connectionTimeoutMs,
    requestTimeoutMs: options.requestTimeoutMs ?? requestTimeoutMs,
    onError: warn,
  });
  const clock = new BrokerClock();
  try {
    const topic = options.clockTopic;
    await cluster.describe(topic === undefined ? [] : [topic], reconnectPatience);
    if (topic !== undefined) await keepCalibrated({ cluster, clock, topic, onError: warn });
  } catch (error) {
    cluster.close();
    throw error;
  }
  return new KafkaLog(cluster, clock, warn);
}

export class KafkaLog implements Log {
  readonly #cluster: Cluster;
  readonly #clock: BrokerClock;
  readonly #warn: (message: string) => void;
  readonly #open = new Set<Closable>();

  constructor(cluster: Cluster, clock: BrokerClock, warn: (message: string) => void) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#warn = warn;
  }

  async describeTopics(topics: readonly string[]) {
    if (topics.length === 0) return [];
    const found = await this.#cluster.describe(topics, reconnectPatience);
    const byName = new Map(found.map((topic) => [topic.name, topic]));
    return topics.map((topic) => {
      const known = byName.get(topic);
      if (known === undefined) throw new Unavailable(`No answer about topic ${topic}`);
      return { topic, partitions: known.partitions.length, incarnation: uuidOf(known.id) };
    });
  }

  ends(of: TopicPartition): Promise<Ends> {
    const find = (isolation: 'read_committed' | 'read_uncommitted', timestamp: bigint) =>
      this.#offset({ ...of, isolation, timestamp });
    const attempt = async (): Promise<Ends> => {
      // One after the other: the stable offset is never beyond the high watermark told with it.
      const logStartOffset = await find('read_uncommitted', earliest);
      const lastStableOffset = await find('read_committed', latest);
      const highWatermark = await find('read_uncommitted', latest);
      return { logStartOffset, lastStableOffset, highWatermark };
    };
    return withPatience(attempt, reconnectPatience, this.#cluster.signal);
  }

  isRestored(of: TopicPartition): Promise<boolean> {
    return isRestored(this, of);
  }

  groupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<readonly GroupOffset[]> {
    const cluster = this.#cluster;
    const attempt = () => groupOffsetsOf(cluster, groupId, partitions);
    return withPatience(attempt, reconnectPatience, cluster.signal);
  }

  async openReader(options: Parameters<Log['openReader']>[0]): Promise<LogReader> {
    const topics = [...new Set(options.from.map(({ topic }) => topic))];
    const described =
      topics.length === 0 ? [] : await this.#cluster.describe(topics, reconnectPatience);
    for (const { topic, partition } of options.from) {
      const known = described.find(({ name }) => name === topic)?.partitions;
      if (known?.some(({ index }) => index === partition) === true) continue;
      throw new UnknownTopic(`There is no partition ${topic}-${partition}`);
    }
    const incarnations = new Map(described.map(({ name, id }) => [name, id.toString('hex')]));
    const cluster = this.#cluster;
    const brokerNowMs = (): number | null => {
      const nowMs = this.brokerNowMs();
      return nowMs === null ? null : nowMs - visibilityLagMs;
    };
    return this.#closing(new KafkaReader({ cluster, ...options, incarnations, brokerNowMs }));
  }

  async openTransactionalProducer(options: { readonly transactionalId: string }) {
    return producerOver(await this.openTransactionSession(options.transactionalId));
  }

  async openTransactionSession(
    transactionalId: string,
    options: { readonly transactionTimeoutMs?: number } = {},
  ): Promise<TransactionSession> {
    const of = { ...options, transactionalId, cluster: this.#cluster, clock: this.#clock };
    return this.#closing(await KafkaTransactionSession.open(of));
  }

  openEdgeProducer(): Promise<EdgeProducer> {
    const producer = new KafkaEdgeProducer({ cluster: this.#cluster, clock: this.#clock });
    return Promise.resolve(this.#closing(producer));
  }

  join(options: Parameters<Log['join']>[0]): Promise<Membership> {
    const membership = new KafkaMembership({
      ...options,
      cluster: this.#cluster,
      onWarning: this.#warn,
    });
    this.#open.add({ close: () => membership.leave() });
    membership.start();
    return Promise.resolve(membership);
  }

  brokerNowMs(): number | null {
    return this.#clock.nowMs();
  }

  async close(): Promise<void> {
    const open = [...this.#open];
    this.#open.clear();
    await Promise.allSettled(open.map((each) => each.close()));
    this.#cluster.close();
  }

  async #offset(of: Parameters<typeof listOffsetsRequest>[0]): Promise<bigint> {
    const { errorCode, offset } = await this.#cluster.callLeader(of, listOffsetsRequest(of));
    if (errorCode === 0) return offset;
    const text = `Ends of ${of.topic}-${of.partition}: ${codeName(errorCode)}`;
    this.#cluster.forget([of.topic]);
    throw staleLeader.has(errorCode) ? new Unavailable(text) : new Error(text);
  }

  /** Closes with the log, unless it was closed before. */
  #closing<T extends Closable>(opened: T): T {
    const close = opened.close.bind(opened);
    opened.close = async () => {
      this.#open.delete(opened);
      await close();
    };
    this.#open.add(opened);
    return opened;
  }
}

function uuidOf(id: Buffer): string {
  return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

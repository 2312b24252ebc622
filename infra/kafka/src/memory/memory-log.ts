import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import {
  CorruptRecord,
  NotCommitted,
  OutcomeUnknown,
  PositionOutOfRange,
  Unavailable,
  UnknownTopic,
} from '../errors.ts';
import { fetchBytesPerPartition } from '../limits.ts';
import type {
  Appended,
  EdgeProducer,
  Fetched,
  Isolation,
  Log,
  LogRecord,
  OutgoingRecord,
  TopicPartition,
  TransactionalProducer,
} from '../log.ts';
import { refusalOf } from '../record-size.ts';
import { producerOver } from '../transaction-session.ts';
import { MemoryGroups } from './memory-groups.ts';
import {
  MemoryPartition,
  type CompactOptions,
  type Compacted,
  type MemoryTransaction,
} from './memory-partition.ts';
import { createMemoryReader, type ReaderHost } from './memory-reader.ts';
import {
  attempt,
  MemoryTransactions,
  type MemoryTransactionSession,
} from './memory-transactions.ts';

/**
 * What the next matching operation suffers. `commit-unknown`: committed, answer lost.
 * `commit-lost`: the request itself was lost, so the transaction stays open until the id is opened
 * again or its time-out has passed. `transact-refused`: a clear error before the commit.
 * `edge-reply-lost`: appended, answer lost. `edge-request-lost`: not appended, answer lost.
 * `edge-refused`: a clear error. `fetch-unavailable`, `fetch-corrupt`, `open-producer-unavailable`: as they say.
 */
export type MemoryFault =
  | 'commit-unknown'
  | 'commit-lost'
  | 'transact-refused'
  | 'edge-reply-lost'
  | 'edge-request-lost'
  | 'edge-refused'
  | 'fetch-unavailable'
  | 'fetch-corrupt'
  | 'open-producer-unavailable';

/** The log in memory, and what only a test may do to a log. */
export interface MemoryLog extends Log {
  /** Appends outside any transaction, at once. */
  appendRaw(record: OutgoingRecord): Appended;
  /** Every record of a topic, by partition, then offset. */
  topicRecords(topic: string, isolation?: Isolation): readonly LogRecord[];
  createTopic(topic: { readonly name: string; readonly partitions: number }): void;
  /** Deletes the topic and makes it again, empty, with another incarnation. */
  recreateTopic(name: string): void;
  /** Forgets the records of a partition below an offset, as retention does. */
  deleteBefore(at: TopicPartition & { readonly offset: bigint }): void;
  /**
   * A transaction step by step, so that a test can leave it open or abort it. {@link Unavailable}
   * while the markers of the id's last transaction are still being written: ask again.
   */
  openTransactionSession(
    transactionalId: string,
    options?: { readonly transactionTimeoutMs?: number },
  ): Promise<MemoryTransactionSession>;
  /** The broker's side of one fetch: what is there now. {@link PositionOutOfRange}. */
  fetchNow(of: FetchNow): readonly Fetched[];
  /** Whether {@link MemoryLog.fetchNow} would bring something, or fail, for one position. */
  hasNews(at: FetchNow['from'][number], isolation: Isolation): boolean;
  /** Calls back once, when something next becomes readable; returns how to take that back. */
  onChange(wake: () => void): () => void;
  /** Forgets what newer records of the same keys replace, as the log cleaner does. */
  compact(at: TopicPartition & CompactOptions): Compacted;
  /** Every member of the group loses it at once and joins again. */
  expireGroup(groupId: string): void;
  /** The next matching operation fails in this way; several calls queue up. */
  failNext(fault: MemoryFault): void;
}

export interface FetchNow {
  /** With an incarnation: a topic that was made again since is out of range. */
  readonly from: readonly (TopicPartition & { offset: bigint; incarnation?: string })[];
  readonly isolation: Isolation;
  readonly bytesMax?: number | undefined;
  readonly sentAtBrokerMs: number | null;
}

export interface MemoryLogOptions {
  /**
   * The broker's clock. Without one it is the real clock, and an empty fetch waits `maxWaitMs`
   * for a record. With one it is virtual: an empty fetch waits by its `sleep`, or, when it has none,
   * answers after one turn of the event loop (`setImmediate`), whatever `maxWaitMs` says, so that a
   * test only moves its clock.
   */
  readonly clock?: { nowMs(): number; sleep?: Clock['sleep'] };
  /**
   * Writes the marker of one partition, at once or later: until then its readers are held back, and
   * the transactional id is busy. At once by default.
   */
  readonly writeMarker?: (write: () => void) => void;
  /** Told of everything that is appended, in the order of appending. */
  readonly onAppend?: (record: LogRecord) => void;
  readonly topics: readonly { readonly name: string; readonly partitions: number }[];
}

interface Topic {
  readonly incarnation: string;
  readonly partitions: readonly MemoryPartition[];
}

/** The log port in memory: one process, nothing kept, the same contract suite as Kafka's. */
export function createMemoryLog(options: MemoryLogOptions): MemoryLog {
  return new InMemoryLog(options);
}

class InMemoryLog implements MemoryLog, ReaderHost {
  readonly virtualClock: boolean;
  readonly sleep: Clock['sleep'] | undefined;
  readonly #clock: { nowMs(): number };
  readonly #onAppend: (record: LogRecord) => void;
  readonly #topics = new Map<string, Topic>();
  readonly #transactions: MemoryTransactions;
  readonly #groups = new MemoryGroups();
  readonly #faults: MemoryFault[] = [];
  readonly #waiting = new Set<() => void>();
  #incarnations = 0;
  #closed = false;

  constructor(options: MemoryLogOptions) {
    this.virtualClock = options.clock !== undefined;
    this.#clock = options.clock ?? { nowMs: () => Date.now() };
    this.sleep = options.clock?.sleep;
    this.#onAppend = options.onAppend ?? (() => undefined);
    this.#transactions = new MemoryTransactions({
      nowMs: () => this.#clock.nowMs(),
      takeFault: (fault) => this.takeFault(fault),
      check: (record) => this.#check(record),
      append: (record, transaction) => this.#append(record, transaction),
      wake: () => this.#wake(),
      writeMarker: options.writeMarker ?? ((write) => write()),
    });
    for (const topic of options.topics) this.createTopic(topic);
  }

  createTopic(topic: { readonly name: string; readonly partitions: number }): void {
    if (this.#topics.has(topic.name)) throw new Error(`Topic ${topic.name} exists`);
    this.#incarnations += 1;
    const { name } = topic;
    this.#topics.set(name, {
      // Under a virtual clock everything repeats, the incarnations too.
      incarnation: this.virtualClock ? `memory-${this.#incarnations}` : randomUUID(),
      partitions: Array.from(
        { length: topic.partitions },
        (_, partition) => new MemoryPartition({ topic: name, partition }),
      ),
    });
  }

  recreateTopic(name: string): void {
    const partitions = this.#topic(name).partitions.length;
    this.#topics.delete(name);
    this.createTopic({ name, partitions });
    this.#wake();
  }

  deleteBefore(at: TopicPartition & { readonly offset: bigint }): void {
    this.partition(at).deleteBefore(at.offset);
    this.#wake();
  }

  appendRaw(record: OutgoingRecord): Appended {
    const appended = this.#append(record, null);
    this.#wake();
    return appended;
  }

  topicRecords(topic: string, isolation: Isolation = 'read_committed'): readonly LogRecord[] {
    this.#transactions.expire();
    return this.#topic(topic).partitions.flatMap((partition) => {
      const offset = partition.ends().logStartOffset;
      const all = { offset, isolation, bytesMax: Number.MAX_SAFE_INTEGER, sentAtBrokerMs: null };
      return partition.read(all).records;
    });
  }

  failNext(fault: MemoryFault): void {
    this.#faults.push(fault);
  }

  expireGroup(groupId: string): void {
    this.#groups.expire(groupId);
  }

  describeTopics(topics: readonly string[]) {
    return attempt(() =>
      topics.map((topic) => {
        const { incarnation, partitions } = this.#topic(topic);
        return { topic, incarnation, partitions: partitions.length };
      }),
    );
  }

  ends(of: TopicPartition) {
    return attempt(() => {
      this.#transactions.expire();
      return this.partition(of).ends();
    });
  }

  groupOffsets(groupId: string, partitions: readonly TopicPartition[]) {
    return attempt(() => {
      const there = ({ topic, partition }: TopicPartition): boolean =>
        this.#topics.get(topic)?.partitions[partition] !== undefined;
      return this.#groups.reported(groupId, partitions.filter(there));
    });
  }

  openReader(options: Parameters<Log['openReader']>[0]) {
    return attempt(() => {
      for (const at of options.from) this.partition(at);
      return createMemoryReader(this, options);
    });
  }

  openTransactionalProducer(options: { readonly transactionalId: string }) {
    return this.openTransactionSession(options.transactionalId).then(
      (session): TransactionalProducer => producerOver(session),
    );
  }

  openTransactionSession(
    transactionalId: string,
    options: { readonly transactionTimeoutMs?: number } = {},
  ): Promise<MemoryTransactionSession> {
    return attempt(() => this.#transactions.open(transactionalId, options));
  }

  openEdgeProducer(): Promise<EdgeProducer> {
    let closed = false;
    return Promise.resolve({
      send: (record) =>
        attempt(() => {
          if (closed) throw new NotCommitted('The producer is closed');
          if (this.takeFault('edge-refused')) throw new NotCommitted('Fault of the test');
          if (this.takeFault('edge-request-lost')) throw new OutcomeUnknown('Fault of the test');
          const appended = this.#append(record, null);
          this.#wake();
          if (this.takeFault('edge-reply-lost')) throw new OutcomeUnknown('Fault of the test');
          return appended;
        }),
      close: () => {
        closed = true;
        return Promise.resolve();
      },
    });
  }

  join(options: Parameters<Log['join']>[0]) {
    return attempt(() => this.#groups.join(options));
  }

  brokerNowMs(): number {
    return this.#clock.nowMs();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#groups.close();
    this.#wake();
    return Promise.resolve();
  }

  fetchNow({ from, isolation, bytesMax = fetchBytesPerPartition, sentAtBrokerMs }: FetchNow) {
    this.#transactions.expire();
    return from.map(({ topic, partition, offset, incarnation }) => {
      const at = { topic, partition, offset };
      if (incarnation !== undefined && incarnation !== this.#topic(topic).incarnation) {
        throw new PositionOutOfRange({ ...at, detail: 'the topic was deleted and made again' });
      }
      return this.partition(at).read({ offset, isolation, bytesMax, sentAtBrokerMs });
    });
  }

  hasNews(at: FetchNow['from'][number], isolation: Isolation): boolean {
    const topic = this.#topics.get(at.topic);
    if (topic === undefined || topic.incarnation !== (at.incarnation ?? topic.incarnation)) {
      return true;
    }
    const partition = topic.partitions[at.partition];
    return partition?.readableEnd(isolation) !== at.offset;
  }

  compact(at: TopicPartition & CompactOptions) {
    return this.partition(at).compact(at);
  }

  // What readers need of the log.

  partition(at: TopicPartition): MemoryPartition {
    const partition = this.#topic(at.topic).partitions[at.partition];
    if (partition === undefined) throw new UnknownTopic(`No partition ${at.topic}-${at.partition}`);
    return partition;
  }

  beforeFetch(): void {
    if (this.#closed) throw new Unavailable('The log is closed');
    this.#transactions.expire();
    if (this.takeFault('fetch-unavailable')) throw new Unavailable('Fault of the test');
    if (this.takeFault('fetch-corrupt')) throw new CorruptRecord('Fault of the test');
  }

  onChange(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  takeFault(fault: MemoryFault): boolean {
    const index = this.#faults.indexOf(fault);
    if (index >= 0) this.#faults.splice(index, 1);
    return index >= 0;
  }

  #check(record: OutgoingRecord): MemoryPartition {
    const refusal = refusalOf(record);
    if (refusal !== null) throw refusal;
    try {
      return this.partition(record);
    } catch (error) {
      throw new NotCommitted(`No ${record.topic}-${record.partition}`, { cause: error });
    }
  }

  #append(record: OutgoingRecord, transaction: MemoryTransaction | null): Appended {
    if (this.#closed) throw new NotCommitted('The log is closed');
    const nowMs = this.#clock.nowMs();
    const appended = this.#check(record).append(record, { nowMs, transaction });
    const baseOffset = appended.offset;
    this.#onAppend(appended);
    return { topic: record.topic, partition: record.partition, baseOffset, appendTimeMs: nowMs };
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new UnknownTopic(`No topic ${name}`);
    return topic;
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

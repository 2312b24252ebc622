/**
 * The port to the log. Everything above it — tasks, edges, projections, tools — knows Kafka only by
 * these types, so that the client behind it can be replaced, and so that the same code runs on a
 * log in memory with a clock of its own. One contract suite holds for every implementation.
 */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Header values are bytes on the wire; ours are UTF-8 text. Keys are case-sensitive. */
export type Headers = Readonly<Record<string, Buffer>>;

/** Key, value and header values may be views into one large buffer: copy what is kept for long. */
export interface LogRecord extends TopicPartition {
  readonly offset: bigint;
  /** Broker append time on every topic of ours (LogAppendTime), epoch ms. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  /**
   * Each header where it stands in the fetched buffer; null values are left out. Given by readers
   * that would otherwise make a buffer of each: then `headers` is made when it is asked for, and a
   * copy of the record (`{ ...record }`) is without both.
   */
  readonly eachHeader?: (visit: HeaderVisitor) => void;
}

export type HeaderVisitor = (name: string, bytes: Buffer, start: number, end: number) => void;

export interface OutgoingRecord extends TopicPartition {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | string>>;
}

/** The answer of one fetch for one partition; also given when it brought no record. */
export interface Fetched extends TopicPartition {
  readonly records: readonly LogRecord[];
  /** Where to read on. Moves past control markers and aborted batches, which bring no record. */
  readonly nextOffset: bigint;
  readonly logStartOffset: bigint;
  readonly lastStableOffset: bigint;
  readonly highWatermark: bigint;
  /**
   * A lower bound of the broker's clock at the moment when the request was sent, epoch ms; `null`
   * while the clock is not known. If the answer reached the end of the log (position = last stable
   * offset = high watermark), a record that a later fetch brings was appended at or after it. On
   * Kafka a record has its time shortly before it can be read, so this stays behind the clock by
   * `visibilityLagMs`; replicas that lag by more than that are not covered.
   */
  readonly sentAtBrokerMs: number | null;
  /**
   * Whether a record has the time that its producer gave it and not the broker's: on topics of ours
   * only a restore writes such. Left out where a log does not know.
   */
  readonly hasOwnTimes?: boolean;
}

export type Isolation = 'read_committed' | 'read_uncommitted';

export interface FetchOptions {
  /** The broker answers at once when there is a record, at the latest after this long. */
  readonly maxWaitMs: number;
  /** Roughly how many bytes to bring for one partition; at least one batch always comes. */
  readonly maxBytesPerPartition?: number;
}

/**
 * Manual positions, one connection a broker. `fetch` is not reentrant. A partition whose position
 * is outside the log fails with {@link PositionOutOfRange}: nothing ever jumps silently.
 */
export interface LogReader {
  position(of: TopicPartition): bigint;
  /** What a fetch would say as `sentAtBrokerMs` if it were sent now. */
  stampMs(): number | null;
  seek(to: TopicPartition & { readonly offset: bigint }): void;
  /**
   * Fetches from the given partitions, or from all; their positions move to `nextOffset`. Several
   * brokers are asked at once, and the first that brings something is not held back for the others:
   * a partition without an answer this time is in one of the next. {@link PositionOutOfRange};
   * {@link Unavailable} after trying for a bounded time; {@link CorruptRecord}.
   */
  fetch(options: FetchOptions, only?: readonly TopicPartition[]): Promise<readonly Fetched[]>;
  close(): Promise<void>;
}

export interface Ends {
  readonly logStartOffset: bigint;
  readonly lastStableOffset: bigint;
  readonly highWatermark: bigint;
}

/** Where one record went. */
export interface Appended extends TopicPartition {
  readonly baseOffset: bigint;
  /** Broker time of the batch; `null` on a CreateTime topic. */
  readonly appendTimeMs: number | null;
}

/**
 * One transactional producer: opening it initialises the id, which fences whoever held it. At most
 * one transaction at a time, and one send in flight (two can lose a record, docs/kafka-client.md).
 *
 *   open ──► ready ──send──► in transaction ──commit/abort──► ready
 *                 any error ──► dead (only close is allowed)
 */
export interface TransactionalProducer {
  readonly transactionalId: string;
  /**
   * Writes the records in one transaction and commits it. Resolves only when the commit is known to
   * have happened, with one {@link Appended} for each record, in the order given. {@link Fenced}: somebody else owns the id now. {@link OutcomeUnknown}: the commit
   * may or may not have happened; open a new producer and read the log to learn which.
   * {@link NotCommitted}: it certainly did not. After any of them this producer is dead.
   */
  transact(records: readonly OutgoingRecord[]): Promise<readonly Appended[]>;
  close(): Promise<void>;
}

/**
 * A producer for edges: not idempotent, micro-batching, one request in flight. A lost answer means
 * that the record may be in the log; the caller repeats it with the same command id.
 */
export interface EdgeProducer {
  /** Acknowledged by the broker, or rejected with {@link OutcomeUnknown} / {@link NotCommitted}. */
  send(record: OutgoingRecord): Promise<Appended>;
  close(): Promise<void>;
}

export interface TopicDescription {
  readonly topic: string;
  readonly partitions: number;
  /** The topic's own identity. A topic deleted and made again under its name has another. */
  readonly incarnation: string;
}

export interface MembershipOptions {
  readonly groupId: string;
  /** Partition numbers to share out: a task is a partition number across co-partitioned topics. */
  readonly topics: readonly string[];
  readonly partitions: number;
  /**
   * Called with every new assignment, in order and never overlapping. A partition that moves away
   * from a living member is given to its new owner only after this returned at the old one.
   */
  onAssigned(assignment: Assignment): Promise<void>;
  /** The membership is over and will not come back by itself. */
  onFailed(error: Error): void;
}

export interface Assignment {
  /** Grows with every rebalance. */
  readonly generation: number;
  readonly partitions: readonly number[];
  /** False once the member has lost the group: its tasks must stop, and a new assignment follows. */
  readonly member: boolean;
}

export interface Membership {
  /** Heartbeats at once; true if this member still belongs to the given generation. */
  confirm(generation: number): Promise<boolean>;
  /**
   * Writes down as plain group offsets how far this member has come, for whoever watches lag.
   * Nothing reads them to resume: what a task has done is in its own transactions. So nothing is
   * promised either: a member without a generation reports nothing, what the group's coordinator
   * does not take is only warned of, and the next report makes up for it. Does not reject.
   */
  report(positions: readonly GroupOffset[]): Promise<void>;
  /** Leaves the group, so that the others take over at once. */
  leave(): Promise<void>;
}

/** How far the owner of a partition said it had come: the next offset to take. */
export interface GroupOffset extends TopicPartition {
  readonly offset: bigint;
}

export interface Log {
  describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]>;
  ends(of: TopicPartition): Promise<Ends>;
  /**
   * Whether a partition begins with what was restored from an archive or a bundle: records there say
   * for ever that their time is not the broker's. Left out where a log does not know.
   */
  isRestored?(of: TopicPartition): Promise<boolean>;
  /**
   * What members of the group last reported of these partitions; one that nobody reported is left
   * out. To watch lag, never to resume from: see {@link Membership.report}.
   */
  groupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<readonly GroupOffset[]>;
  openReader(options: {
    readonly from: readonly (TopicPartition & { readonly offset: bigint })[];
    readonly isolation: Isolation;
  }): Promise<LogReader>;
  openTransactionalProducer(options: {
    readonly transactionalId: string;
  }): Promise<TransactionalProducer>;
  openEdgeProducer(): Promise<EdgeProducer>;
  join(options: MembershipOptions): Promise<Membership>;
  /**
   * A lower bound of the broker's clock now, epoch ms: the append time of the newest answered
   * Produce request plus the monotonic time since. `null` until the first answer.
   */
  brokerNowMs(): number | null;
  close(): Promise<void>;
}

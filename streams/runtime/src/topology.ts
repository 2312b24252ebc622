import type { Payload } from '@plumbline/kernel';
import type { Envelope, RecordHead } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { StateCodec } from './state-codec.ts';

/**
 * A topology is a value: what is read, in which order, what is written, which state is kept, and a
 * processor. The same value runs in production, in the test driver and in the simulator, and draws
 * the documentation.
 */
export interface Topology {
  /** Transactional ids are `<name>-<partition>`, the consumer group is `<name>`. */
  readonly name: string;
  /**
   * How records of several inputs are taken: `arrival`, as they come; `time`, merged by broker time
   * with frontiers, so that a replay from zero takes them in the same order (docs/architecture.md).
   */
  readonly ordering: 'arrival' | 'time';
  /**
   * Least time between two fetches while records come, ms: what is paid in latency is gained in
   * batches. 0 where somebody waits for the answer.
   */
  readonly paceMs: number;
  /**
   * The most that a thread without time to spare waits between two fetches that bring little, ms; that
   * of all others unless given ({@link busyPace} of @plumbline/kafka, decision 0013).
   */
  readonly busyPaceMs?: number;
  /** In the order in which records of the same millisecond are taken. `arrival` goes by it too. */
  readonly inputs: readonly TopologyInput[];
  /** Topics that the processor emits to; anything else is refused. */
  readonly outputs: readonly string[];
  readonly changelog: string;
  readonly deadLetters: string;
  readonly stores: readonly StoreSpec[];
  /**
   * Topics of which this topology is the only writer. If the changelog is empty while one of them
   * has records, the state was lost, and deciding again would double what was decided.
   */
  readonly owns: readonly string[];
  createProcessor(task: TaskInfo): Processor;
}

export type TopologyInput =
  /** A command that cannot be processed is dead-lettered and answered on `outcomes`. */
  | { readonly kind: 'commands'; readonly topic: string; readonly outcomes: string }
  /** An event that cannot be processed is dead-lettered, and later ones of its key wait behind it. */
  | {
      readonly kind: 'events';
      readonly topic: string;
      /**
       * Whether a record concerns anybody here; all do unless given. One that does not is not even
       * decoded, so that nothing that is wrong with it is found here. Asked of types that this version
       * knows; any other concerns everybody. Reads stores, and writes none.
       */
      readonly concerns?: Concerns;
    }
  /**
   * Records that may be taken only once the broker's clock is `delayMs` past their append time, a
   * running maximum, so that the log is in the order in which they are due. Never early by the
   * broker's clock; `ordering` must be `arrival`. One that cannot be processed is dead-lettered, and
   * nothing waits behind it.
   */
  | { readonly kind: 'delays'; readonly topic: string; readonly delayMs: number }
  /** Commands to let parked keys go on, which the runtime itself takes ({@link redrives}). */
  | { readonly kind: 'redrives'; readonly topic: string; readonly outcomes: string };

export type Concerns = (
  head: RecordHead & Pick<InputRecord, 'topic' | 'partition' | 'offset' | 'key'>,
  context: ProcessorContext,
) => boolean;

/** The last input of every topology that reads events: a dead letter must not be the end. */
export const redrives: TopologyInput = {
  kind: 'redrives',
  topic: topics.deadLettersCommands.name,
  outcomes: topics.deadLettersOutcomes.name,
};

export interface StoreSpec {
  readonly name: string;
  /** How values stand in the changelog; JSON by default. */
  readonly codec?: StateCodec<unknown>;
}

export interface TaskInfo {
  readonly topology: string;
  readonly partition: number;
  readonly partitions: number;
}

/** One record, decoded. */
export interface InputRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Identity of the topic that the offset belongs to. */
  readonly incarnation: string;
  /** Broker append time, epoch ms, as a running maximum over the input. */
  readonly timeMs: number;
  readonly key: string;
  readonly envelope: Envelope;
  readonly payload: Payload;
  /** The framed Avro bytes as they stand in the log. */
  readonly value: Buffer;
}

export interface FiredTimer {
  readonly key: string;
  readonly name: string;
  readonly dueMs: number;
}

/** What a follower says to the task that it follows: a command that stands in no topic. */
export interface ToldCommand {
  readonly key: string;
  /** What the events that it leads to go back to. */
  readonly id: string;
  readonly payload: Payload;
  readonly correlationId: string;
  readonly actor: string;
  readonly traceparent: string | null;
}

/** What was decided. */
export type ToldAnswer = 'accepted' | 'rejected' | 'unchanged';

/** The task did not take it, or it is not known whether it did: somebody else may have the task now. */
export class NotTold extends Error {
  override readonly name = 'NotTold';
}

/** Synchronous and free of side effects but those through its context. */
export interface Processor {
  onRecord(record: InputRecord, context: ProcessorContext): void;
  onTimer(timer: FiredTimer, context: ProcessorContext): void;
  /** Where it may be told something by a follower. */
  onTold?(command: ToldCommand, context: ProcessorContext): ToldAnswer;
}

export interface KeyValueStore<V> {
  get(key: string): V | undefined;
  /** The value must not be changed afterwards; write a new one. */
  set(key: string, value: V): void;
  delete(key: string): void;
}

export interface TimerService {
  /** A due time in the past is taken as now. Setting the same key and name again moves it. */
  set(timer: FiredTimer): void;
  cancel(timer: { readonly key: string; readonly name: string }): void;
}

export interface EmittedMessage {
  readonly topic: string;
  readonly key: string;
  readonly payload: Payload;
  readonly envelope: Envelope;
  /** Encoded value, when the processor needed the bytes before; else the runtime encodes. */
  readonly value?: Buffer;
}

export interface ProcessorContext {
  readonly task: TaskInfo;
  /** Broker time of this step: the record's, or when the delayed record or the timer was due. Epoch ms. */
  readonly nowMs: number;
  /** Offset of the record at hand; for a timer, where its first input stands. */
  readonly offset: bigint;
  readonly timers: TimerService;
  store<V>(name: string): KeyValueStore<V>;
  /** Framed Avro bytes of a payload for a topic. */
  encode(topic: string, payload: Payload): Buffer;
  emit(message: EmittedMessage): void;
}

/**
 * Acts in the world outside on what stands in one store of a task, for as long as this process owns
 * the task. Before it does anything that must not be done twice it asks somebody who decides.
 */
export interface StoreFollower {
  /**
   * What stands under a key now; `undefined` for nothing any more. All keys at the start, unless the
   * follower asks itself ({@link Following}), then each that may have changed; the same again does no
   * harm. Must not throw.
   */
  changed(key: string, value: unknown): void;
  /** The task goes to somebody else, or stops: nothing new may be begun. */
  close(): void;
}

/** What of a store to look at. */
export interface StoreRange {
  /** Of the keys; empty for all. */
  readonly prefix: string;
  /** Begins behind this key; at the first unless given. */
  readonly after?: string;
  /** Most entries of the answer, and about as many are read. */
  readonly limit: number;
}

/**
 * The followed store, to be asked. Until the follower is closed; then there is nothing in it.
 * Errors: LocalStoreError, when the disk cannot be read. Inside `changed` it ends the task, which
 * starts over; whoever asks at another time catches it.
 */
export interface StoreSource {
  /**
   * Entries as the follower may know them ({@link Following}), by the bytes of their keys. Fewer than
   * `limit` when there are no more.
   */
  range(of: StoreRange): readonly (readonly [key: string, value: unknown])[];
  /**
   * Says something to the task, which decides it with what comes from topics; resolves when that is
   * committed. It saves a record in the log and an answer there, and both would only come back here.
   * Errors: {@link NotTold}; then it is sent as a command, to whoever has the task.
   */
  tell(command: ToldCommand): Promise<ToldAnswer>;
}

export interface Following {
  readonly store: string;
  /**
   * What the follower is told at the start: everything (`tell-all`, unless given), or nothing
   * (`ask`), for a store that may be larger than memory: it asks by range.
   */
  readonly start?: 'tell-all' | 'ask';
  /**
   * From when on it knows of a value. `folded`, unless given: before it is committed, which only a
   * store that is a function of committed inputs allows. `committed`: for a store of what was decided
   * here, since a decision whose transaction fails may be another one the next time. What changes such
   * a store does not wait for the next output before it is committed.
   */
  readonly knows?: 'folded' | 'committed';
  open(task: TaskInfo, source: StoreSource): StoreFollower;
}

/**
 * This one record can never be processed, whatever the time of day. It goes to the dead letters
 * with this reason, and the partition goes on.
 */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
  /** UPPER_SNAKE_CASE, in the dead letter. */
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

import type { Codec, Envelope, RedriveParkedKey } from '@plumbline/events';
import {
  Undecodable,
  decodeEnvelope,
  decodeEnvelopeOf,
  decodeHeadOf,
  encodeEnvelope,
} from '@plumbline/events';
import type { LogRecord, OutgoingRecord } from '@plumbline/kafka';
import { InvariantViolation, invariant, partitionOfRecordKey } from '@plumbline/kernel';
import { limits } from '../limits.ts';
import type { ChangelogEntry } from '../state/local-store.ts';
import type {
  Concerns,
  EmittedMessage,
  FiredTimer,
  InputRecord,
  TaskInfo,
  Topology,
  TopologyInput,
} from '../topology.ts';
import { TerminalError } from '../topology.ts';
import type { DeadLetterCause, DeadLetterWriter, Failed } from './dead-letters.ts';
import { createDeadLetterWriter } from './dead-letters.ts';
import type { Parked } from './parked.ts';
import { waitingRecord } from './parked.ts';
import { redrive, waitingRecords } from './redrive.ts';
import { delayOf, isParking, outcomesOf } from './input-kinds.ts';
import type { StepContext } from './step-context.ts';
import { createStepContext } from './step-context.ts';
import type { TaskState } from './task-state.ts';
import type { Telling } from './told-queue.ts';

/** What one transaction will write, and what it stands for. */
export interface Batch {
  /** Outputs in the order of emission, then the changelog. */
  readonly outputs: readonly OutgoingRecord[];
  /** What stands in the changelog, for the local copy. */
  readonly changes: readonly ChangelogEntry[];
  readonly records: number;
  readonly timers: number;
  /** Commands of a follower. */
  readonly told: number;
  readonly deadLetters: number;
  /** Due time of the longest overdue timer among those that fired. */
  readonly oldestDueMs: number | null;
  /** Each delayed record that was taken, with the broker time at which it was due. */
  readonly delayed: readonly DelayedTaken[];
}

export interface DelayedTaken {
  readonly topic: string;
  readonly dueMs: number;
}

/** One record in its place. */
export interface Taken {
  readonly record: LogRecord;
  /** Running maximum of its input's append times, epoch ms. */
  readonly timeMs: number;
  readonly incarnation: string;
}

export interface BatchWriter {
  /** A schema that must be fetched before the record can be taken, unless nobody knows it. */
  needs(spec: TopologyInput, record: LogRecord, unknown: ReadonlySet<number>): number | null;
  isFull(): boolean;
  isEmpty(): boolean;
  hasOutputs(): boolean;
  fire(timer: FiredTimer, at: bigint): void;
  take(spec: TopologyInput, taken: Taken): void;
  /** What cannot be decided is given back; it stands nowhere. */
  tell(telling: Telling, at: { readonly nowMs: number; readonly offset: bigint }): void;
  /** The batch so far; the next call begins another. */
  finish(): Batch;
}

/** Takes records and timers one by one, and collects what one transaction writes of them. */
export function createBatchWriter(options: {
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly codec: Codec;
  readonly state: TaskState;
}): BatchWriter {
  return new Writer(options);
}

class Writer implements BatchWriter {
  readonly #topology: Topology;
  readonly #task: TaskInfo;
  readonly #codec: Codec;
  readonly #state: TaskState;
  readonly #processor: ReturnType<Topology['createProcessor']>;
  readonly #deadLetters: DeadLetterWriter;
  readonly #context: StepContext;
  /** By topic, of those of which not every record is looked at. */
  readonly #concerns: ReadonlyMap<string, Concerns>;
  #outputs: OutgoingRecord[] = [];
  #bytes = 0;
  #records = 0;
  #timers = 0;
  #told = 0;
  #buried = 0;
  #oldestDueMs: number | null = null;
  #delayed: DelayedTaken[] = [];

  constructor(options: Parameters<typeof createBatchWriter>[0]) {
    const { topology, task, codec, state } = options;
    this.#topology = topology;
    this.#task = task;
    this.#codec = codec;
    this.#state = state;
    this.#processor = topology.createProcessor(task);
    this.#deadLetters = createDeadLetterWriter({ topology, task, codec });
    this.#concerns = new Map(
      topology.inputs.flatMap((input) =>
        input.kind === 'events' && input.concerns !== undefined
          ? [[input.topic, input.concerns] as const]
          : [],
      ),
    );
    const emit = (message: EmittedMessage): void => this.#push(this.#encode(message));
    this.#context = createStepContext({ task, state, codec, emit });
  }

  needs(spec: TopologyInput, record: LogRecord, unknown: ReadonlySet<number>): number | null {
    const own = this.#codec.needs(record.value);
    if (own !== null) return unknown.has(own) ? null : own;
    if (spec.kind !== 'redrives' || record.key === null) return null;
    const { topology, originTopic } = commandOrNull(this.#codec, record) ?? {};
    if (topology !== this.#topology.name || originTopic === undefined) return null;
    const parked = this.#state.parked(originTopic, record.key.toString('utf8'));
    if (parked === undefined) return null;
    for (const waiting of waitingRecords(this.#state, originTopic, parked)) {
      const needed = this.#codec.needs(waiting.record.value);
      if (needed !== null && !unknown.has(needed)) return needed;
    }
    return null;
  }

  isFull(): boolean {
    return (
      this.#records + this.#timers + this.#told >= limits.recordsPerTransaction ||
      this.#bytes >= limits.bytesPerTransaction
    );
  }

  isEmpty(): boolean {
    return this.#records + this.#timers + this.#told === 0;
  }

  hasOutputs(): boolean {
    return this.#outputs.length > 0;
  }

  fire(timer: FiredTimer, at: bigint): void {
    this.#step({ nowMs: timer.dueMs, offset: at }, () => {
      this.#state.cancelTimer(timer.key, timer.name);
      this.#processor.onTimer(timer, this.#context);
    });
    this.#timers += 1;
    // Timers fire in the order of their due times.
    this.#oldestDueMs ??= timer.dueMs;
  }

  take(spec: TopologyInput, taken: Taken): void {
    this.#records += 1;
    const { record, timeMs } = taken;
    const delayMs = delayOf(spec);
    const at = { nowMs: timeMs + (delayMs ?? 0), offset: record.offset };
    if (delayMs !== null) this.#delayed.push({ topic: spec.topic, dueMs: at.nowMs });
    const key = keyOf(record);
    if (key !== null && this.#waits(spec, taken, key)) return;
    try {
      this.#step(at, () => {
        if (spec.kind === 'redrives') this.#redrive(spec, taken);
        else this.#process(taken, key);
      });
    } catch (error) {
      if (error instanceof InvariantViolation) throw error;
      const cause = { ...causeOf(error), parkedBehind: null };
      this.#state.begin();
      this.#bury(spec, taken, cause);
      if (!isParking(spec) || key === null) return;
      const parked = { offset: record.offset, reason: cause.reason, last: null };
      this.#park(spec, taken, key, parked);
    }
  }

  tell(telling: Telling, at: { readonly nowMs: number; readonly offset: bigint }): void {
    const { command } = telling;
    try {
      this.#step(at, () => {
        const home = partitionOfRecordKey(command.key, this.#task.partitions);
        invariant(home === this.#task.partition, `${command.key} belongs to partition ${home}`);
        const answer = this.#processor.onTold?.(command, this.#context);
        if (answer === undefined)
          throw new TerminalError('NOT_TOLD', `${this.#topology.name} is told nothing`);
        telling.decided(answer);
      });
      this.#told += 1;
    } catch (error) {
      telling.failed(error);
    }
  }

  /** True when the record's key waits for an earlier one; it then waits too. */
  #waits(spec: TopologyInput, taken: Taken, key: string): boolean {
    const parked = this.#state.parked(spec.topic, key);
    if (parked === undefined) return false;
    this.#state.begin();
    this.#bury(spec, taken, {
      reason: 'PARKED_BEHIND',
      message: `waits behind ${spec.topic} offset ${parked.offset}: ${parked.reason}`,
      parkedBehind: parked.offset,
    });
    this.#park(spec, taken, key, parked);
    return true;
  }

  /** Puts a record at the end of those that wait. */
  #park(spec: TopologyInput, taken: Taken, key: string, parked: Parked): void {
    const { offset } = taken.record;
    const waiting = waitingRecord({ ...taken, previous: parked.last });
    this.#state.setParkedRecord(spec.topic, offset, waiting);
    this.#state.park(spec.topic, key, { ...parked, last: offset });
  }

  #redrive(spec: TopologyInput & { readonly kind: 'redrives' }, taken: Taken): void {
    redrive({
      outcomes: spec.outcomes,
      command: this.#decode(taken),
      topology: this.#topology,
      state: this.#state,
      context: this.#context,
      emit: (message) => this.#push(this.#encode(message, spec.outcomes)),
      process: (parked) => {
        const mark = this.#outputs.length;
        const bytes = this.#bytes;
        try {
          this.#process(parked, keyOf(parked.record));
          return null;
        } catch (error) {
          if (error instanceof InvariantViolation) throw error;
          this.#outputs.length = mark;
          this.#bytes = bytes;
          return causeOf(error);
        }
      },
    });
  }

  /** All that one step does, or nothing of it. */
  #step(at: { readonly nowMs: number; readonly offset: bigint }, run: () => void): void {
    const mark = this.#outputs.length;
    const bytes = this.#bytes;
    this.#state.begin();
    this.#context.nowMs = at.nowMs;
    this.#context.offset = at.offset;
    try {
      run();
    } catch (error) {
      this.#state.undo();
      this.#outputs.length = mark;
      this.#bytes = bytes;
      throw error;
    }
  }

  #process(taken: Taken, key: string | null): void {
    const { record } = taken;
    const concerns = this.#concerns.get(record.topic);
    if (concerns !== undefined && key !== null) {
      const { topic, partition, offset } = record;
      const head = { ...decodeHeadOf(record), topic, partition, offset, key };
      // What a newer version says may concern anybody: it waits for one that knows it.
      const isKnown = this.#codec.knows(topic, head.type);
      if (isKnown && !concerns(head, this.#context)) return;
    }
    this.#processor.onRecord(this.#decode(taken, key), this.#context);
  }

  #decode(taken: Taken, key: string | null = keyOf(taken.record)): InputRecord {
    const { record, timeMs, incarnation } = taken;
    if (key === null) throw new TerminalError('NULL_KEY', 'the record has no key');
    const home = partitionOfRecordKey(key, this.#task.partitions);
    if (home !== record.partition) {
      throw new TerminalError('WRONG_PARTITION', `this key belongs to partition ${home}`);
    }
    // Whatever could be fetched was fetched before: the registry was asked, and knows none.
    if (this.#codec.needs(record.value) !== null) {
      throw new TerminalError('UNKNOWN_SCHEMA', 'the registry knows no schema of this id');
    }
    const envelope = decodeEnvelopeOf(record);
    const payload = this.#codec.decode(record.topic, record.value);
    if (payload.type !== envelope.type) {
      throw new TerminalError('TYPE_MISMATCH', `ce_type ${envelope.type}, value ${payload.type}`);
    }
    const { offset, partition, topic, value } = record;
    if (value === null) throw new TerminalError('NULL_VALUE', 'the record has no value');
    return { topic, partition, offset, incarnation, timeMs, key, envelope, payload, value };
  }

  #encode(message: EmittedMessage, own?: string): OutgoingRecord {
    const { topic, key, payload, envelope } = message;
    invariant(
      topic === own || this.#topology.outputs.includes(topic),
      `${topic} is no output of ${this.#topology.name}`,
    );
    return {
      topic,
      partition: partitionOfRecordKey(key, this.#task.partitions),
      key: Buffer.from(key, 'utf8'),
      value: message.value ?? this.#codec.encode(topic, payload),
      headers: encodeEnvelope(envelope),
    };
  }

  #bury(spec: TopologyInput, taken: Taken, cause: DeadLetterCause): void {
    const failed: Failed = { ...taken, envelope: envelopeOrNull(taken.record.headers) };
    this.#buried += 1;
    this.#push(this.#deadLetters.letter(failed, cause));
    const outcomes = outcomesOf(spec);
    if (outcomes === null) return;
    const answer = this.#deadLetters.outcome(failed, cause, outcomes);
    if (answer !== null) this.#push(answer);
  }

  #push(output: OutgoingRecord): void {
    this.#outputs.push(output);
    this.#bytes += output.value?.length ?? 0;
  }

  finish(): Batch {
    const changes = this.#state.takeChanges();
    const outputs = this.#outputs;
    const topic = this.#topology.changelog;
    const { partition } = this.#task;
    for (const { key, value } of changes) {
      outputs.push({ topic, partition, key: Buffer.from(key, 'utf8'), value, headers: noHeaders });
    }
    const batch: Batch = {
      ...{ outputs, changes },
      records: this.#records,
      ...{ timers: this.#timers, told: this.#told },
      deadLetters: this.#buried,
      oldestDueMs: this.#oldestDueMs,
      delayed: this.#delayed,
    };
    this.#outputs = [];
    this.#bytes = 0;
    this.#records = 0;
    this.#timers = 0;
    this.#told = 0;
    this.#buried = 0;
    this.#oldestDueMs = null;
    this.#delayed = [];
    return batch;
  }
}

const noHeaders = {};
const keyOf = ({ key }: LogRecord): string | null => (key === null ? null : key.toString('utf8'));

function commandOrNull(codec: Codec, { topic, value }: LogRecord): RedriveParkedKey | null {
  try {
    return codec.decode(topic, value).data as RedriveParkedKey;
  } catch {
    return null;
  }
}

function causeOf(error: unknown): { reason: string; message: string } {
  if (error instanceof TerminalError || error instanceof Undecodable) {
    return { reason: error.reason, message: error.message };
  }
  return {
    reason: 'PROCESSING_FAILED',
    message: error instanceof Error ? error.message : String(error),
  };
}

function envelopeOrNull(headers: LogRecord['headers']): Envelope | null {
  try {
    return decodeEnvelope(headers);
  } catch {
    return null;
  }
}

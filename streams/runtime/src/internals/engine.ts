import type { Codec, Envelope } from '@plumbline/events';
import { Undecodable, decodeEnvelope, encodeEnvelope } from '@plumbline/events';
import type { Fetched, OutgoingRecord, TopicPartition } from '@plumbline/kafka';
import { InvariantViolation, invariant, partitionOfRecordKey } from '@plumbline/kernel';
import { limits } from '../limits.ts';
import type {
  EmittedMessage,
  FiredTimer,
  InputRecord,
  Processor,
  TaskInfo,
  Topology,
  TopologyInput,
} from '../topology.ts';
import { TerminalError } from '../topology.ts';
import type { DeadLetterCause, Failed } from './dead-letters.ts';
import { createDeadLetterWriter } from './dead-letters.ts';
import { createEffects } from './effects.ts';
import type { InputBuffer, TimedRecord } from './input-buffer.ts';
import { createInputBuffer } from './input-buffer.ts';
import type { Position, TaskState } from './task-state.ts';

/** What one transaction will write, and what it stands for. */
export interface Batch {
  /** Outputs in the order of emission, then the changelog. */
  readonly outputs: readonly OutgoingRecord[];
  readonly records: number;
  readonly timers: number;
  readonly deadLetters: number;
  /** Due time of the longest overdue timer among those that fired. */
  readonly oldestDueMs: number | null;
}

/** A batch that is still open. */
export interface PendingBatch {
  /** Somebody may be waiting for these; state and positions alone can wait. */
  readonly hasOutputs: boolean;
  readonly isFull: boolean;
}

/**
 * The synchronous heart of a task: it is offered what was fetched, takes records and timers in
 * order, and says what to write. It does no I/O and has no clock; the live task, the test driver
 * and the simulator all drive this same code.
 */
export interface Engine {
  readonly inputs: readonly InputBuffer[];
  offer(fetched: Fetched): void;
  /** Partitions that have room for more. */
  wants(): readonly TopicPartition[];
  /**
   * Takes what can be taken into the batch at hand, until it is full. A record whose schema is not
   * known ends it before that record and shows in `missingSchema`; named in `unknownSchemas` it is
   * dead-lettered instead.
   */
  advance(unknownSchemas?: ReadonlySet<number>): void;
  /** What was taken and is not committed; null when nothing was. */
  pending(): PendingBatch | null;
  /** The batch at hand, to be committed as a whole; the next `advance` begins another. */
  finish(): Batch;
  /** Schema id that the next record waits for. */
  missingSchema(): number | null;
  /** The time up to which everything is known: the smallest frontier of the inputs. */
  frontierMs(): number;
  /** Due time of the next timer. */
  nextTimerMs(): number | null;
}

export interface EngineOptions {
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly codec: Codec;
  readonly state: TaskState;
  /** Where each input starts: the restored position, or the start of its log. */
  readonly positions: ReadonlyMap<string, Position>;
}

export function createEngine(options: EngineOptions): Engine {
  const { topology, task, codec, state, positions } = options;
  const processor = topology.createProcessor(task);
  const deadLetters = createDeadLetterWriter({ topology, task, codec });
  const inputs = topology.inputs.map(({ topic }) =>
    createInputBuffer({ topic, ...positionOf(positions, topic) }),
  );
  const open = () => new BatchWriter({ ...options, processor, deadLetters });
  let missing: number | null = null;
  let batch = open();

  const frontierMs = (): number => Math.min(...inputs.map((input) => input.frontierMs()));

  /** The input whose record is next, or null when none may be taken yet. */
  function nextInput(): { spec: TopologyInput; input: InputBuffer; next: TimedRecord } | null {
    const waiting = topology.inputs.flatMap((spec, index) => {
      const input = inputs[index];
      const next = input?.peek();
      return input === undefined || next === undefined ? [] : [{ spec, input, next }];
    });
    const [first] = waiting;
    if (first === undefined) return null;
    const best = waiting.reduce((a, b) => (b.next.timeMs < a.next.timeMs ? b : a), first);
    if (topology.ordering === 'arrival') return best;
    const { timeMs } = best.next;
    const settled = inputs.every((input) => input.length > 0 || input.frontierMs() > timeMs);
    return settled ? best : null;
  }

  return {
    inputs,
    offer(fetched) {
      const input = inputs.find(({ topic }) => topic === fetched.topic);
      invariant(input !== undefined, `${fetched.topic} is no input of ${topology.name}`);
      input.offer(fetched);
    },
    wants: () =>
      inputs
        .filter((input) => input.length < limits.bufferedRecordsPerInput)
        .map(({ topic }) => ({ topic, partition: task.partition })),
    missingSchema: () => missing,
    frontierMs,
    nextTimerMs: () => state.timers.peek()?.dueMs ?? null,
    advance(unknownSchemas = new Set()) {
      missing = null;
      while (!batch.isFull()) {
        const timer = state.timers.peek();
        if (timer !== undefined && timer.dueMs < frontierMs()) {
          batch.fire(timer, inputs[0]?.position() ?? 0n);
          continue;
        }
        const taken = nextInput();
        if (taken === null) break;
        const { spec, input, next } = taken;
        const needed = codec.needs(next.record.value);
        if (needed !== null && !unknownSchemas.has(needed)) {
          missing = needed;
          break;
        }
        batch.take(spec, next, {
          incarnation: positionOf(positions, input.topic).incarnation,
          hasUnknownSchema: needed !== null,
        });
        input.take();
      }
    },
    pending: () =>
      batch.isEmpty() ? null : { hasOutputs: batch.hasOutputs(), isFull: batch.isFull() },
    finish() {
      for (const input of inputs) {
        const { incarnation } = positionOf(positions, input.topic);
        const offset = input.position();
        if (state.position(input.topic)?.offset === offset) continue;
        state.setPosition(input.topic, { incarnation, offset, timeMs: input.timeMs() });
      }
      const finished = batch.finish();
      batch = open();
      return finished;
    },
  };
}

function positionOf(positions: ReadonlyMap<string, Position>, topic: string): Position {
  const position = positions.get(topic);
  invariant(position !== undefined, `no start position for ${topic}`);
  return position;
}

/** What the batch has to know of a record's place. */
interface TakenAt {
  readonly incarnation: string;
  /** The registry was asked, and knows none. */
  readonly hasUnknownSchema: boolean;
}

interface BatchOptions extends EngineOptions {
  readonly processor: Processor;
  readonly deadLetters: ReturnType<typeof createDeadLetterWriter>;
}

/** Collects the outputs of one transaction. */
class BatchWriter {
  readonly #options: BatchOptions;
  readonly #outputs: OutgoingRecord[] = [];
  #bytes = 0;
  #records = 0;
  #timers = 0;
  #deadLetters = 0;
  #oldestDueMs: number | null = null;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  isFull(): boolean {
    return (
      this.#records + this.#timers >= limits.recordsPerTransaction ||
      this.#bytes >= limits.bytesPerTransaction
    );
  }

  isEmpty(): boolean {
    return this.#records + this.#timers === 0;
  }

  hasOutputs(): boolean {
    return this.#outputs.length > 0;
  }

  fire(timer: FiredTimer, at: bigint): void {
    const { task, state, codec, processor } = this.#options;
    const effects = createEffects({ task, state, codec, nowMs: timer.dueMs, offset: at });
    state.cancelTimer(timer.key, timer.name);
    processor.onTimer(timer, effects.context);
    const outputs = effects.emitted.map((message) => this.#encode(message));
    effects.apply();
    this.#push(outputs);
    this.#timers += 1;
    // Timers fire in the order of their due times.
    this.#oldestDueMs ??= timer.dueMs;
  }

  take(spec: TopologyInput, next: TimedRecord, at: TakenAt): void {
    const { incarnation } = at;
    const { state } = this.#options;
    this.#records += 1;
    const failed: Failed & { envelope: Envelope | null } = {
      record: next.record,
      timeMs: next.timeMs,
      incarnation,
      envelope: null,
    };
    const key = next.record.key?.toString('utf8') ?? null;
    const parked = key === null ? undefined : state.parked(spec.topic, key);
    try {
      if (parked === undefined) {
        this.#process(next, at);
        return;
      }
    } catch (error) {
      if (error instanceof InvariantViolation) throw error;
      const { record } = next;
      const cause = { ...causeOf(error), parkedBehind: null };
      this.#bury(spec, { ...failed, envelope: envelopeOrNull(record.headers) }, cause);
      if (spec.kind === 'events' && key !== null) {
        state.park(spec.topic, key, { offset: record.offset, reason: cause.reason });
      }
      return;
    }
    this.#bury(
      spec,
      { ...failed, envelope: envelopeOrNull(next.record.headers) },
      {
        reason: 'PARKED_BEHIND',
        message: `waits behind ${spec.topic} offset ${parked.offset}: ${parked.reason}`,
        parkedBehind: parked.offset,
      },
    );
  }

  #process(next: TimedRecord, { incarnation, hasUnknownSchema }: TakenAt): void {
    const { task, state, codec, processor } = this.#options;
    const { record, timeMs } = next;
    if (record.key === null) throw new TerminalError('NULL_KEY', 'the record has no key');
    const key = record.key.toString('utf8');
    const home = partitionOfRecordKey(key, task.partitions);
    if (home !== record.partition) {
      throw new TerminalError('WRONG_PARTITION', `this key belongs to partition ${home}`);
    }
    if (hasUnknownSchema) {
      throw new TerminalError('UNKNOWN_SCHEMA', 'the registry knows no schema of this id');
    }
    const envelope = decodeEnvelope(record.headers);
    const payload = codec.decode(record.topic, record.value);
    if (payload.type !== envelope.type) {
      throw new TerminalError('TYPE_MISMATCH', `ce_type ${envelope.type}, value ${payload.type}`);
    }
    if (record.value === null) throw new TerminalError('NULL_VALUE', 'the record has no value');
    const { offset, partition, topic, value } = record;
    const effects = createEffects({ task, state, codec, nowMs: timeMs, offset });
    const taken: InputRecord = {
      ...{ topic, partition, offset, incarnation, timeMs },
      ...{ key, envelope, payload, value },
    };
    processor.onRecord(taken, effects.context);
    // Encoding can refuse a value; it must do so before anything is applied.
    const outputs = effects.emitted.map((message) => this.#encode(message));
    effects.apply();
    this.#push(outputs);
  }

  #encode(message: EmittedMessage): OutgoingRecord {
    const { topology, task, codec } = this.#options;
    const { topic, key, payload, envelope } = message;
    invariant(topology.outputs.includes(topic), `${topic} is no output of ${topology.name}`);
    return {
      topic,
      partition: partitionOfRecordKey(key, task.partitions),
      key: Buffer.from(key, 'utf8'),
      value: message.value ?? codec.encode(topic, payload),
      headers: encodeEnvelope(envelope),
    };
  }

  #bury(spec: TopologyInput, failed: Failed, cause: DeadLetterCause): void {
    const { deadLetters } = this.#options;
    this.#deadLetters += 1;
    const answer =
      spec.kind === 'commands' ? deadLetters.outcome(failed, cause, spec.outcomes) : null;
    this.#push([deadLetters.letter(failed, cause), ...(answer === null ? [] : [answer])]);
  }

  #push(outputs: readonly OutgoingRecord[]): void {
    for (const output of outputs) {
      this.#outputs.push(output);
      this.#bytes += output.value?.length ?? 0;
    }
  }

  finish(): Batch {
    const { topology, task, state } = this.#options;
    const changelog = state.takeChanges().map(({ key, value }) => ({
      topic: topology.changelog,
      partition: task.partition,
      key: Buffer.from(key, 'utf8'),
      value,
      headers: {},
    }));
    return {
      outputs: [...this.#outputs, ...changelog],
      records: this.#records,
      timers: this.#timers,
      deadLetters: this.#deadLetters,
      oldestDueMs: this.#oldestDueMs,
    };
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

function envelopeOrNull(headers: Readonly<Record<string, Buffer>>): Envelope | null {
  try {
    return decodeEnvelope(headers);
  } catch {
    return null;
  }
}

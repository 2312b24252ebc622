import type { Codec } from '@plumbline/events';
import type { Fetched, TopicPartition } from '@plumbline/kafka';
import { invariant } from '@plumbline/kernel';
import type { TaskInfo, Topology } from '../topology.ts';
import type { Batch } from './batch-writer.ts';
import { createBatchWriter } from './batch-writer.ts';
import type { InputBuffer } from './input-buffer.ts';
import { createInputBuffer } from './input-buffer.ts';
import { delayOf, refuseUnsoundInputs } from './input-kinds.ts';
import type { Position } from './position.ts';
import type { TaskState } from './task-state.ts';
import type { ToldQueue } from './told-queue.ts';

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
   * Takes what can be taken into the batch at hand, until it is full. Delayed records are due by the
   * broker's clock, of which the caller has a lower bound; while that is null none is. A record whose
   * schema is not known ends it before that record and shows in `missingSchema`; named in
   * `unknownSchemas` it is dead-lettered instead.
   */
  advance(brokerNowMs: number | null, unknownSchemas?: ReadonlySet<number>): void;
  /** What was taken and is not committed; null when nothing was. */
  pending(): PendingBatch | null;
  /** The batch at hand, to be committed as a whole; the next `advance` begins another. */
  finish(): Batch;
  /** Schema id that the next record waits for. */
  missingSchema(): number | null;
  /** The time up to which everything is known: the smallest frontier of the inputs. */
  frontierMs(): number;
  /** When the next delayed record is due, broker time. */
  nextDueMs(): number | null;
  /**
   * The time that the frontier must pass before anything more can be taken: of the next timer, or of
   * a record that another input may still bring an older one of.
   */
  awaitedMs(): number | null;
  /** An open transaction stands before that time: its end is news. */
  isHeldOpen(): boolean;
  /** Nothing waits to be taken, and nothing that was taken to be committed. */
  isIdle(): boolean;
  /** The next record of the input was not yet due when the engine last advanced. */
  isWaiting(topic: string): boolean;
}

export interface EngineOptions {
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly codec: Codec;
  readonly state: TaskState;
  /** Where each input starts: the restored position, or the start of its log. */
  readonly positions: ReadonlyMap<string, Position>;
  /** What a follower says; nothing unless given. */
  readonly told?: Pick<ToldQueue, 'next'>;
}

const noSchemas: ReadonlySet<number> = new Set();

export function createEngine(options: EngineOptions): Engine {
  const { topology, task, codec, state, positions, told } = options;
  refuseUnsoundInputs(topology);
  const batch = createBatchWriter({ topology, task, codec, state });
  const sources = topology.inputs.map((spec) => {
    const start = positionOf(positions, spec.topic);
    const delayMs = delayOf(spec);
    const input = createInputBuffer({ topic: spec.topic, ...start, delayMs });
    return { spec, input, delayMs, incarnation: start.incarnation };
  });
  const inputs = sources.map(({ input }) => input);
  let missing: number | null = null;
  let nowMs = Number.NEGATIVE_INFINITY;

  function frontierMs(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { input, delayMs } of sources) {
      const own = input.frontierMs();
      // What is delayed comes when it is due; nothing is known of a time that has not come.
      least = Math.min(least, delayMs === null ? own : Math.min(own + delayMs, nowMs));
    }
    return least;
  }

  /** The source with the oldest record that is due. */
  function oldestSource() {
    let best = null;
    let bestMs = Number.POSITIVE_INFINITY;
    for (const source of sources) {
      const next = source.input.peek();
      if (next === undefined) continue;
      const dueMs = source.input.dueMs();
      if (dueMs !== null && dueMs > nowMs) continue;
      const timeMs = dueMs ?? next.timeMs;
      if (timeMs >= bestMs) continue;
      best = source;
      bestMs = timeMs;
    }
    return best === null ? null : { source: best, timeMs: bestMs };
  }

  /** Another input may still bring an older record. */
  const isBlocked = (timeMs: number): boolean =>
    topology.ordering !== 'arrival' &&
    inputs.some((input) => input.length === 0 && input.frontierMs() <= timeMs);

  /** The source whose record is next, or null when none may be taken yet. */
  function nextSource() {
    const oldest = oldestSource();
    return oldest === null || isBlocked(oldest.timeMs) ? null : oldest.source;
  }

  /** What a follower says comes when it is taken: by the broker's clock, as far as that is known. */
  function takeTold(): void {
    if (nowMs === Number.NEGATIVE_INFINITY) return;
    while (!batch.isFull()) {
      const telling = told?.next();
      if (telling === undefined) return;
      batch.tell(telling, { nowMs, offset: inputs[0]?.position() ?? 0n });
    }
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
        .filter((input) => !input.isFull())
        .map(({ topic }) => ({ topic, partition: task.partition })),
    missingSchema: () => missing,
    frontierMs,
    nextDueMs: () => least(inputs.map((input) => input.dueMs())),
    awaitedMs() {
      const oldest = oldestSource();
      const blockedMs = oldest !== null && isBlocked(oldest.timeMs) ? oldest.timeMs : null;
      return least([blockedMs, state.timers.peek()?.dueMs ?? null]);
    },
    isHeldOpen: () => inputs.some((input) => input.length === 0 && input.isHeldOpen()),
    isIdle: () => batch.isEmpty() && inputs.every(({ length }) => length === 0),
    isWaiting(topic) {
      const dueMs = inputs.find((each) => each.topic === topic)?.dueMs() ?? null;
      return dueMs !== null && dueMs > nowMs;
    },
    advance(brokerNowMs, unknownSchemas = noSchemas) {
      nowMs = brokerNowMs ?? Number.NEGATIVE_INFINITY;
      missing = null;
      takeTold();
      while (!batch.isFull()) {
        const timer = state.timers.peek();
        if (timer !== undefined && timer.dueMs < frontierMs()) {
          batch.fire(timer, inputs[0]?.position() ?? 0n);
          continue;
        }
        const source = nextSource();
        const next = source?.input.peek();
        if (source === null || next === undefined) break;
        const { spec, input, incarnation } = source;
        const { record, timeMs } = next;
        missing = batch.needs(spec, record, unknownSchemas);
        if (missing !== null) break;
        batch.take(spec, { record, timeMs, incarnation });
        input.take();
      }
    },
    pending: () =>
      batch.isEmpty() ? null : { hasOutputs: batch.hasOutputs(), isFull: batch.isFull() },
    finish() {
      for (const { input, incarnation } of sources) {
        const offset = input.position();
        if (state.position(input.topic)?.offset === offset) continue;
        state.setPosition(input.topic, { incarnation, offset, timeMs: input.timeMs() });
      }
      return batch.finish();
    },
  };
}

function positionOf(positions: ReadonlyMap<string, Position>, topic: string): Position {
  const position = positions.get(topic);
  invariant(position !== undefined, `no start position for ${topic}`);
  return position;
}

function least(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

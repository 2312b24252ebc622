import type { Codec } from '@plumbline/events';
import type { Fetched, TopicPartition } from '@plumbline/kafka';
import { invariant } from '@plumbline/kernel';
import { limits } from '../limits.ts';
import type { TaskInfo, Topology } from '../topology.ts';
import type { Batch } from './batch-writer.ts';
import { createBatchWriter } from './batch-writer.ts';
import type { InputBuffer } from './input-buffer.ts';
import { createInputBuffer } from './input-buffer.ts';
import type { Position } from './position.ts';
import type { TaskState } from './task-state.ts';

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

const noSchemas: ReadonlySet<number> = new Set();

export function createEngine(options: EngineOptions): Engine {
  const { topology, task, codec, state, positions } = options;
  const batch = createBatchWriter({ topology, task, codec, state });
  const sources = topology.inputs.map((spec) => {
    const start = positionOf(positions, spec.topic);
    const input = createInputBuffer({ topic: spec.topic, ...start });
    return { spec, input, incarnation: start.incarnation };
  });
  const inputs = sources.map(({ input }) => input);
  let missing: number | null = null;

  function frontierMs(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const input of inputs) least = Math.min(least, input.frontierMs());
    return least;
  }

  /** The source whose record is next, or null when none may be taken yet. */
  function nextSource() {
    let best = null;
    let bestMs = Number.POSITIVE_INFINITY;
    for (const source of sources) {
      const next = source.input.peek();
      if (next === undefined || next.timeMs >= bestMs) continue;
      best = source;
      bestMs = next.timeMs;
    }
    if (best === null || topology.ordering === 'arrival') return best;
    for (const input of inputs) {
      if (input.length === 0 && input.frontierMs() <= bestMs) return null;
    }
    return best;
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
    advance(unknownSchemas = noSchemas) {
      missing = null;
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

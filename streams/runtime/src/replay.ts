import type { Codec } from '@plumbline/events';
import { UnknownSchemaId } from '@plumbline/events';
import type { Ends, Fetched, OutgoingRecord, ReadOnlyLog } from '@plumbline/kafka';
import { invariant } from '@plumbline/kernel';
import type { Batch } from './internals/batch-writer.ts';
import { createEngine } from './internals/engine.ts';
import { createTaskState } from './internals/task-state.ts';
import type { Snapshot } from './snapshot.ts';
import { digestOfState } from './snapshot.ts';
import { createMemoryLocalStore } from './state/memory-local-store.ts';
import type { Topology } from './topology.ts';

export interface ReplayOptions {
  readonly topology: Topology;
  readonly log: ReadOnlyLog;
  readonly codec: Codec;
  readonly partition: number;
  readonly partitions: number;
  /**
   * Broker time up to which timers fire once the inputs are read to their ends, and delayed records
   * are due, epoch ms.
   */
  readonly untilMs: number;
  /** Where to begin; the very beginning unless given. */
  readonly from?: Snapshot;
  /** Where each input ends, as another replay told; their present ends unless given. */
  readonly ends?: ReadonlyMap<string, Ends>;
  /** Every output in order, the changelog left out. Nothing is written anywhere. */
  onOutput(output: OutgoingRecord): void;
}

export interface Replayed {
  readonly records: number;
  readonly timers: number;
  readonly ends: ReadonlyMap<string, Ends>;
  /** What the task remembers at the end: {@link digestOfState}. */
  readonly stateDigest: string;
}

/**
 * Runs a topology over the log from its very beginning, or from a snapshot, to its present end, with
 * the code that runs live, and writes nothing. A snapshot is used up by it. With `ordering: 'time'` it takes the steps that the live run took.
 *
 * Errors: an input whose beginning retention has already deleted cannot be replayed.
 */
export async function replayTopology(options: ReplayOptions): Promise<Replayed> {
  const { topology, log, codec, partition, partitions } = options;
  const task = { topology: topology.name, partition, partitions };
  const snapshot = options.from;
  const ends = new Map<string, Ends>();
  const positions = new Map<string, { incarnation: string; offset: bigint; timeMs: number }>();
  for (const { topic, incarnation } of await log.describeTopics(
    topology.inputs.map((input) => input.topic),
  )) {
    const end = options.ends?.get(topic) ?? (await log.ends({ topic, partition }));
    const start = snapshot?.positions.get(topic) ?? { incarnation, offset: 0n, timeMs: 0 };
    if (end.logStartOffset > start.offset) {
      throw new Error(
        `${topic}-${partition} begins at ${end.logStartOffset}: its first records are deleted, and ` +
          'a replay would not be one.',
      );
    }
    ends.set(topic, end);
    positions.set(topic, start);
  }
  const local = snapshot?.local ?? createMemoryLocalStore();
  const state = createTaskState({ stores: topology.stores, local });
  const engine = createEngine({ topology, task, codec, state, positions });
  const from = [...positions].map(([topic, { offset }]) => ({ topic, partition, offset }));
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  const total = { records: 0, timers: 0 };

  /** The state is forgotten with the replay, and yet must be somewhere meanwhile. */
  async function keep({ changes }: Batch): Promise<void> {
    const from = local.checkpoint();
    const to = { incarnation: 'replay', offset: (from?.offset ?? 0n) + 1n, atMs: 0 };
    await local.write(changes, { from, to });
    state.stored(changes);
  }

  async function drain(): Promise<void> {
    for (let unknown = new Set<number>(); ;) {
      engine.advance(options.untilMs, unknown);
      unknown = new Set();
      if (engine.pending() !== null) {
        const batch = engine.finish();
        total.records += batch.records;
        total.timers += batch.timers;
        for (const output of batch.outputs) {
          if (output.topic !== topology.changelog) options.onOutput(output);
        }
        await keep(batch);
        continue;
      }
      const schema = engine.missingSchema();
      if (schema === null) return;
      if (!(await learned(codec, schema))) unknown = new Set([schema]);
    }
  }

  try {
    for (const at of from) {
      const end = endOf(ends, at.topic);
      const nothing = { ...at, records: [], nextOffset: at.offset, ...end, sentAtBrokerMs: null };
      engine.offer(upTo(nothing, end, options.untilMs));
    }
    await drain();
    for (;;) {
      const unread = from.filter(
        (at) =>
          reader.position(at) < endOf(ends, at.topic).lastStableOffset &&
          // Behind a delayed record that is not due at the end of the replay there is none that is.
          !engine.isWaiting(at.topic),
      );
      if (unread.length === 0) break;
      // An input whose buffer is full waits for the others, never all of them for each other.
      const wanted = engine.wants().filter(({ topic }) => unread.some((at) => at.topic === topic));
      invariant(wanted.length > 0, 'a replay stands still');
      for (const fetched of await reader.fetch({ maxWaitMs: 500 }, wanted)) {
        engine.offer(upTo(fetched, endOf(ends, fetched.topic), options.untilMs));
      }
      await drain();
    }
    return { ...total, ends, stateDigest: digestOfState(local) };
  } finally {
    await reader.close();
  }
}

function endOf(ends: ReadonlyMap<string, Ends>, topic: string): Ends {
  const end = ends.get(topic);
  invariant(end !== undefined, `no end of ${topic}`);
  return end;
}

/**
 * An answer as it would have been when the replay began; what came later is left out. An input that
 * is read to its end can bring nothing more before `untilMs`.
 */
function upTo(fetched: Fetched, end: Ends, untilMs: number): Fetched {
  const last = end.lastStableOffset;
  const isAtEnd = fetched.nextOffset >= last;
  return {
    ...fetched,
    records: fetched.records.filter(({ offset }) => offset < last),
    nextOffset: isAtEnd ? last : fetched.nextOffset,
    lastStableOffset: last,
    highWatermark: last,
    sentAtBrokerMs: isAtEnd ? untilMs : null,
  };
}

async function learned(codec: Codec, schemaId: number): Promise<boolean> {
  try {
    await codec.learn(schemaId);
    return true;
  } catch (error) {
    if (error instanceof UnknownSchemaId) return false;
    throw error;
  }
}

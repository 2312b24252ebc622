import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import type { Log, LogRecord, OutgoingRecord, ReadOnlyLog } from '@plumbline/kafka';
import type { Topology } from '@plumbline/runtime';
import { replayTopology } from '@plumbline/runtime';
import { fetchWaitMs } from '../limits.ts';
import type { PartitionDigest } from './record-digest.ts';
import { checksumOfTopic, createPartitionDigest } from './record-digest.ts';

export interface ReplayCheckOptions {
  readonly log: Log;
  readonly codec: Codec;
  readonly topology: Topology;
  /** Outputs to compare: those that only this topology writes. */
  readonly topics: readonly string[];
  readonly partitions: number;
  /** The only one that is compared; all unless given. */
  readonly partition?: number | undefined;
  /**
   * Broker time before the check, epoch ms: what was written before it must be equal, and timers due
   * before it must have fired.
   */
  readonly brokerNowMs: number;
  /** How long a live task may take to write what the replay says it will. */
  readonly catchUpMs: number;
  readonly signal: AbortSignal;
  onProgress?(progress: { readonly partition: number; readonly outputs: number }): void;
}

/** One topic as it stands in the log and as a replay from zero writes it. */
export interface TopicComparison {
  readonly topology: string;
  readonly topic: string;
  readonly equal: boolean;
  /** Compared; what was written since the check began is left out. */
  readonly records: number;
  /** SHA-256 over all partitions, 64 hex. */
  readonly liveChecksum: string;
  readonly replayedChecksum: string;
  readonly difference: ReplayDifference | null;
}

export interface ReplayDifference {
  readonly partition: number;
  /** Number of the record in its partition, from 0; markers do not count. */
  readonly index: number;
  /** Null: the log ends before it, though the replay writes it. */
  readonly live: LogRecord | null;
  /** Null: the replay never writes it. */
  readonly replayed: OutgoingRecord | null;
}

/** A replay would not be one. The message says why. */
export class ReplayRefused extends Error {
  override readonly name = 'ReplayRefused';
}

/**
 * Replays a topology from the very beginning of its inputs with the code at hand, and compares what
 * it writes with what stands in the log: keys, Avro bodies and the listed headers, in the order of
 * each partition. The log may grow meanwhile. Nothing is written.
 *
 * Errors: {@link ReplayRefused} when the beginning of an input or output is deleted.
 */
export async function checkReplay(
  options: ReplayCheckOptions,
): Promise<readonly TopicComparison[]> {
  const { topology, topics, partitions, codec } = options;
  await codec.prepare([
    ...new Set([...topology.outputs, topology.deadLetters, ...outcomesOf(topology)]),
  ]);
  const sides = new Map(topics.map((topic) => [topic, emptySides()]));
  for (let partition = 0; partition < partitions; partition += 1) {
    if (partition !== (options.partition ?? partition)) continue;
    const replayed = await replayPartition(options, partition);
    for (const topic of topics) {
      const digests = replayed.get(topic) ?? createPartitionDigest();
      const live = createPartitionDigest();
      const side = sides.get(topic);
      if (side === undefined) continue;
      const at = { topic, partition };
      const found = await firstDifference(options, { at, replayed: digests, live });
      side.live.push(live.checksum(live.length));
      side.replayed.push(digests.checksum(digests.length));
      side.records += digests.length;
      side.difference ??= found && (await completed(options, at, found));
    }
  }
  return topics.map((topic) =>
    comparisonOf(topology.name, topic, sides.get(topic) ?? emptySides()),
  );
}

interface Sides {
  readonly live: Buffer[];
  readonly replayed: Buffer[];
  records: number;
  difference: ReplayDifference | null;
}

const emptySides = (): Sides => ({ live: [], replayed: [], records: 0, difference: null });

function comparisonOf(topology: string, topic: string, sides: Sides): TopicComparison {
  const liveChecksum = checksumOfTopic(sides.live);
  const replayedChecksum = checksumOfTopic(sides.replayed);
  const { records, difference } = sides;
  const equal = difference === null && liveChecksum === replayedChecksum;
  return { topology, topic, equal, records, liveChecksum, replayedChecksum, difference };
}

const outcomesOf = ({ inputs }: Topology): readonly string[] =>
  inputs.flatMap((input) => ('outcomes' in input ? [input.outcomes] : []));

type Place = { readonly topic: string; readonly partition: number };

async function replayPartition(
  options: ReplayCheckOptions,
  partition: number,
): Promise<ReadonlyMap<string, PartitionDigest>> {
  const digests = new Map(options.topics.map((topic) => [topic, createPartitionDigest()]));
  let outputs = 0;
  await replay(options, partition, (output) => {
    digests.get(output.topic)?.add(output);
    outputs += 1;
    if (outputs % 1_000 === 0) options.onProgress?.({ partition, outputs });
  });
  options.onProgress?.({ partition, outputs });
  return digests;
}

async function replay(
  options: ReplayCheckOptions,
  partition: number,
  onOutput: (output: OutgoingRecord) => void,
): Promise<void> {
  const { topology, log, codec, partitions, brokerNowMs: untilMs, signal } = options;
  for (const { topic } of topology.inputs) await requireBeginning(log, { topic, partition });
  await replayTopology({
    ...{ topology, log, codec, partition, partitions, untilMs },
    onOutput: (output) => {
      signal.throwIfAborted();
      onOutput(output);
    },
  });
}

export async function requireBeginning(
  log: ReadOnlyLog,
  { topic, partition }: Place,
): Promise<void> {
  const { logStartOffset } = await log.ends({ topic, partition });
  if (logStartOffset === 0n) return;
  throw new ReplayRefused(
    `${topic}-${partition} begins at offset ${logStartOffset.toString()}: what stood before it is ` +
      'deleted, and nothing can be compared from zero',
  );
}

interface Found {
  readonly index: number;
  readonly live: LogRecord | null;
}

/** Reads the live partition against the digests; null when all that has to be there is equal. */
async function firstDifference(
  options: ReplayCheckOptions,
  side: { readonly at: Place; readonly replayed: PartitionDigest; readonly live: PartitionDigest },
): Promise<Found | null> {
  const { log, signal, brokerNowMs, catchUpMs } = options;
  const { at, replayed, live } = side;
  await requireBeginning(log, at);
  const reader = await log.openReader({
    from: [{ ...at, offset: 0n }],
    isolation: 'read_committed',
  });
  const until = performance.now() + catchUpMs;
  const differing: Found[] = [];
  try {
    for (;;) {
      const { lastStableOffset } = await log.ends(at);
      while (reader.position(at) < lastStableOffset) {
        signal.throwIfAborted();
        const fetched = await reader.fetch({ maxWaitMs: fetchWaitMs });
        for (const record of fetched.flatMap(({ records }) => records)) {
          const index = live.length;
          // What the replay could not yet know of.
          if (index >= replayed.length && record.timestampMs >= brokerNowMs) continue;
          live.add(record);
          const isEqual = index < replayed.length && live.at(index).equals(replayed.at(index));
          if (!isEqual && differing.length === 0) differing.push({ index, live: kept(record) });
        }
      }
      const [first] = differing;
      if (first !== undefined) return first;
      if (live.length >= replayed.length) return null;
      if (performance.now() > until) return { index: live.length, live: null };
      await sleep(fetchWaitMs, undefined, { signal });
    }
  } finally {
    await reader.close();
  }
}

/** A record of a fetch is a view into its buffer. */
const kept = ({ key, value, headers, ...place }: LogRecord): LogRecord => ({
  ...{ topic: place.topic, partition: place.partition, offset: place.offset },
  timestampMs: place.timestampMs,
  key: key && Buffer.from(key),
  value: value && Buffer.from(value),
  headers: Object.fromEntries(Object.entries(headers).map(([n, v]) => [n, Buffer.from(v)])),
});

/** Replays once more up to the record that differs: only digests were kept of the others. */
async function completed(
  options: ReplayCheckOptions,
  { topic, partition }: Place,
  { index, live }: Found,
): Promise<ReplayDifference> {
  let at = 0;
  let replayed: OutgoingRecord | null = null;
  await replay(options, partition, (output) => {
    if (output.topic !== topic) return;
    if (at === index) replayed = output;
    at += 1;
  });
  return { partition, index, live, replayed };
}

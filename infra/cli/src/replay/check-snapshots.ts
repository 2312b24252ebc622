import type { Codec } from '@plumbline/events';
import type { Log, OutgoingRecord } from '@plumbline/kafka';
import type { Replayed, Snapshot, Topology } from '@plumbline/runtime';
import { replayTopology, snapshotsOf } from '@plumbline/runtime';
import { digestOfRecord } from './record-digest.ts';

export interface SnapshotCheckOptions {
  readonly log: Log;
  readonly codec: Codec;
  readonly topology: Topology;
  readonly partitions: number;
  /** Snapshots of each partition, spread over its history. */
  readonly snapshots: number;
  /** Broker time up to which timers fire, epoch ms. */
  readonly brokerNowMs: number;
  readonly signal: AbortSignal;
}

/** A replay from one snapshot, beside the replay from zero. */
export interface SnapshotComparison {
  readonly topology: string;
  readonly partition: number;
  /** Where in the changelog the snapshot was cut. */
  readonly changelogOffset: bigint;
  readonly equal: boolean;
  /** Records that the replay from the snapshot wrote, on all outputs. */
  readonly records: number;
  /** Null when equal. */
  readonly difference: string | null;
}

/**
 * Replays a topology from snapshots of its past, and from zero: what the one writes must be how the
 * other ends, and both must remember the same. A snapshot that lacked anything would show in the
 * state that it leads to. Nothing is written.
 */
export async function checkSnapshots(
  options: SnapshotCheckOptions,
): Promise<readonly SnapshotComparison[]> {
  const { topology, log, codec } = options;
  const outcomes = topology.inputs.flatMap((input) =>
    'outcomes' in input ? [input.outcomes] : [],
  );
  await codec.prepare([...new Set([...topology.outputs, topology.deadLetters, ...outcomes])]);
  const compared: SnapshotComparison[] = [];
  for (let partition = 0; partition < options.partitions; partition += 1) {
    // Before the replay from zero, so that none lies behind its end.
    const snapshots = await snapshotsOf({ log, topology, partition, count: options.snapshots });
    if (snapshots.length === 0) continue;
    const whole = await replay(options, partition);
    for (const snapshot of snapshots) {
      const rest = await replay(options, partition, { snapshot, ends: whole.replayed.ends });
      const difference = differenceOf(whole, rest);
      const { changelogOffset } = snapshot;
      const records = rest.digests.length;
      const equal = difference === null;
      compared.push({
        topology: topology.name,
        partition,
        changelogOffset,
        equal,
        records,
        difference,
      });
    }
  }
  return compared;
}

interface Run {
  readonly replayed: Replayed;
  /** Topic and digest of each record, in the order of writing. */
  readonly digests: readonly string[];
}

async function replay(
  { topology, log, codec, partitions, brokerNowMs, signal }: SnapshotCheckOptions,
  partition: number,
  begin?: { readonly snapshot: Snapshot; readonly ends: Replayed['ends'] },
): Promise<Run> {
  const digests: string[] = [];
  const replayed = await replayTopology({
    ...{ topology, log, codec, partition, partitions, untilMs: brokerNowMs },
    ...(begin === undefined ? {} : { from: begin.snapshot, ends: begin.ends }),
    onOutput: (output: OutgoingRecord) => {
      signal.throwIfAborted();
      digests.push(`${output.topic} ${digestOfRecord(output).toString('base64')}`);
    },
  });
  return { replayed, digests };
}

function differenceOf(whole: Run, rest: Run): string | null {
  const before = whole.digests.length - rest.digests.length;
  if (before < 0) return `it writes ${-before} records more than a replay from zero`;
  const at = rest.digests.findIndex((digest, index) => digest !== whole.digests[before + index]);
  if (at >= 0) {
    return `its record ${at} is not record ${before + at} of a replay from zero`;
  }
  if (rest.replayed.stateDigest === whole.replayed.stateDigest) return null;
  return 'it writes the same and remembers something else';
}

import { createHash } from 'node:crypto';
import type { Log, LogReader, LogRecord, TopicPartition } from '@plumbline/kafka';
import type { Position } from './internals/position.ts';
import { positionCodec } from './internals/position.ts';
import { entryOf } from './internals/restore.ts';
import type { ChangelogEntry, LocalStore } from './state/local-store.ts';
import { createMemoryLocalStore } from './state/memory-local-store.ts';
import type { Topology } from './topology.ts';

/** The state of one task as it was after one of its transactions. */
export interface Snapshot {
  /** One past the transaction's last record in the changelog. */
  readonly changelogOffset: bigint;
  readonly local: LocalStore;
  readonly positions: ReadonlyMap<string, Position>;
}

export interface SnapshotOptions {
  readonly log: Log;
  readonly topology: Topology;
  readonly partition: number;
  /** How many, spread evenly over the task's transactions. */
  readonly count: number;
}

/**
 * Snapshots of a task from the past, cut from its changelog between transactions. Where compaction
 * has taken something out, what came before can no longer be told: snapshots lie in front of the
 * first such place. Fewer than asked for when there are fewer transactions.
 */
export async function snapshotsOf(options: SnapshotOptions): Promise<readonly Snapshot[]> {
  const { log, topology, partition, count } = options;
  const changelog = { topic: topology.changelog, partition };
  const whole = await wholeUntil(log, changelog);
  const boundaries: bigint[] = [];
  await eachTransaction(log, changelog, whole, (_entries, end) => void boundaries.push(end));
  const wanted = new Set(spread(boundaries, count));
  const held = new Map<string, Buffer>();
  const found: Snapshot[] = [];
  await eachTransaction(log, changelog, whole, (entries, end) => {
    for (const { key, value } of entries) {
      if (value === null) held.delete(key);
      else held.set(key, value);
    }
    if (wanted.has(end)) found.push(snapshotOf(held, end));
  });
  return found;
}

function spread(boundaries: readonly bigint[], count: number): readonly bigint[] {
  const step = boundaries.length / (count + 1);
  return Array.from({ length: count }, (_, n) => boundaries[Math.floor((n + 1) * step)]).filter(
    (at) => at !== undefined,
  );
}

function snapshotOf(held: ReadonlyMap<string, Buffer>, changelogOffset: bigint): Snapshot {
  const local = createMemoryLocalStore();
  const entries = [...held].map(([key, value]) => ({ key, value }));
  // A copy in memory takes what it is given at once.
  const to = { incarnation: 'snapshot', offset: changelogOffset, atMs: 0 };
  void local.write(entries, { from: null, to });
  const positions = entries
    .filter(({ key }) => key.startsWith('p/'))
    .map(({ key, value }) => [key.slice(2), positionCodec.decode(value)] as const);
  return { changelogOffset, local, positions: new Map(positions) };
}

/**
 * The first offset at which something is missing. Aborted records are there for a reader of
 * everything, and between two transactions of the one writer stands one marker.
 */
async function wholeUntil(log: Log, changelog: TopicPartition): Promise<bigint> {
  const { logStartOffset, lastStableOffset } = await log.ends(changelog);
  if (logStartOffset > 0n) return 0n;
  let next = 0n;
  const reader = await open(log, changelog, 'read_uncommitted');
  try {
    while (reader.position(changelog) < lastStableOffset) {
      for (const { records } of await reader.fetch({ maxWaitMs: 500 })) {
        for (const { offset } of records) {
          if (offset > next + 1n) return next;
          next = offset + 1n;
        }
      }
    }
    return lastStableOffset;
  } finally {
    await reader.close();
  }
}

const open = (
  log: Log,
  changelog: TopicPartition,
  isolation: 'read_committed' | 'read_uncommitted',
): Promise<LogReader> => log.openReader({ from: [{ ...changelog, offset: 0n }], isolation });

/** Committed records follow one another within a transaction; a marker or more stand between two. */
async function eachTransaction(
  log: Log,
  changelog: TopicPartition,
  until: bigint,
  take: (entries: readonly ChangelogEntry[], end: bigint) => void,
): Promise<void> {
  if (until === 0n) return;
  const reader = await open(log, changelog, 'read_committed');
  let entries: ChangelogEntry[] = [];
  let next = 0n;
  const flush = (): void => {
    if (entries.length > 0) take(entries, next);
    entries = [];
  };
  const add = (record: LogRecord): void => {
    if (record.offset !== next) flush();
    entries.push(entryOf(record));
    next = record.offset + 1n;
  };
  try {
    while (reader.position(changelog) < until) {
      for (const { records } of await reader.fetch({ maxWaitMs: 500 })) {
        for (const record of records) if (record.offset < until) add(record);
      }
    }
  } finally {
    await reader.close();
  }
  flush();
}

/** SHA-256 over all that a task remembers but its positions, 64 hex. */
export function digestOfState(local: LocalStore): string {
  const hash = createHash('sha256');
  for (const kind of ['k/', 'q/', 's/', 't/']) {
    for (const [key, value] of local.entries(kind)) {
      hash.update(`${key.length}:${key}${value.length}:`).update(value);
    }
  }
  return hash.digest('hex');
}

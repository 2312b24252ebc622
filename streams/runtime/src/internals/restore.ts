import type { Ends, Log, LogRecord, TopicPartition } from '@plumbline/kafka';
import { invariant } from '@plumbline/kernel';
import { limits } from '../limits.ts';
import type { ChangelogEntry, Checkpoint, LocalStore } from '../state/local-store.ts';
import type { TaskInfo, Topology } from '../topology.ts';
import type { Position } from './position.ts';
import type { TaskState } from './task-state.ts';

/** The task cannot go on without a person: the message says what is wrong and what to do. */
export class TaskStopped extends Error {
  override readonly name = 'TaskStopped';
}

export interface Restored {
  /** Changelog records taken in: few when the local copy was nearly up to date. */
  readonly records: number;
  readonly bytes: number;
  /** Of the changelog. */
  readonly incarnation: string;
}

/**
 * Brings the local copy up to the changelog's last stable offset, by position: markers and aborted
 * batches use up offsets and are never delivered, so counting records would wait for ever. A copy
 * that cannot be trusted is wiped first. Stopped halfway, it goes on from there the next time.
 */
export async function restoreState(options: {
  readonly log: Log;
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly local: LocalStore;
  isStopped(): boolean;
  onWiped(why: string): void;
}): Promise<Restored> {
  const { log, topology, task, local } = options;
  const changelog = { topic: topology.changelog, partition: task.partition };
  const incarnation = await incarnationOf(log, topology.changelog);
  const ends = await log.ends(changelog);
  const nowMs = log.brokerNowMs() ?? Date.now();
  const doubt = doubtAbout(local.checkpoint(), { incarnation, ends, nowMs });
  if (doubt !== null) {
    options.onWiped(doubt);
    await local.wipe();
  }
  const offset = local.checkpoint()?.offset ?? ends.logStartOffset;
  const restored = { records: 0, bytes: 0, incarnation };
  if (offset >= ends.lastStableOffset) return restored;
  const reader = await log.openReader({
    from: [{ ...changelog, offset }],
    isolation: 'read_committed',
  });
  let entries: ChangelogEntry[] = [];
  try {
    while (reader.position(changelog) < ends.lastStableOffset && !options.isStopped()) {
      for (const { records } of await reader.fetch({ maxWaitMs: 500 })) {
        for (const record of records) entries.push(entryOf(record));
        restored.records += records.length;
      }
      const at = reader.position(changelog);
      if (entries.length < limits.restoredEntriesPerWrite && at < ends.lastStableOffset) continue;
      if (entries.length === 0) continue;
      for (const { key, value } of entries) restored.bytes += key.length + (value?.length ?? 0);
      await writeOrThrow(local, entries, { incarnation, offset: at, atMs: nowMs });
      entries = [];
    }
  } finally {
    await reader.close();
  }
  return restored;
}

async function incarnationOf(log: Log, topic: string): Promise<string> {
  const [described] = await log.describeTopics([topic]);
  invariant(described !== undefined, `${topic} was not described`);
  return described.incarnation;
}

/** State, timers, positions, parked keys, parked records (docs/formats.md). */
const entryKinds: ReadonlySet<string> = new Set(['s/', 't/', 'p/', 'k/', 'q/']);

export function entryOf({ key, value }: LogRecord): ChangelogEntry {
  invariant(key !== null, 'a changelog record has a key');
  const kind = key.toString('utf8', 0, 2);
  invariant(entryKinds.has(kind), `unknown changelog entry ${key.toString('utf8')}`);
  // Copies: both are views into a fetched megabyte, which they would keep alive.
  return { key: key.toString('utf8'), value: value === null ? null : Buffer.from(value) };
}

/** Moves the local copy on, unless somebody else has. */
export async function writeOrThrow(
  local: LocalStore,
  entries: readonly ChangelogEntry[],
  to: Checkpoint,
): Promise<void> {
  if (await local.write(entries, { from: local.checkpoint(), to })) return;
  throw new Error('another process has written the local copy of this task');
}

/** Why a local copy may not be built upon; null when it may. */
function doubtAbout(
  checkpoint: Checkpoint | null,
  changelog: { readonly incarnation: string; readonly ends: Ends; readonly nowMs: number },
): string | null {
  if (checkpoint === null) return null;
  const { incarnation, offset, atMs } = checkpoint;
  const { ends, nowMs } = changelog;
  if (incarnation !== changelog.incarnation) return `it is of another changelog, ${incarnation}`;
  if (offset < ends.logStartOffset) return `the changelog begins at ${ends.logStartOffset} now`;
  if (offset > ends.highWatermark) return `the changelog ends at ${ends.highWatermark} now`;
  if (nowMs - atMs > limits.checkpointAgeMaxMs) {
    return 'it is so old that compaction may have eaten what it has not seen';
  }
  return null;
}

/**
 * Where each input starts. A position counts only in the log that it was taken in; anything else
 * stops the task, because guessing would skip commands silently or decide them again.
 */
export async function startPositions(options: {
  readonly log: Log;
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly state: TaskState;
}): Promise<Map<string, Position>> {
  const { log, topology, task, state } = options;
  const positions = new Map<string, Position>();
  const described = await log.describeTopics(topology.inputs.map(({ topic }) => topic));
  for (const { topic, partitions, incarnation } of described) {
    if (partitions !== task.partitions) {
      throw new TaskStopped(
        `${topic} has ${partitions} partitions and ${topology.name} expects ${task.partitions}. ` +
          'The count is fixed for the life of a log: point PLUMBLINE_PARTITIONS at the right one.',
      );
    }
    const { logStartOffset, highWatermark } = await log.ends({ topic, partition: task.partition });
    const known = state.position(topic);
    const where = `${topic}-${task.partition}`;
    if (known === undefined) {
      positions.set(topic, { incarnation, offset: logStartOffset, timeMs: 0 });
      continue;
    }
    if (known.incarnation !== incarnation) {
      throw new TaskStopped(
        `${topology.name} stands at offset ${known.offset} of ${where} in log ${known.incarnation}, ` +
          `but the topic is now ${incarnation}: it was made anew or imported. Restore the old topic, ` +
          `or reset the whole stack, so that the changelog ${topology.changelog} begins anew with it.`,
      );
    }
    if (known.offset < logStartOffset || known.offset > highWatermark) {
      throw new TaskStopped(
        `${topology.name} stands at offset ${known.offset} of ${where}, which now holds ` +
          `${logStartOffset} to ${highWatermark}. Records were deleted before they were processed, or ` +
          'the topic was restored from an older copy. Nothing is skipped silently: restore the topic.',
      );
    }
    positions.set(topic, known);
  }
  return positions;
}

/** An empty changelog beside a full output would decide everything a second time. */
export async function refuseLostState(options: {
  readonly log: Log;
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly local: LocalStore;
}): Promise<void> {
  const { log, topology, task, local } = options;
  if (local.checkpoint() !== null) return;
  for (const topic of topology.owns) {
    if (await hasRecords(log, { topic, partition: task.partition })) {
      throw new TaskStopped(
        `the changelog ${topology.changelog}-${task.partition} is empty, yet ${topic} has records: ` +
          'the state of this task was lost, and starting from nothing would decide commands again. ' +
          'Restore the changelog topic, or reset the whole stack.',
      );
    }
  }
}

/**
 * What was restored from an archive or a bundle is there to be read. A task that has no state yet
 * would take it for news, and call gateways, tell merchants and ask for what was done long ago.
 */
export async function refuseRestoredInput(options: {
  readonly log: Log;
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly local: LocalStore;
}): Promise<void> {
  const { log, topology, task, local } = options;
  if (local.checkpoint() !== null || log.isRestored === undefined) return;
  for (const { topic } of topology.inputs) {
    if (await log.isRestored({ topic, partition: task.partition }))
      throw new TaskStopped(
        `${topic}-${task.partition} was restored from an archive or a bundle, and ${topology.name} has ` +
          'no state of it: it would do again what was done. Such a stack is to be read, with side ' +
          'effects off; reset it to work with it.',
      );
  }
}

/** Offsets alone do not tell: a first transaction that was aborted has used some up as well. */
async function hasRecords(log: Log, at: TopicPartition): Promise<boolean> {
  const { logStartOffset, lastStableOffset } = await log.ends(at);
  if (logStartOffset >= lastStableOffset) return false;
  const from = [{ ...at, offset: logStartOffset }];
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  try {
    while (reader.position(at) < lastStableOffset) {
      const fetched = await reader.fetch({ maxWaitMs: 500 });
      if (fetched.some(({ records }) => records.length > 0)) return true;
    }
    return false;
  } finally {
    await reader.close();
  }
}

import type { Log, LogReader } from '@plumbline/kafka';
import type { TaskInfo, Topology } from '../topology.ts';
import type { Position, TaskState } from './task-state.ts';

/** The task cannot go on without a person: the message says what is wrong and what to do. */
export class TaskStopped extends Error {
  override readonly name = 'TaskStopped';
}

export interface Restored {
  readonly records: number;
}

/**
 * Reads the changelog to its last stable offset, by position: markers and aborted batches use up
 * offsets and are never delivered, so counting records would wait for ever.
 */
export async function restoreState(options: {
  readonly log: Log;
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly state: TaskState;
  isStopped(): boolean;
}): Promise<Restored> {
  const { log, topology, task, state } = options;
  const changelog = { topic: topology.changelog, partition: task.partition };
  const ends = await log.ends(changelog);
  if (ends.lastStableOffset <= ends.logStartOffset) return { records: 0 };
  const reader: LogReader = await log.openReader({
    from: [{ ...changelog, offset: ends.logStartOffset }],
    isolation: 'read_committed',
  });
  let records = 0;
  try {
    while (reader.position(changelog) < ends.lastStableOffset && !options.isStopped()) {
      for (const fetched of await reader.fetch({ maxWaitMs: 500 })) {
        for (const record of fetched.records) state.restore(record);
        records += fetched.records.length;
      }
    }
  } finally {
    await reader.close();
  }
  return { records };
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
  readonly state: TaskState;
}): Promise<void> {
  const { log, topology, task, state } = options;
  if (!state.isEmpty) return;
  for (const topic of topology.owns) {
    const ends = await log.ends({ topic, partition: task.partition });
    if (ends.lastStableOffset > ends.logStartOffset) {
      throw new TaskStopped(
        `the changelog ${topology.changelog}-${task.partition} is empty, yet ${topic} has records: ` +
          'the state of this task was lost, and starting from nothing would decide commands again. ' +
          'Restore the changelog topic, or reset the whole stack.',
      );
    }
  }
}

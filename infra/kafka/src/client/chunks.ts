import type { OutgoingRecord, TopicPartition } from '../log.ts';
import { recordBytes } from '../wire/encode-batch.ts';

/** The records of one partition in the order given, and where each stood among all. */
export interface PartitionQueue extends TopicPartition {
  readonly name: string;
  readonly records: OutgoingRecord[];
  readonly indexes: number[];
}

/** One request's worth: at most one slice of every partition. */
export interface Round {
  readonly queues: readonly PartitionQueue[];
  sliceOf(queue: PartitionQueue): { records: readonly OutgoingRecord[]; from: number; to: number };
}

export function byPartition(records: readonly OutgoingRecord[]): readonly PartitionQueue[] {
  const topics = new Map<string, Map<number, PartitionQueue>>();
  const queues: PartitionQueue[] = [];
  records.forEach((record, index) => {
    const { topic, partition } = record;
    let partitions = topics.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      topics.set(topic, partitions);
    }
    let queue = partitions.get(partition);
    if (queue === undefined) {
      const name = `${topic}-${partition}`;
      queue = { topic, partition, name, records: [], indexes: [] };
      partitions.set(partition, queue);
      queues.push(queue);
    }
    queue.records.push(record);
    queue.indexes.push(index);
  });
  return queues;
}

/** Cuts every queue into slices of bounded size; round n holds the n-th slice of each queue. */
export function planRounds(
  queues: readonly PartitionQueue[],
  limits: { readonly recordsMax: number; readonly bytesMax: number },
): readonly Round[] {
  const rounds: Map<PartitionQueue, { from: number; to: number }>[] = [];
  for (const queue of queues) {
    let from = 0;
    for (let number = 0; from < queue.records.length; number += 1) {
      const to = sliceEnd(queue.records, from, limits);
      const round = rounds[number] ?? new Map<PartitionQueue, { from: number; to: number }>();
      rounds[number] = round;
      round.set(queue, { from, to });
      from = to;
    }
  }
  return rounds.map((slices) => ({
    queues: [...slices.keys()],
    sliceOf: (queue) => ({
      records: queue.records,
      ...(slices.get(queue) ?? { from: 0, to: 0 }),
    }),
  }));
}

/** At least one record, however large: the broker says whether it takes it. */
function sliceEnd(
  records: readonly OutgoingRecord[],
  from: number,
  limits: { readonly recordsMax: number; readonly bytesMax: number },
): number {
  const last = Math.min(records.length, from + limits.recordsMax);
  let bytes = 0;
  for (let index = from; index < last; index += 1) {
    const record = records[index];
    if (record === undefined) break;
    bytes += recordBytes(record);
    if (bytes > limits.bytesMax && index > from) return index;
  }
  return last;
}

import { partitionOfRecordKey } from './pay-no.ts';

/**
 * One record key for each partition, by partition number: `<tenant>/<name>-<i>` with the smallest i
 * that leads there. What every task has to be told is sent once under each of them, and whatever is
 * chained under one keeps its key for the life of the log.
 */
export function broadcastKeys(of: {
  readonly partitions: number;
  readonly tenant: string;
  /** What is told, such as `rules`. */
  readonly name: string;
}): readonly string[] {
  const { partitions, tenant, name } = of;
  const keys = new Map<number, string>();
  for (let i = 0; keys.size < partitions; i += 1) {
    const key = `${tenant}/${name}-${i}`;
    const partition = partitionOfRecordKey(key, partitions);
    if (!keys.has(partition)) keys.set(partition, key);
  }
  return [...keys].sort(([one], [other]) => one - other).map(([, key]) => key);
}

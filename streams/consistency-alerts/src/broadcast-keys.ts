import { partitionOfRecordKey } from '@plumbline/kernel';

/**
 * One record key for each partition, by partition number: `<tenant>/rules-<i>` with the smallest i
 * that leads there. What every task has to be told is sent once under each of them, and each chain of
 * `RulesActivated` keeps its key for the life of the log.
 */
export function broadcastKeys(partitions: number, tenant: string): readonly string[] {
  const keys = new Map<number, string>();
  for (let i = 0; keys.size < partitions; i += 1) {
    const key = `${tenant}/rules-${i}`;
    const partition = partitionOfRecordKey(key, partitions);
    if (!keys.has(partition)) keys.set(partition, key);
  }
  return [...keys].sort(([one], [other]) => one - other).map(([, key]) => key);
}

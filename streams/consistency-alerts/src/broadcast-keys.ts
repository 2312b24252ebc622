import { partitionOfRecordKey } from '@plumbline/kernel';

/**
 * One record key for each partition, by partition: `<tenant>/rules-<i>` with the smallest i that
 * belongs there. Parameters go to every task, and each task reads only its own partition.
 */
export function broadcastKeys(partitions: number, tenant: string): readonly string[] {
  const keys = new Map<number, string>();
  for (let i = 0; keys.size < partitions; i += 1) {
    const key = `${tenant}/rules-${i}`;
    const partition = partitionOfRecordKey(key, partitions);
    if (!keys.has(partition)) keys.set(partition, key);
  }
  return Array.from({ length: partitions }, (_, partition) => keys.get(partition) ?? '');
}

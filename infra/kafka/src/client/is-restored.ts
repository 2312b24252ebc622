import { tailFetchWaitMs } from '../limits.ts';
import type { Log, TopicPartition } from '../log.ts';

/** By the first records of a partition: a restore only fills what is new. */
export async function isRestored(
  log: Pick<Log, 'ends' | 'openReader'>,
  at: TopicPartition,
): Promise<boolean> {
  const { logStartOffset, lastStableOffset } = await log.ends(at);
  if (logStartOffset >= lastStableOffset) return false;
  const from = [{ ...at, offset: logStartOffset }];
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  try {
    while (reader.position(at) < lastStableOffset) {
      const fetched = await reader.fetch({ maxWaitMs: tailFetchWaitMs, maxBytesPerPartition: 1 });
      const first = fetched.find(({ records }) => records.length > 0);
      if (first !== undefined) return first.hasOwnTimes === true;
    }
    return false;
  } finally {
    await reader.close();
  }
}

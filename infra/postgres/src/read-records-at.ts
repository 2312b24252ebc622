import type { Log, LogRecord } from '@plumbline/kafka';
import * as limits from './limits.ts';

/**
 * The committed records at these offsets of one partition, by offset. One that is not there any more
 * is left out.
 */
export async function readRecordsAt(options: {
  readonly log: Log;
  readonly topic: string;
  readonly partition: number;
  readonly offsets: readonly bigint[];
}): Promise<ReadonlyMap<bigint, LogRecord>> {
  const { log, topic, partition } = options;
  const at = { topic, partition };
  const found = new Map<bigint, LogRecord>();
  const { logStartOffset, lastStableOffset } = await log.ends(at);
  const wanted = options.offsets
    .filter((offset) => offset >= logStartOffset && offset < lastStableOffset)
    .sort((a, b) => (a < b ? -1 : 1));
  const [first] = wanted;
  if (first === undefined) return found;
  const left = new Set(wanted);
  const reader = await log.openReader({
    from: [{ ...at, offset: first }],
    isolation: 'read_committed',
  });
  try {
    for (const offset of wanted) {
      if (!left.has(offset)) continue;
      reader.seek({ ...at, offset });
      // An answer may bring markers only, or neighbours that are wanted as well.
      while (left.has(offset) && reader.position(at) <= offset) {
        const fetched = await reader.fetch({
          maxWaitMs: limits.fetchWaitMs,
          maxBytesPerPartition: limits.parkedReadBytes,
        });
        for (const record of fetched.flatMap(({ records }) => records)) {
          if (left.delete(record.offset)) found.set(record.offset, record);
        }
      }
    }
    return found;
  } finally {
    await reader.close();
  }
}

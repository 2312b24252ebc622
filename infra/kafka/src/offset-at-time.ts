import { tailFetchWaitMs } from './limits.ts';
import type { Log, LogReader, TopicPartition } from './log.ts';

/**
 * The first offset of a partition that was appended at or after a time, epoch ms; its end where there
 * is none. Append times grow with the offsets, but for a broker's clock that is set back, so that
 * halving finds it: thirty fetches in a partition of a thousand million records.
 */
export async function offsetAtTime(
  log: Pick<Log, 'ends' | 'openReader'>,
  at: TopicPartition,
  timeMs: number,
): Promise<bigint> {
  const { logStartOffset, lastStableOffset } = await log.ends(at);
  if (logStartOffset === lastStableOffset) return lastStableOffset;
  const reader = await log.openReader({
    from: [{ ...at, offset: logStartOffset }],
    isolation: 'read_committed',
  });
  try {
    let [low, high] = [logStartOffset, lastStableOffset];
    while (low < high) {
      const middle = (low + high) / 2n;
      const next = await firstFrom(reader, { ...at, offset: middle }, high);
      // Nothing but markers there, or a record of the time or after it: what is sought lies before.
      if (next === null || next.timeMs >= timeMs) high = middle;
      else low = next.offset + 1n;
    }
    return low;
  } finally {
    await reader.close();
  }
}

/** The first record at an offset or behind it, before another. */
async function firstFrom(
  reader: LogReader,
  from: TopicPartition & { readonly offset: bigint },
  before: bigint,
): Promise<{ readonly offset: bigint; readonly timeMs: number } | null> {
  reader.seek(from);
  while (reader.position(from) < before) {
    // One batch comes, however large: more of them would be fetched for one time.
    const fetched = await reader.fetch({ maxWaitMs: tailFetchWaitMs, maxBytesPerPartition: 1 });
    for (const { records } of fetched) {
      const found = records.find(({ offset }) => offset >= from.offset);
      if (found === undefined) continue;
      if (found.offset >= before) return null;
      return { offset: found.offset, timeMs: found.timestampMs };
    }
  }
  return null;
}

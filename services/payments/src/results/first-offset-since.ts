import type { Log, LogReader, LogRecord, TopicPartition } from '@plumbline/kafka';
import { fetchWaitMs, searchFetchBytes } from './limits.ts';

/**
 * Where to begin to read what was appended to a partition at a time or later, epoch ms; its end, if
 * nothing was. Append times grow with the offsets, but for a broker's clock that is set back, so that
 * halving finds it: thirty fetches in a partition of a thousand million records.
 */
export async function firstOffsetSince(options: {
  readonly log: Log;
  readonly at: TopicPartition;
  readonly sinceMs: number;
}): Promise<bigint> {
  const { log, at, sinceMs } = options;
  const { logStartOffset, lastStableOffset } = await log.ends(at);
  let least = logStartOffset;
  let most = lastStableOffset;
  if (least >= most) return most;
  const reader = await log.openReader({
    from: [{ ...at, offset: least }],
    isolation: 'read_committed',
  });
  try {
    while (least < most) {
      const middle = least + (most - least) / 2n;
      const found = await firstRecord(reader, at, { from: middle, to: most });
      if (found === null || found.timestampMs >= sinceMs) most = middle;
      else least = found.offset + 1n;
    }
    return least;
  } finally {
    await reader.close();
  }
}

/** The first committed record within some offsets; markers and what was aborted bring none. */
async function firstRecord(
  reader: LogReader,
  at: TopicPartition,
  { from, to }: { readonly from: bigint; readonly to: bigint },
): Promise<LogRecord | null> {
  reader.seek({ ...at, offset: from });
  while (reader.position(at) < to) {
    const fetched = await reader.fetch({
      maxWaitMs: fetchWaitMs,
      maxBytesPerPartition: searchFetchBytes,
    });
    const [record] = fetched.flatMap(({ records }) => records);
    if (record !== undefined) return record.offset < to ? record : null;
  }
  return null;
}

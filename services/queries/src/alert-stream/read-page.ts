import type { FeedPosition, Log, LogReader, LogRecord } from '@plumbline/kafka';
import { formatFeedPosition } from '@plumbline/kafka';
import * as limits from './limits.ts';
import type { ToldAlert } from './told-alert.ts';

/** For whom a page is read. */
export interface PageReader {
  wants(told: ToldAlert): boolean;
  /** `position`: behind it, and behind everything that was given before. */
  give(told: ToldAlert, position: string): void;
  /** Takes no more for now, or not any more. */
  isFull(): boolean;
}

/** Reads on from a position, in committed order by partition, and says how far it came. */
export type ReadPage = (
  from: FeedPosition,
  isFarBehind: (at: FeedPosition) => boolean,
  by: PageReader,
) => Promise<FeedPosition>;

/**
 * Reads the log for one client, until that takes no more, is near the end, or has had its turn. Many
 * clients wait for their turn, and nothing is open meanwhile. Errors: those of a
 * log's reader, where nothing could be read.
 */
export function createReadPage(options: {
  readonly log: Pick<Log, 'openReader'>;
  readonly topic: string;
  /** As the feed reads. */
  readonly read: (record: LogRecord) => Promise<ToldAlert | null>;
}): ReadPage {
  const { log, topic, read } = options;
  const turns = createTurns(limits.pagesAtOnce);

  /** Moves `at` on with everything that is given, so that nothing is given twice after an error. */
  async function readAll(
    reader: LogReader,
    at: { readonly tag: string; readonly offsets: bigint[] },
    isFarBehind: (at: FeedPosition) => boolean,
    by: PageReader,
  ): Promise<void> {
    const { tag, offsets } = at;
    const until = performance.now() + limits.pageMs;
    let taken = 0;
    while (isFarBehind(at) && performance.now() < until) {
      const fetched = await reader.fetch({
        ...{ maxWaitMs: limits.pageFetchMs, maxBytesPerPartition: limits.pageFetchBytes },
      });
      for (const { partition, records, nextOffset } of fetched) {
        for (const record of records) {
          // What is left is read again with the next page.
          if (by.isFull()) return;
          const told = record.value === null ? null : await read(record);
          offsets[partition] = record.offset + 1n;
          if (told !== null && by.wants(told)) by.give(told, formatFeedPosition(tag, offsets));
          taken += 1;
          if (taken % limits.recordsPerTurn === 0) await new Promise(setImmediate);
        }
        offsets[partition] = nextOffset;
      }
    }
  }

  return (from, isFarBehind, by) =>
    turns(async () => {
      if (by.isFull()) return from;
      const reader = await log.openReader({
        from: from.offsets.map((offset, partition) => ({ topic, partition, offset })),
        isolation: 'read_committed',
      });
      const at = { tag: from.tag, offsets: [...from.offsets] };
      try {
        await readAll(reader, at, isFarBehind, by);
      } catch (error) {
        // The next page meets it again, if it lasts.
        if (at.offsets.every((offset, partition) => offset === from.offsets[partition]))
          throw error;
      } finally {
        void reader.close().catch(() => undefined);
      }
      return at;
    });
}

/** So many at once; the others wait in the order in which they came. */
function createTurns(max: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

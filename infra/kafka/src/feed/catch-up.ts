import type { Logger } from '@plumbline/observability';
import type { Log, LogReader, LogRecord } from '../log.ts';
import * as limits from './limits.ts';
import type { FeedOffsets } from './feed-position.ts';
import type { Change, Ring } from './ring.ts';

/** What a follower missed, and up to where. */
export interface CaughtUp<Note> {
  readonly changes: readonly Change<Note>[];
  readonly offsets: FeedOffsets;
}

interface Who<Note> {
  wants(note: Note): boolean;
}

/**
 * Reads from Kafka what the ring has no more, from the offsets of a client to where the ring begins;
 * it moves on meanwhile, so that this looks after each fetch where it begins now. `null` when there
 * is no way: out of range, too many records, no answer in time, too many who ask at once.
 */
export function createCatchUp<Note>(options: {
  readonly log: Pick<Log, 'openReader'>;
  readonly logger: Logger;
  readonly topic: string;
  readonly ring: Ring<Note>;
  readonly read: (record: LogRecord) => Promise<Change<Note> | null>;
  readonly replayMax: number;
}): (from: CaughtUp<Note>, by: Who<Note>) => Promise<CaughtUp<Note> | null> {
  const { log, logger, topic, ring, read, replayMax } = options;
  let underWay = 0;

  async function catchUp(
    from: CaughtUp<Note>,
    by: Who<Note>,
    signal: AbortSignal,
  ): Promise<CaughtUp<Note> | null> {
    const offsets = [...from.offsets];
    const changes = [...from.changes];
    const behind = (): number[] =>
      [...offsets.keys()].filter((partition) => (offsets[partition] ?? 0n) < ring.begin(partition));
    let reader: LogReader | null = null;
    try {
      for (let records = 0; behind().length > 0;) {
        if (signal.aborted || records > limits.catchUpRecordsMax) return null;
        if (changes.length > replayMax) return null;
        reader ??= await log.openReader({
          from: offsets.map((offset, partition) => ({ topic, partition, offset })),
          isolation: 'read_committed',
        });
        const only = behind().map((partition) => ({ topic, partition }));
        const fetched = await reader.fetch({ maxWaitMs: limits.catchUpFetchMs }, only);
        for (const { partition, records: found, nextOffset } of fetched) {
          records += found.length;
          for (const record of found) {
            const change = await read(record);
            if (change !== null && by.wants(change.note)) changes.push(change);
          }
          offsets[partition] = nextOffset;
        }
      }
      return { changes, offsets };
    } finally {
      // Not waited for: the ring moves on, and must reach back so far still.
      void reader?.close().catch(() => undefined);
    }
  }

  return async (from, by) => {
    if (underWay >= limits.catchUpsMax) return null;
    underWay += 1;
    const signal = AbortSignal.timeout(limits.catchUpMs);
    const late = new Promise<null>((resolve) => {
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    // One that is given up goes on being counted until it has ended.
    const work = catchUp(from, by, signal)
      .catch((error: unknown) => {
        logger.info('a client cannot resume', { topic, error });
        return null;
      })
      .finally(() => (underWay -= 1));
    return Promise.race([work, late]);
  };
}

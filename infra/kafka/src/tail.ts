import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@plumbline/observability';
import { PositionOutOfRange, UnknownTopic } from './errors.ts';
import { tailFetchWaitMs, tailReconnectMs, tailShownWithinMs } from './limits.ts';
import type { Log, LogReader, LogRecord } from './log.ts';

/** The next offset of each partition. */
export type TailPositions = ReadonlyMap<number, bigint>;

export interface TailOptions {
  readonly log: Pick<Log, 'ends' | 'openReader'>;
  readonly logger: Logger;
  readonly topic: string;
  readonly partitions: number;
  /** How many offsets of each partition before its end to begin with; none unless given. */
  readonly back?: bigint;
  /**
   * Called for each record, in the order of its partition. Rejects only what trying again can help
   * with: then the same record is given again.
   */
  readonly onRecord: (record: LogRecord) => Promise<void>;
  /** Everything of the partition before this offset has been given. */
  readonly onReached?: (partition: number, next: bigint) => void;
  /** The positions lost their meaning: records may have been missed, and it goes on from these. */
  readonly onGap: (from: TailPositions) => void;
}

export interface Tail {
  /** Where it began. */
  readonly from: TailPositions;
  /** Where the log ended then. */
  readonly endedAt: TailPositions;
  /** How long there has been no answer to a fetch, ms; 0 while there is. */
  downForMs(): number;
  /** Begins to read. */
  start(): void;
  close(): Promise<void>;
}

/**
 * Follows all partitions of a topic, committed records only, from the end on. It resolves once its
 * positions are taken: what is written from then on is seen. After that it reconnects for ever.
 * Errors, at first only: {@link UnknownTopic}, of a topic that is not shown after some seconds.
 *
 *   reading ──error──► down ──back-off, reopen at the same positions──► reading
 *                        └─position out of range──► ends taken anew, gap reported
 */
export async function openTail(options: TailOptions): Promise<Tail> {
  const { logger, topic } = options;
  const stopping = new AbortController();
  const ends = await onceShown(() => endsOf(options));
  const from = beginnings(ends, options.back);
  let positions = new Map(from);
  let reader: LogReader | null = await onceShown(() => openAt(options, from));
  let downSince: number | null = null;
  let outOfRange = false;

  async function readOnce(): Promise<void> {
    if (outOfRange) {
      positions = beginnings(await endsOf(options), options.back);
      outOfRange = false;
      options.onGap(new Map(positions));
    }
    reader ??= await openAt(options, positions);
    const fetched = await reader.fetch({ maxWaitMs: tailFetchWaitMs });
    for (const { partition, records, nextOffset } of fetched) {
      for (const record of records) {
        await options.onRecord(record);
        positions.set(partition, record.offset + 1n);
      }
      positions.set(partition, nextOffset);
      options.onReached?.(partition, nextOffset);
    }
    if (downSince !== null) logger.info('the end of a topic is read again', { topic });
    downSince = null;
  }

  async function recover(error: unknown, attempt: number): Promise<void> {
    if (stopping.signal.aborted) return;
    if (downSince === null)
      logger.warn('the end of a topic cannot be read; reconnecting', { topic, error });
    downSince ??= performance.now();
    outOfRange ||= error instanceof PositionOutOfRange;
    await reader?.close().catch(() => undefined);
    reader = null;
    const { first, max } = tailReconnectMs;
    const waitMs = Math.min(max, first * 2 ** Math.min(attempt, 10));
    await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted;) {
      try {
        await readOnce();
        attempt = 0;
      } catch (error) {
        await recover(error, attempt);
        attempt += 1;
      }
    }
  }

  let running: Promise<void> | undefined;
  return {
    ...{ from, endedAt: new Map([...ends].map(([partition, { end }]) => [partition, end])) },
    downForMs: () => (downSince === null ? 0 : performance.now() - downSince),
    start: () => void (running ??= run()),
    close: async () => {
      stopping.abort();
      await reader?.close().catch(() => undefined);
      await running;
      await reader?.close().catch(() => undefined);
    },
  };
}

const openAt = (
  { log, topic }: TailOptions,
  from: ReadonlyMap<number, bigint>,
): Promise<LogReader> =>
  log.openReader({
    from: [...from].map(([partition, offset]) => ({ topic, partition, offset })),
    isolation: 'read_committed',
  });

/** A topic that was made a moment ago is shown with some of its partitions first. */
async function onceShown<T>(attempt: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + tailShownWithinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UnknownTopic) || performance.now() > untilMs) throw error;
      await sleep(tailReconnectMs.first);
    }
  }
}

interface Extent {
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * The last stable offsets: behind them, up to the high watermark, may stand records that are written
 * and not committed yet.
 */
async function endsOf({ log, topic, partitions }: TailOptions): Promise<Map<number, Extent>> {
  const all = Array.from({ length: partitions }, async (_, partition) => {
    const { logStartOffset: start, lastStableOffset: end } = await log.ends({ topic, partition });
    return [partition, { start, end }] as const;
  });
  return new Map(await Promise.all(all));
}

function beginnings(ends: ReadonlyMap<number, Extent>, back = 0n): Map<number, bigint> {
  const wanted = ([partition, { start, end }]: [number, Extent]): [number, bigint] => {
    const from = end - back;
    return [partition, from > start ? from : start];
  };
  return new Map([...ends].map(wanted));
}

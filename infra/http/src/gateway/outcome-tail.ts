import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec, CommandOutcome } from '@plumbline/events';
import { Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { Log, LogReader, LogRecord } from '@plumbline/kafka';
import { PositionOutOfRange } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import { outcomeFetchWaitMs, reconnectMsMax, reconnectMsMin } from '../limits.ts';

export interface OutcomeTailOptions {
  readonly log: Log;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly topic: string;
  readonly partitions: number;
  /** Called for every outcome of every command, whoever sent it, in the order of its partition. */
  readonly onOutcome: (key: string, outcome: CommandOutcome) => void;
  /** The positions lost their meaning: outcomes may have been missed, versions may have gone back. */
  readonly onGap: () => void;
}

export interface OutcomeTail {
  /** How long there has been no answer to a fetch, ms; 0 while there is. */
  downForMs(): number;
  close(): Promise<void>;
}

/**
 * Follows the outcomes of all partitions, committed ones only, from the end on. It resolves once
 * its positions are taken: what is decided from then on is seen. After that it reconnects for ever.
 *
 *   reading ──error──► down ──back-off, reopen at the same positions──► reading
 *                        └─position out of range──► ends taken anew, gap reported
 */
export async function openOutcomeTail(options: OutcomeTailOptions): Promise<OutcomeTail> {
  const { log, logger, topic } = options;
  const stopping = new AbortController();
  let positions = await endsOf(options);
  let reader: LogReader | null = await openAt(options, positions);
  let downSince: number | null = null;

  let outOfRange = false;

  async function readOnce(): Promise<void> {
    if (outOfRange) {
      positions = await endsOf(options);
      outOfRange = false;
      options.onGap();
    }
    reader ??= await openAt(options, positions);
    const fetched = await reader.fetch({ maxWaitMs: outcomeFetchWaitMs });
    for (const { partition, records, nextOffset } of fetched) {
      for (const record of records) {
        await take(options, record);
        positions.set(partition, record.offset + 1n);
      }
      positions.set(partition, nextOffset);
    }
    if (downSince !== null) logger.info('outcomes are read again', { topic });
    downSince = null;
  }

  async function recover(error: unknown, attempt: number): Promise<void> {
    if (stopping.signal.aborted) return;
    if (downSince === null) logger.warn('outcomes cannot be read; reconnecting', { topic, error });
    downSince ??= performance.now();
    outOfRange ||= error instanceof PositionOutOfRange;
    await reader?.close().catch(() => undefined);
    reader = null;
    const waitMs = Math.min(reconnectMsMax, reconnectMsMin * 2 ** Math.min(attempt, 10));
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

  const running = run();
  return {
    downForMs: () => (downSince === null ? 0 : performance.now() - downSince),
    close: async () => {
      stopping.abort();
      await reader?.close().catch(() => undefined);
      await running;
      await reader?.close().catch(() => undefined);
    },
  };

  async function openAt(
    at: OutcomeTailOptions,
    from: ReadonlyMap<number, bigint>,
  ): Promise<LogReader> {
    return log.openReader({
      from: [...from].map(([partition, offset]) => ({ topic: at.topic, partition, offset })),
      isolation: 'read_committed',
    });
  }
}

/**
 * The last stable offsets: behind them, up to the high watermark, may stand outcomes that are
 * written and not committed yet.
 */
async function endsOf({
  log,
  topic,
  partitions,
}: OutcomeTailOptions): Promise<Map<number, bigint>> {
  const all = Array.from({ length: partitions }, async (_, partition) => {
    const { lastStableOffset } = await log.ends({ topic, partition });
    return [partition, lastStableOffset] as const;
  });
  return new Map(await Promise.all(all));
}

/** Throws only what trying again can help with: then the same record is taken again. */
async function take(options: OutcomeTailOptions, record: LogRecord): Promise<void> {
  const { codec, logger, topic } = options;
  if (record.key === null || record.value === null) return;
  try {
    const unknown = codec.needs(record.value);
    if (unknown !== null) await codec.learn(unknown);
    const { type, data } = codec.decode(topic, record.value);
    // The topic holds nothing but outcomes; the catalogue ties the type to the data.
    if (type === 'CommandOutcome')
      options.onOutcome(record.key.toString('utf8'), data as CommandOutcome);
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    const { partition, offset } = record;
    logger.error('an outcome cannot be read; its command shows as pending', {
      topic,
      partition,
      offset,
      error,
    });
  }
}

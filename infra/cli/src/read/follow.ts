import { setTimeout as sleep } from 'node:timers/promises';
import type { Log, LogReader, LogRecord } from '@plumbline/kafka';
import { Unavailable } from '@plumbline/kafka';
import { fetchWaitMs, retryMs } from '../limits.ts';
import type { Position } from './scan.ts';

export interface FollowOptions {
  readonly log: Log;
  readonly from: readonly Position[];
  readonly signal: AbortSignal;
  take(record: LogRecord): Promise<void>;
  /** Kafka went away; it is tried again until the signal. Told once each time. */
  onUnavailable(error: Unavailable): void;
}

/**
 * Follows partitions until the signal. The records of one fetch are taken by time, so that lines of
 * several partitions come as they happened; between fetches a slower partition may bring older ones.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { log, signal } = options;
  const reader = await log.openReader({ from: options.from, isolation: 'read_committed' });
  let away = false;
  try {
    while (!signal.aborted) {
      try {
        await step(reader, options);
        away = false;
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        if (!away) options.onUnavailable(error);
        away = true;
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  } finally {
    await reader.close();
  }
}

async function step(reader: LogReader, options: FollowOptions): Promise<void> {
  const fetched = await reader.fetch({ maxWaitMs: fetchWaitMs });
  for (const record of byTime(fetched.flatMap(({ records }) => records))) {
    if (options.signal.aborted) return;
    await options.take(record);
  }
}

/** By append time; ties by topic, partition and offset, so that the same log gives the same lines. */
export function byTime<R extends Pick<LogRecord, 'topic' | 'partition' | 'offset' | 'timestampMs'>>(
  records: readonly R[],
): readonly R[] {
  return [...records].sort((one, other) => {
    if (one.timestampMs !== other.timestampMs) return one.timestampMs - other.timestampMs;
    if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1;
    if (one.partition !== other.partition) return one.partition - other.partition;
    return one.offset < other.offset ? -1 : 1;
  });
}

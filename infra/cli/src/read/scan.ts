import type { LogRecord, ReadOnlyLog, TopicPartition } from '@plumbline/kafka';
import { fetchWaitMs } from '../limits.ts';

export type Position = TopicPartition & { readonly offset: bigint };

/** Every partition of some topics. @throws UnknownTopic */
export async function partitionsOf(
  log: ReadOnlyLog,
  topics: readonly string[],
): Promise<readonly TopicPartition[]> {
  const described = await log.describeTopics(topics);
  return described.flatMap(({ topic, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  );
}

/** A partition from its start, or from an offset, to its end, or to before another. */
export interface ScannedSpan extends TopicPartition {
  readonly offset?: bigint;
  readonly to?: bigint;
}

export interface ScanOptions {
  readonly log: ReadOnlyLog;
  readonly of: readonly ScannedSpan[];
  readonly signal: AbortSignal;
  /** In the order of their partition; `take` is waited for. */
  take(record: LogRecord): void | Promise<void>;
  /** Offsets read of offsets there are. */
  onProgress?(done: bigint, total: bigint): void;
}

/**
 * Reads partitions from their start to where they end now, or what lies between given offsets of it:
 * committed records only, up to the last stable offset, so that a transaction left open does not
 * keep it waiting. Returns where each ended.
 */
export async function scan(options: ScanOptions): Promise<readonly Position[]> {
  const { log, of, signal } = options;
  const spans = await Promise.all(
    of.map(async ({ topic, partition, offset, to }) => {
      const { logStartOffset, lastStableOffset: end } = await log.ends({ topic, partition });
      return { topic, partition, from: offset ?? logStartOffset, to: least(to ?? end, end) };
    }),
  );
  const left = spans.filter(({ from, to }) => from < to);
  const total = left.reduce((sum, { from, to }) => sum + to - from, 0n);
  const reader = await log.openReader({
    from: left.map(({ topic, partition, from }) => ({ topic, partition, offset: from })),
    isolation: 'read_committed',
  });
  try {
    for (let open = left; open.length > 0;) {
      signal.throwIfAborted();
      for (const fetched of await reader.fetch({ maxWaitMs: fetchWaitMs }, open)) {
        const span = open.find(
          (each) => each.topic === fetched.topic && each.partition === fetched.partition,
        );
        if (span === undefined) continue;
        for (const record of fetched.records) {
          if (record.offset >= span.to) continue;
          const taken = options.take(record);
          if (taken !== undefined) await taken;
        }
      }
      const done = left.reduce(
        (sum, { to, from, ...at }) => sum + least(reader.position(at), to) - from,
        0n,
      );
      options.onProgress?.(done, total);
      open = open.filter(({ to, ...at }) => reader.position(at) < to);
    }
    return spans.map(({ topic, partition, from, to }) => ({
      ...{ topic, partition, offset: from < to ? to : from },
    }));
  } finally {
    await reader.close();
  }
}

const least = (one: bigint, other: bigint): bigint => (one < other ? one : other);

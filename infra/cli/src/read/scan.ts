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

export interface ScanOptions {
  readonly log: ReadOnlyLog;
  readonly of: readonly TopicPartition[];
  readonly signal: AbortSignal;
  /** In the order of their partition; `take` is waited for. */
  take(record: LogRecord): void | Promise<void>;
  /** Offsets read of offsets there are. */
  onProgress?(done: bigint, total: bigint): void;
}

/**
 * Reads partitions from their start to where they end now: committed records only, up to the last
 * stable offset, so that a transaction left open does not keep it waiting.
 */
export async function scan(options: ScanOptions): Promise<void> {
  const { log, of, signal } = options;
  const spans = await Promise.all(
    of.map(async (at) => {
      const { logStartOffset: from, lastStableOffset: to } = await log.ends(at);
      return { ...at, from, to };
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
        for (const record of fetched.records)
          if (record.offset < span.to) await options.take(record);
      }
      const done = left.reduce(
        (sum, { to, from, ...at }) => sum + least(reader.position(at), to) - from,
        0n,
      );
      options.onProgress?.(done, total);
      open = open.filter(({ to, ...at }) => reader.position(at) < to);
    }
  } finally {
    await reader.close();
  }
}

const least = (one: bigint, other: bigint): bigint => (one < other ? one : other);

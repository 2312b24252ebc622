import type { TopicPartition } from '@plumbline/kafka';
import { byTime } from './follow.ts';

/** Something with a place in the log, and a broker time, epoch ms. */
interface Placed extends TopicPartition {
  readonly offset: bigint;
  readonly timeMs: number;
}

/** The newest of many: never more than twice as many as asked for are kept. */
export function createNewest<R extends Placed>(
  limit: number,
): {
  add(row: R): void;
  /** Newest first. */
  rows(): readonly R[];
} {
  let kept: readonly R[] = [];
  let added: R[] = [];
  const settle = (): void => {
    const placed = [...kept, ...added].map((row) => {
      const { topic, partition, offset, timeMs: timestampMs } = row;
      return { topic, partition, offset, timestampMs, row };
    });
    kept = byTime(placed)
      .slice(-limit)
      .map(({ row }) => row);
    added = [];
  };
  return {
    add(row) {
      added.push(row);
      if (added.length >= limit) settle();
    },
    rows() {
      settle();
      return [...kept].reverse();
    },
  };
}

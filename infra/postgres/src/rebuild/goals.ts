import type { TopicPartition } from '@plumbline/kafka';
import { RebuildRefused } from '../errors.ts';
import type { ProjectionPosition } from '../positions.ts';
import type { ReadOnlyLog } from './read-only-log.ts';

/** A stretch of one partition that is to be folded. */
export interface Goal extends TopicPartition {
  readonly incarnation: string;
  /** The first offset to fold. */
  readonly from: bigint;
  /** The first offset that is left alone. */
  readonly to: bigint;
}

export const offsetsOf = (goals: readonly Goal[]): bigint =>
  goals.reduce((sum, { from, to }) => sum + (to > from ? to - from : 0n), 0n);

const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

/**
 * From where a schema stands to what a committed reader sees now. Errors: {@link RebuildRefused}
 * when it stands in another log.
 */
export async function goalsToEnd(
  log: ReadOnlyLog,
  schema: string,
  positions: readonly ProjectionPosition[],
): Promise<readonly Goal[]> {
  const described = await log.describeTopics([...new Set(positions.map(({ topic }) => topic))]);
  return Promise.all(
    positions.map(async (position) => {
      const { topic, partition, incarnation, nextOffset: from } = position;
      const now = described.find((each) => each.topic === topic)?.incarnation ?? 'gone';
      refuseAnotherLog(schema, position, now);
      const { lastStableOffset, highWatermark } = await log.ends({ topic, partition });
      if (from > highWatermark) {
        throw new RebuildRefused(
          `${schema} stands at offset ${from.toString()} of ${placeOf(position)}, which ends at ` +
            `${highWatermark.toString()}: the topic was restored from an older copy`,
        );
      }
      const to = lastStableOffset > from ? lastStableOffset : from;
      return { topic, partition, incarnation, from, to };
    }),
  );
}

function refuseAnotherLog(schema: string, position: ProjectionPosition, now: string): void {
  if (position.incarnation === now) return;
  throw new RebuildRefused(
    `${schema} stands in log ${position.incarnation} of ${placeOf(position)}, which is now ` +
      `${now}: it was made anew or imported. Begin anew with --fresh`,
  );
}

/** Where `behind` has not come to where `ahead` stands, in the same log; both by partition. */
export function gapsBetween(
  behind: readonly ProjectionPosition[],
  ahead: readonly ProjectionPosition[],
): readonly Goal[] {
  const stands = new Map(behind.map((position) => [placeOf(position), position]));
  return ahead.flatMap((position) => {
    const { topic, partition, nextOffset: to } = position;
    const own = stands.get(placeOf(position));
    // An input that the code has no longer, or a log that is no more: nothing to come up to.
    if (own === undefined || own.incarnation !== position.incarnation) return [];
    const { incarnation, nextOffset: from } = own;
    return to > from ? [{ topic, partition, incarnation, from, to }] : [];
  });
}

import type { Log } from '@plumbline/kafka';
import { ProjectionStopped } from './errors.ts';
import { useSchema } from './migrate-projection.ts';
import type { Postgres, Sql, SqlTransaction } from './open-postgres.ts';
import type { Projection } from './projection.ts';
import { ownTables, quoted, schemaOf } from './projection.ts';

/** How far a projection has folded one partition of one topic. */
export interface ProjectionPosition {
  readonly topic: string;
  readonly partition: number;
  readonly incarnation: string;
  /** Where its first record stood: what a rebuild has to find in the log. */
  readonly startOffset: bigint;
  readonly nextOffset: bigint;
  /** Running maximum of the append times of what was folded, epoch ms; 0 before the first. */
  readonly timeMs: number;
}

/** Somebody else moved the position first. Not an error: read it again and go on from there. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
}

interface PositionRow {
  readonly topic: string;
  readonly partition: number;
  readonly incarnation: string;
  readonly start_offset: bigint;
  readonly next_offset: bigint;
  readonly time_ms: bigint;
}

/** All positions of a schema. */
export async function readPositions(
  sql: Sql,
  schema: string,
): Promise<readonly ProjectionPosition[]> {
  const rows = await sql.query<PositionRow>(
    `select * from ${quoted(schema)}.${ownTables.positions} order by topic, partition`,
  );
  return rows.map((row) => ({
    topic: row.topic,
    partition: row.partition,
    incarnation: row.incarnation,
    startOffset: row.start_offset,
    nextOffset: row.next_offset,
    timeMs: Number(row.time_ms),
  }));
}

/** How far a projection is, on every partition that it has begun with. */
export const projectionPositions = (
  postgres: Postgres,
  projection: Projection,
): Promise<readonly ProjectionPosition[]> => readPositions(postgres, schemaOf(projection));

/**
 * The positions of one partition number in every input, checked against the log. An input seen for
 * the first time begins at the start of its log.
 *
 * Errors: {@link ProjectionStopped} when a position belongs to another log or lies outside of it.
 */
export async function startPositions(options: {
  readonly postgres: Postgres;
  readonly log: Log;
  readonly projection: Projection;
  readonly partition: number;
}): Promise<readonly ProjectionPosition[]> {
  const { postgres, log, projection, partition } = options;
  const schema = schemaOf(projection);
  const described = await log.describeTopics(projection.inputs);
  const found = await Promise.all(
    described.map(async ({ topic, incarnation }) => ({
      ...{ topic, partition, incarnation },
      ends: await log.ends({ topic, partition }),
    })),
  );
  const stored = await postgres.transaction(async (sql) => {
    await useSchema(sql, schema);
    for (const { topic, incarnation, ends } of found) {
      const start = ends.logStartOffset;
      await sql.query(
        `insert into ${ownTables.positions}
           (topic, partition, incarnation, start_offset, next_offset, time_ms)
         values (?, ?, ?, ?, ?, 0) on conflict do nothing`,
        [topic, partition, incarnation, start, start],
      );
    }
    return readPositions(sql, schema);
  });
  return found.map(({ topic, incarnation, ends }) => {
    const known = stored.find((each) => each.topic === topic && each.partition === partition);
    if (known === undefined) throw new LostRace(`the position in ${topic}-${partition} is gone`);
    refuseOtherLog(schema, known, incarnation);
    const where = `${topic}-${partition}`;
    if (known.nextOffset < ends.logStartOffset || known.nextOffset > ends.highWatermark) {
      throw new ProjectionStopped(
        `${schema} stands at offset ${known.nextOffset.toString()} of ${where}, which now holds ` +
          `${ends.logStartOffset.toString()} to ${ends.highWatermark.toString()}: records were ` +
          'deleted before they were folded, or the topic was restored from an older copy. ' +
          `Nothing is skipped silently: restore the topic, or ${rebuildAdvice(schema)}`,
      );
    }
    return known;
  });
}

export function refuseOtherLog(
  schema: string,
  known: ProjectionPosition,
  incarnation: string,
): void {
  if (known.incarnation === incarnation) return;
  throw new ProjectionStopped(
    `${schema} stands at offset ${known.nextOffset.toString()} of ${known.topic}-${known.partition} ` +
      `in log ${known.incarnation}, but the topic is now ${incarnation}: it was made anew or ` +
      `imported. Restore the old topic, or ${rebuildAdvice(schema)}`,
  );
}

const rebuildAdvice = (schema: string): string =>
  'have the read model rebuilt from what the log holds, and then start this process again: ' +
  `plumbline rebuild --projection ${schema.replace(/_v\d+$/, '')} --fresh`;

/** One step of a position. */
export interface Advance {
  readonly topic: string;
  readonly partition: number;
  readonly incarnation: string;
  readonly from: bigint;
  readonly to: bigint;
  readonly timeMs: number;
}

/**
 * Compare and set, before anything else in the transaction: whoever races for the same step waits
 * here for the winner's commit, and then loses without having written.
 */
export async function advancePositions(
  sql: SqlTransaction,
  advances: readonly Advance[],
): Promise<void> {
  // Always in the same order, so that two racers cannot lock each other out.
  for (const step of [...advances].sort((a, b) => (a.topic < b.topic ? -1 : 1))) {
    const moved = await sql.query(
      `update ${ownTables.positions} set next_offset = ?, time_ms = greatest(time_ms, ?)
       where topic = ? and partition = ? and incarnation = ? and next_offset = ? returning topic`,
      [step.to, step.timeMs, step.topic, step.partition, step.incarnation, step.from],
    );
    if (moved.length !== 1) {
      throw new LostRace(`${step.topic}-${step.partition} is no longer at ${step.from.toString()}`);
    }
  }
}

import { atStep } from '@plumbline/observability';
import type { Incoming } from './decode-record.ts';
import type { FoldStore, Poisoned } from './fold-records.ts';
import { foldRecords } from './fold-records.ts';
import { useSchema } from './migrate-projection.ts';
import type { Postgres, SqlTransaction } from './open-postgres.ts';
import type { Advance } from './positions.ts';
import { advancePositions } from './positions.ts';
import type { Projection } from './projection.ts';
import { ownTables } from './projection.ts';
import { createProjectionSql } from './projection-sql.ts';
import type { RowCopier } from './rebuild/copy-rows.ts';

export interface Batch {
  readonly advances: readonly Advance[];
  /** In the order of each partition. */
  readonly records: readonly Incoming[];
}

export interface BatchResult {
  readonly applied: number;
  readonly poisoned: number;
  /** Records that wait behind a poisoned one of their key. */
  readonly parked: number;
}

/**
 * Folds a batch: rows, parked keys and positions change in one SQL transaction or not at all.
 * `bury` is called within it with the records at fault; when it fails, nothing has happened.
 *
 * Errors: LostRace when the position has moved; {@link ProjectionStopped} for a statement that is
 * wrong whatever the record; otherwise what may be tried again.
 */
export async function applyBatch(options: {
  readonly postgres: Postgres;
  readonly projection: Projection;
  readonly schema: string;
  readonly batch: Batch;
  /**
   * For rebuilds: many rows go in by COPY, and a crash of the server may lose the batch, position
   * and all.
   */
  readonly copier?: RowCopier;
  bury(poisoned: readonly Poisoned[]): Promise<void>;
}): Promise<BatchResult> {
  const { postgres, projection, schema, batch } = options;
  atStep('projection', schema, 'begins');
  const result = await postgres.transaction(async (sql) => {
    await useSchema(sql, schema);
    if (options.copier !== undefined) await sql.query('set local synchronous_commit to off');
    await advancePositions(sql, batch.advances);
    const store = postgresFoldStore(projection, sql, options.copier);
    const folded = await foldRecords({ projection, store, records: batch.records });
    const { applied, parked, poisoned } = folded;
    if (poisoned.length > 0) await options.bury(poisoned);
    atStep('projection', schema, 'folded');
    return { applied, poisoned: poisoned.length, parked };
  });
  atStep('projection', schema, 'committed');
  return result;
}

export function postgresFoldStore(
  projection: Projection,
  sql: SqlTransaction,
  copier: RowCopier | null = null,
): FoldStore {
  return {
    sql: createProjectionSql(sql, projection.tables, copier),
    async undoable(work) {
      await sql.query('savepoint projection');
      try {
        await work();
      } catch (error) {
        await sql.query('rollback to savepoint projection');
        throw error;
      }
      await sql.query('release savepoint projection');
    },
    parkedKeys: (keys) =>
      sql.query(`select topic, key, "offset" from ${ownTables.parkedKeys} where key = any(?)`, [
        keys,
      ]),
    async parkKey({ topic, key, partition, offset, reason, message }) {
      await sql.query(
        `insert into ${ownTables.parkedKeys} (topic, key, partition, "offset", reason, message)
         values (?, ?, ?, ?, ?, ?)`,
        [topic, key, partition, offset, reason, message],
      );
    },
    async parkRecord({ topic, partition, offset, key, behind }) {
      await sql.query(
        `insert into ${ownTables.parkedRecords} (topic, partition, "offset", key, parked_behind)
         values (?, ?, ?, ?, ?)`,
        [topic, partition, offset, key, behind],
      );
    },
  };
}

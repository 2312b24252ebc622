import type { LockHolder } from '../migrate-projection.ts';
import { lockHolder } from '../migrate-projection.ts';
import type { Postgres, Sql, SqlTransaction } from '../open-postgres.ts';
import { readPositions } from '../positions.ts';
import type { Projection } from '../projection.ts';
import { schemaOf } from '../projection.ts';
import { nextSchemaOf, oldSchemaOf, rebuildLockOf } from './schemas.ts';
import type { RebuildStepRow } from './steps-table.ts';
import { isReadModel, stepsOf } from './steps-table.ts';

/** One schema of a read model. */
export interface ModelBeside {
  readonly schema: string;
  /** Offsets folded, over all partitions. */
  readonly offsets: bigint;
  /** Of its tables and indexes. */
  readonly bytes: bigint;
  /** The last thing that was done with it; `null` for one that no rebuild has touched. */
  readonly last: Omit<RebuildStepRow, 'fingerprint'> | null;
}

export interface RebuildStatus {
  readonly projection: string;
  readonly live: ModelBeside | null;
  /** A rebuild that is under way, or waits to be resumed. */
  readonly next: ModelBeside | null;
  /** What can be gone back to. */
  readonly old: ModelBeside | null;
  /** Who is at it now. */
  readonly worker: LockHolder | null;
}

/** What there is of each read model, live and beside. Errors: PostgresDown. */
export async function rebuildStatus(
  postgres: Postgres,
  projections: readonly Projection[],
): Promise<readonly RebuildStatus[]> {
  return postgres.transaction(
    async (sql) => {
      const all: RebuildStatus[] = [];
      for (const projection of projections) all.push(await statusOf(sql, projection));
      return all;
    },
    { isolation: 'repeatable read', readOnly: true },
  );
}

const statusOf = async (sql: SqlTransaction, projection: Projection): Promise<RebuildStatus> => ({
  projection: projection.name,
  live: await modelOf(sql, schemaOf(projection)),
  next: await modelOf(sql, nextSchemaOf(projection)),
  old: await modelOf(sql, oldSchemaOf(projection)),
  worker: await lockHolder(sql, rebuildLockOf(schemaOf(projection))),
});

async function modelOf(sql: Sql, schema: string): Promise<ModelBeside | null> {
  if (!(await isReadModel(sql, schema))) return null;
  const positions = await readPositions(sql, schema);
  const [size] = await sql.query<{ bytes: bigint }>(
    `select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as bytes
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = ? and c.relkind = 'r'`,
    [schema],
  );
  const last = (await stepsOf(sql, schema)).at(-1);
  return {
    schema,
    offsets: positions.reduce((sum, at) => sum + at.nextOffset - at.startOffset, 0n),
    bytes: size?.bytes ?? 0n,
    last: last === undefined ? null : { at: last.at, step: last.step, by: last.by },
  };
}

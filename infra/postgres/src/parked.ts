import { ProjectionMissing } from './errors.ts';
import { useSchema } from './migrate-projection.ts';
import type { Postgres, SqlTransaction } from './open-postgres.ts';
import type { Projection } from './projection.ts';
import { ownTables, schemaOf } from './projection.ts';

/** A key of one input whose records wait, as the projection's schema has it. */
export interface WaitingKey {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  /** The record at fault: the others wait behind it, and it waits as well. */
  readonly offset: bigint;
  readonly reason: string;
  readonly message: string;
  /** How many wait, itself among them. */
  readonly records: number;
}

/** {@link useSchema}. Errors: {@link ProjectionMissing} where no process has made its tables yet. */
export async function useTables(sql: SqlTransaction, schema: string): Promise<void> {
  await useSchema(sql, schema);
  const [row] = await sql.query<{ readonly there: boolean }>(
    'select to_regclass(?) is not null as there',
    [ownTables.parkedKeys],
  );
  if (row?.there !== true) throw new ProjectionMissing(schema);
}

/**
 * The keys that wait in a projection; those of one record key on demand. Errors:
 * {@link ProjectionMissing}, PostgresDown.
 */
export async function waitingKeysOf(options: {
  readonly postgres: Postgres;
  readonly projection: Projection;
  readonly key?: string;
}): Promise<readonly WaitingKey[]> {
  const { postgres, projection, key } = options;
  return postgres.transaction(
    async (sql) => {
      await useTables(sql, schemaOf(projection));
      return readWaitingKeys(sql, key ?? null);
    },
    { readOnly: true },
  );
}

/** A key as it waits now, within a transaction; null when nothing of it does. */
export async function findWaiting(sql: SqlTransaction, at: KeyPlace): Promise<WaitingKey | null> {
  const rows = await readWaitingKeys(sql, at.key);
  return rows.find(({ topic }) => topic === at.topic) ?? null;
}

interface KeyPlace {
  readonly topic: string;
  readonly key: string;
}

const readWaitingKeys = async (
  sql: SqlTransaction,
  key: string | null,
): Promise<readonly WaitingKey[]> => {
  const rows = await sql.query<Omit<WaitingKey, 'records'> & { readonly behind: bigint }>(
    `select k.topic, k.key, k.partition, k."offset", k.reason, k.message,
       (select count(*) from ${ownTables.parkedRecords} r
        where r.topic = k.topic and r.key = k.key) as behind
     from ${ownTables.parkedKeys} k where ?::text is null or k.key = ? order by k.topic, k.key`,
    [key, key],
  );
  return rows.map(({ behind, ...row }) => ({ ...row, records: 1 + Number(behind) }));
};

/** Offsets of the records behind the one at fault, in order, so many at most. */
export async function offsetsBehind(
  sql: SqlTransaction,
  at: KeyPlace & { readonly limit: number },
): Promise<readonly bigint[]> {
  const rows = await sql.query<{ offset: bigint }>(
    `select "offset" from ${ownTables.parkedRecords} where topic = ? and key = ?
     order by "offset" limit ?`,
    [at.topic, at.key, at.limit],
  );
  return rows.map(({ offset }) => offset);
}

/** Frees the key, and forgets its waiting records up to an offset: all, unless one is given. */
export async function freeKey(
  sql: SqlTransaction,
  { topic, key, upTo }: KeyPlace & { readonly upTo?: bigint },
): Promise<void> {
  await sql.query(
    `delete from ${ownTables.parkedRecords}
     where topic = ? and key = ? and (?::bigint is null or "offset" <= ?)`,
    [topic, key, upTo ?? null, upTo ?? null],
  );
  await sql.query(`delete from ${ownTables.parkedKeys} where topic = ? and key = ?`, [topic, key]);
}

/** Those of the key that wait, wait behind this record from now on. */
export async function waitBehind(
  sql: SqlTransaction,
  { topic, key, offset }: KeyPlace & { readonly offset: bigint },
): Promise<void> {
  await sql.query(
    `update ${ownTables.parkedRecords} set parked_behind = ? where topic = ? and key = ?`,
    [offset, topic, key],
  );
}

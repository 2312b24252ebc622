import { ProjectionStopped } from './errors.ts';
import type { Postgres, SqlTransaction } from './open-postgres.ts';
import type { Projection } from './projection.ts';
import { ownTables, quoted, schemaOf } from './projection.ts';

/**
 * Makes the projection's schema and tables, or brings them up to date, in one transaction under an
 * advisory lock: processes that start together wait for each other and find the work done.
 *
 * Errors: {@link ProjectionStopped} when the schema has migrations that this code does not know.
 */
export async function migrateProjection(options: {
  readonly postgres: Postgres;
  readonly projection: Projection;
  /** Another schema than the projection's own, for a rebuild beside it. */
  readonly schema?: string;
}): Promise<void> {
  const { postgres, projection } = options;
  const schema = options.schema ?? schemaOf(projection);
  await postgres.transaction(async (sql) => {
    await lockSchema(sql, schema);
    await sql.query(`create schema if not exists ${quoted(schema)}`);
    await useSchema(sql, schema);
    await createOwnTables(sql);
    const done = await sql.query<{ name: string }>(`select name from ${ownTables.migrations}`);
    const known = new Set(projection.migrations.map(({ name }) => name));
    const unknown = done.filter(({ name }) => !known.has(name));
    if (unknown.length > 0) {
      throw new ProjectionStopped(
        `the schema ${schema} in ${postgres.address} was migrated by newer code ` +
          `(${unknown.map(({ name }) => name).join(', ')}): run that code, or drop the schema ` +
          `(drop schema "${schema}" cascade) to have it rebuilt from the log`,
      );
    }
    const applied = new Set(done.map(({ name }) => name));
    for (const migration of projection.migrations) {
      if (applied.has(migration.name)) continue;
      await migration.up(sql.knex);
      await sql.query(`insert into ${ownTables.migrations} (name) values (?)`, [migration.name]);
    }
  });
}

/** Unqualified names in this transaction mean this schema, whatever the statement. */
export const useSchema = (sql: SqlTransaction, schema: string): Promise<unknown> =>
  sql.query(`set local search_path to ${quoted(schema)}`);

/** Two 32-bit halves of a hash: other users of advisory locks in the database use other numbers. */
const lockKey = `hashtextextended('plumbline ' || ?, 0)`;

/** Whoever makes a schema's tables or puts another in its place does it alone. */
export const lockSchema = (sql: SqlTransaction, schema: string): Promise<unknown> =>
  sql.query(`select pg_advisory_xact_lock(${lockKey})`, [schema]);

/** Beside others who share it, and beside nobody who has taken it alone. */
export const shareSchema = (sql: SqlTransaction, schema: string): Promise<unknown> =>
  sql.query(`select pg_advisory_xact_lock_shared(${lockKey})`, [schema]);

/** Takes the schema's lock until the transaction ends, unless somebody has it. */
export async function tryLockSchema(sql: SqlTransaction, schema: string): Promise<boolean> {
  const [row] = await sql.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock(${lockKey}) as locked`,
    [schema],
  );
  return row?.locked === true;
}

/** Who has a lock that {@link tryLockSchema} did not get. */
export interface LockHolder {
  /** What it calls itself. */
  readonly name: string;
  readonly since: Date;
  /** `null` for a connection of the server's own machine without TCP. */
  readonly address: string | null;
}

/** `null` when it has been let go meanwhile. */
export async function lockHolder(sql: SqlTransaction, schema: string): Promise<LockHolder | null> {
  const [row] = await sql.query<LockHolder>(
    `select a.application_name as name, a.xact_start as since, host(a.client_addr) as address
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and l.database = (select oid from pg_database where datname = current_database())
       and ((l.classid::bigint << 32) | l.objid::bigint) = ${lockKey}`,
    [schema],
  );
  return row ?? null;
}

async function createOwnTables(sql: SqlTransaction): Promise<void> {
  await sql.query(`create table if not exists ${ownTables.migrations} (name text primary key)`);
  await sql.query(`create table if not exists ${ownTables.positions} (
    topic text not null,
    partition integer not null,
    incarnation text not null,
    start_offset bigint not null,
    next_offset bigint not null,
    time_ms bigint not null,
    primary key (topic, partition)
  )`);
  await sql.query(`create table if not exists ${ownTables.parkedKeys} (
    topic text not null,
    key text not null,
    partition integer not null,
    "offset" bigint not null,
    reason text not null,
    message text not null,
    primary key (topic, key)
  )`);
  await sql.query(`create table if not exists ${ownTables.parkedRecords} (
    topic text not null,
    partition integer not null,
    "offset" bigint not null,
    key text not null,
    parked_behind bigint not null,
    primary key (topic, partition, "offset")
  )`);
}

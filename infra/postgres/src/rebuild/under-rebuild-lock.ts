import { invariant } from '@plumbline/kernel';
import { RebuildRefused } from '../errors.ts';
import { lockHolder, tryLockSchema } from '../migrate-projection.ts';
import type { Postgres, SqlTransaction } from '../open-postgres.ts';
import type { Projection } from '../projection.ts';
import { schemaOf } from '../projection.ts';
import { rebuildLockOf } from './schemas.ts';

/** Postgres cuts longer ones. */
const applicationNameBytesMax = 63;

/**
 * Works while nobody else rebuilds this read model, goes back to its old one or drops it. The lock is
 * a connection's: it goes with the process. Should only the connection be lost, then compare-and-set
 * on positions and the swap's own locks hold still.
 *
 * Errors: {@link RebuildRefused} that says who is at it and since when; those of the work.
 */
export async function underRebuildLock<T>(
  options: {
    readonly postgres: Postgres;
    readonly projection: Projection;
    readonly by: string;
    readonly what: string;
  },
  work: () => Promise<T>,
): Promise<T> {
  const { postgres, projection, by, what } = options;
  const schema = schemaOf(projection);
  let done = null as { readonly result: T } | null;
  try {
    await postgres.transaction(async (sql) => {
      await sql.query('set local idle_in_transaction_session_timeout to 0');
      const name = `${what} ${schema} by ${by}`.slice(0, applicationNameBytesMax);
      await sql.query(`select set_config('application_name', ?, true)`, [name]);
      if (!(await tryLockSchema(sql, rebuildLockOf(schema)))) throw await refusal(sql, schema);
      done = { result: await work() };
    });
  } catch (error) {
    // A connection that was lost after the work takes nothing back of it.
    if (done === null) throw error;
  }
  invariant(done !== null, 'a transaction that ends well has done its work');
  return done.result;
}

async function refusal(sql: SqlTransaction, schema: string): Promise<RebuildRefused> {
  const holder = await lockHolder(sql, rebuildLockOf(schema));
  const who =
    holder === null
      ? ''
      : ` (${holder.name}, since ${holder.since.toISOString()}, from ${holder.address ?? 'here'})`;
  return new RebuildRefused(
    `${schema} is being worked on already${who}: one at a time. See plumbline rebuild status`,
  );
}

import { digest } from '@plumbline/kernel';
import type { Sql } from '../open-postgres.ts';
import type { Projection } from '../projection.ts';
import { ownTables, quoted } from '../projection.ts';

/**
 *   BEGAN ──(RESUMED)*──► SWAPPED_IN ──► SWAPPED_OUT ──► SWAPPED_IN, gone back to ──► …
 */
export type RebuildStep = 'BEGAN' | 'RESUMED' | 'SWAPPED_IN' | 'SWAPPED_OUT';

/** What was done with a schema, by whom. It goes with the schema, whatever its name is. */
export interface RebuildStepRow {
  readonly at: Date;
  readonly step: RebuildStep;
  readonly by: string;
  /** Of the code that began or resumed it, see {@link fingerprintOf}. */
  readonly fingerprint: string;
}

const table = (schema: string): string => `${quoted(schema)}.${ownTables.rebuilds}`;

export async function noteStep(
  sql: Sql,
  schema: string,
  of: Pick<RebuildStepRow, 'step' | 'by' | 'fingerprint'>,
): Promise<void> {
  await sql.query(`create table if not exists ${table(schema)} (
    number bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    step text not null,
    by text not null,
    fingerprint text not null
  )`);
  await sql.query(`insert into ${table(schema)} (step, by, fingerprint) values (?, ?, ?)`, [
    of.step,
    of.by,
    of.fingerprint,
  ]);
}

/** Oldest first; none for a schema that no rebuild has touched, or that is not there. */
export async function stepsOf(sql: Sql, schema: string): Promise<readonly RebuildStepRow[]> {
  if (!(await hasTable(sql, schema, ownTables.rebuilds))) return [];
  return sql.query(`select at, step, by, fingerprint from ${table(schema)} order by number`);
}

/** A schema with positions is a read model, whole or under way. */
export const isReadModel = (sql: Sql, schema: string): Promise<boolean> =>
  hasTable(sql, schema, ownTables.positions);

async function hasTable(sql: Sql, schema: string, name: string): Promise<boolean> {
  const [row] = await sql.query<{ there: boolean }>('select to_regclass(?) is not null as there', [
    `${quoted(schema)}.${name}`,
  ]);
  return row?.there === true;
}

/**
 * Of what a rebuild is made with: inputs, tables, and the text of migrations and of `apply`. What
 * these call is not seen.
 */
export function fingerprintOf(projection: Projection): string {
  const { inputs, tables, migrations } = projection;
  const made = migrations.flatMap((migration) => [migration.name, migration.up.toString()]);
  const parts = [JSON.stringify({ inputs, tables }), ...made, projection.apply.toString()];
  return digest(...parts)
    .toString('hex')
    .slice(0, 16);
}

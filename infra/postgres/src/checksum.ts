import { digest } from '@plumbline/kernel';
import * as limits from './limits.ts';
import type { SqlTransaction } from './open-postgres.ts';
import type { ProjectionTable } from './projection.ts';
import { quoted } from './projection.ts';

/**
 * What a table holds, whatever the order of its rows: per bucket of keys the number of rows and two
 * sums of 64-bit hashes of whole rows. Finds accidents; it is no defence against a forger.
 */
export interface TableChecksum {
  readonly table: string;
  readonly rows: bigint;
  /** SHA-256 over all buckets, 64 hex. */
  readonly checksum: string;
  /** Bucket to the text that is equal when its rows are. */
  readonly buckets: ReadonlyMap<number, string>;
}

/** One row that is not the same, or not there, on one side. Rows are JSON texts, so no digit is lost. */
export interface RowDifference {
  /** JSON list of the primary key. */
  readonly key: string;
  readonly live: string | null;
  readonly rebuilt: string | null;
}

/** Differences are looked for bucket by bucket: one of a million rows has 4,000. */
const bucketMask = 255;

const keyOf = (table: ProjectionTable): string =>
  `jsonb_build_array(${table.primaryKey.map((column) => `t.${quoted(column)}`).join(', ')})::text`;

const bucketOf = (table: ProjectionTable): string =>
  `(hashtextextended(${keyOf(table)}, 0) & ${bucketMask})::int`;

/** In the schema that the transaction uses, as its snapshot has it. */
export async function tableChecksum(
  sql: SqlTransaction,
  table: ProjectionTable,
): Promise<TableChecksum> {
  const found = await sql.query<{ bucket: number; rows: bigint; a: string; b: string }>(
    `select ${bucketOf(table)} as bucket, count(*) as rows,
       sum(hashtextextended(t::text, 0))::text as a, sum(hashtextextended(t::text, 1))::text as b
     from ${quoted(table.name)} t group by 1 order by 1`,
  );
  const buckets = new Map(
    found.map(({ bucket, rows, a, b }) => [bucket, `${rows.toString()} ${a} ${b}`]),
  );
  return {
    table: table.name,
    rows: found.reduce((sum, { rows }) => sum + rows, 0n),
    checksum: digest(...[...buckets].flatMap(([bucket, sums]) => [String(bucket), sums])).toString(
      'hex',
    ),
    buckets,
  };
}

/** The first rows that differ, and whether there are more. */
export async function rowDifferences(options: {
  readonly table: ProjectionTable;
  readonly live: { readonly sql: SqlTransaction; readonly checksum: TableChecksum };
  readonly rebuilt: { readonly sql: SqlTransaction; readonly checksum: TableChecksum };
}): Promise<{ readonly differences: readonly RowDifference[]; readonly more: boolean }> {
  const { table, live, rebuilt } = options;
  const differences: RowDifference[] = [];
  const all = new Set([...live.checksum.buckets.keys(), ...rebuilt.checksum.buckets.keys()]);
  for (const bucket of [...all].sort((a, b) => a - b)) {
    if (live.checksum.buckets.get(bucket) === rebuilt.checksum.buckets.get(bucket)) continue;
    const [old, made] = await Promise.all([
      bucketRows(live.sql, table, bucket),
      bucketRows(rebuilt.sql, table, bucket),
    ]);
    for (const key of [...new Set([...old.keys(), ...made.keys()])].sort()) {
      const difference = { key, live: old.get(key) ?? null, rebuilt: made.get(key) ?? null };
      if (difference.live === difference.rebuilt) continue;
      if (differences.length === limits.shownDifferencesMax) return { differences, more: true };
      differences.push(difference);
    }
  }
  return { differences, more: false };
}

async function bucketRows(
  sql: SqlTransaction,
  table: ProjectionTable,
  bucket: number,
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.query<{ key: string; row: string }>(
    `select ${keyOf(table)} as key, to_jsonb(t)::text as row from ${quoted(table.name)} t
     where ${bucketOf(table)} = ? order by 1 limit ?`,
    [bucket, limits.comparedRowsMax],
  );
  return new Map(rows.map(({ key, row }) => [key, row]));
}

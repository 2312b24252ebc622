import { invariant } from '@plumbline/kernel';
import * as limits from './limits.ts';
import type { SqlTransaction } from './open-postgres.ts';
import type { ProjectionTable } from './projection.ts';
import { quoted } from './projection.ts';
import type { RowCopier } from './rebuild/copy-rows.ts';

/** Column to value. A `bigint`, also within JSON, is written as its digits; `undefined` is left out. */
export type ProjectionRow = Readonly<Record<string, unknown>>;

/** All that a projection may read and write through: the tables that it names, and nothing else. */
export interface ProjectionSql {
  /**
   * Inserts the rows; where one with the same primary key exists, sets the columns given and leaves
   * the others. Several rows of one key in one call are folded in order, column by column.
   */
  upsert(table: string, rows: readonly ProjectionRow[]): Promise<void>;
  /** Inserts the rows whose primary key is not there yet, the first of each key. */
  insertMissing(table: string, rows: readonly ProjectionRow[]): Promise<void>;
  /** The rows whose text column holds one of the values, in any order. `Row`: what the table holds. */
  rowsWhere<Row extends object>(
    table: string,
    column: string,
    values: readonly string[],
  ): Promise<readonly Row[]>;
  /** Deletes the rows whose text column holds one of the values: what the log says is forgotten. */
  deleteWhere(table: string, column: string, values: readonly string[]): Promise<void>;
}

export function createProjectionSql(
  sql: SqlTransaction,
  tables: readonly ProjectionTable[],
  copier: RowCopier | null = null,
): ProjectionSql {
  const tableOf = (name: string): ProjectionTable => {
    const table = tables.find((each) => each.name === name);
    invariant(table !== undefined, `${name} is no table of this projection`);
    return table;
  };

  async function write(table: ProjectionTable, rows: readonly ProjectionRow[], update: boolean) {
    for (const [columns, group] of byColumns(rows)) {
      const onConflict = conflictClause(table, columns, update);
      const many = { table: table.name, columns, rows: group, onConflict };
      if (copier !== null && (await copier.insert(sql, many))) continue;
      const statement = insertStatement(table, columns, onConflict);
      for (let at = 0; at < group.length; at += limits.rowsPerStatement) {
        const chunk = group.slice(at, at + limits.rowsPerStatement);
        await sql.query(statement, [jsonOf(chunk)]);
      }
    }
  }

  return {
    rowsWhere: (name, column, values) =>
      sql.query(`select * from ${quoted(tableOf(name).name)} where ${quoted(column)} = any(?)`, [
        values,
      ]),
    async deleteWhere(name, column, values) {
      if (values.length === 0) return;
      const table = quoted(tableOf(name).name);
      await sql.query(`delete from ${table} where ${quoted(column)} = any(?)`, [values]);
    },
    async upsert(name, rows) {
      const table = tableOf(name);
      await write(
        table,
        folded(table, rows, (before, row) => ({ ...before, ...row })),
        true,
      );
    },
    async insertMissing(name, rows) {
      const table = tableOf(name);
      await write(
        table,
        folded(table, rows, (before) => before),
        false,
      );
    },
  };
}

/** One row a key: a single INSERT … ON CONFLICT cannot touch a row twice. */
export function folded(
  table: ProjectionTable,
  rows: readonly ProjectionRow[],
  fold: (before: ProjectionRow, row: ProjectionRow) => ProjectionRow,
): readonly ProjectionRow[] {
  const byKey = new Map<string, ProjectionRow>();
  for (const given of rows) {
    const row = withoutUndefined(given);
    const parts = table.primaryKey.map((column) => {
      const value = row[column];
      invariant(value !== undefined && value !== null, `${table.name}: a row without ${column}`);
      return typeof value === 'bigint' ? value.toString() : value;
    });
    const key = JSON.stringify(parts);
    const before = byKey.get(key);
    byKey.set(key, before === undefined ? row : fold(before, row));
  }
  return [...byKey.values()];
}

/** Most rows have none: a copy of each would be a fifth of what a rebuild costs. */
function withoutUndefined(row: ProjectionRow): ProjectionRow {
  for (const column in row) {
    if (row[column] !== undefined) continue;
    return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  }
  return row;
}

/** Rows with the same columns go into one statement. */
function byColumns(
  rows: readonly ProjectionRow[],
): ReadonlyMap<readonly string[], readonly ProjectionRow[]> {
  const groups = new Map<string, { columns: readonly string[]; rows: ProjectionRow[] }>();
  // Rows that were made alike name their columns alike, and are not sorted each.
  const groupOfNames = new Map<string, { readonly rows: ProjectionRow[] }>();
  for (const row of rows) {
    const names = Object.keys(row).join(' ');
    const known = groupOfNames.get(names);
    if (known !== undefined) {
      known.rows.push(row);
      continue;
    }
    const columns = Object.keys(row).sort();
    const name = columns.join(' ');
    const group = groups.get(name) ?? { columns, rows: [] };
    groups.set(name, group);
    groupOfNames.set(names, group);
    group.rows.push(row);
  }
  return new Map([...groups.values()].map((group) => [group.columns, group.rows]));
}

function conflictClause(
  table: ProjectionTable,
  columns: readonly string[],
  update: boolean,
): string {
  const key = table.primaryKey.map(quoted).join(', ');
  const others = columns.filter((column) => !table.primaryKey.includes(column)).map(quoted);
  const sets = others.map((column) => `${column} = excluded.${column}`).join(', ');
  const action = update && others.length > 0 ? `update set ${sets}` : 'nothing';
  return `on conflict (${key}) do ${action}`;
}

/**
 * The rows are one JSON parameter, which the table's own row type gives its types: one statement
 * text for any number of rows, and no limit of 65,535 parameters.
 */
function insertStatement(
  table: ProjectionTable,
  columns: readonly string[],
  onConflict: string,
): string {
  const name = quoted(table.name);
  const list = columns.map(quoted).join(', ');
  return (
    `insert into ${name} (${list}) select ${list} from json_populate_recordset(null::${name}, ` +
    `?::json) ${onConflict}`
  );
}

/** A `bigint` as its digits. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? each.toString() : each,
  );

import { InvariantViolation, invariant } from '@plumbline/kernel';
import type pg from 'pg';
import type { SqlTransaction } from '../open-postgres.ts';
import { quoted } from '../projection.ts';
import type { ProjectionRow } from '../projection-sql.ts';
import { jsonOf } from '../projection-sql.ts';

/** How a value is written: as it is, or as JSON. */
export type ColumnKind = 'plain' | 'json';

/** What a table's columns hold; `null` for one that COPY is not used for: arrays and the like. */
export type TableKinds = ReadonlyMap<string, ColumnKind | null>;

/** Of a table in the schema that the transaction uses. */
export async function tableKinds(sql: SqlTransaction, table: string): Promise<TableKinds> {
  const columns = await sql.query<{ name: string; type: string; category: string }>(
    `select a.attname as name, t.typname as type, t.typcategory as category
     from pg_attribute a join pg_type t on t.oid = a.atttypid
     where a.attrelid = ?::regclass and a.attnum > 0 and not a.attisdropped`,
    [quoted(table)],
  );
  return new Map(
    columns.map(({ name, type, category }) => [
      name,
      type === 'json' || type === 'jsonb' ? 'json' : plainCategories.has(category) ? 'plain' : null,
    ]),
  );
}

/** Boolean, date and time, number, text: https://www.postgresql.org/docs/current/catalog-pg-type.html */
const plainCategories = new Set(['B', 'D', 'N', 'S']);

/** Half a pair: JSON refuses it, and UTF-8 would replace it without a word. */
const halfPair = /\p{Surrogate}/u;

/**
 * The rows in COPY's text format, which mean what they mean as JSON; `null` when some value is better
 * left to JSON: then a rebuild refuses what the live projector refuses, in the same words.
 * https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */
export function copyText(
  rows: readonly ProjectionRow[],
  columns: readonly string[],
  kinds: TableKinds,
): Buffer | null {
  let text = '';
  for (const row of rows) {
    for (const [index, column] of columns.entries()) {
      const field = fieldText(row[column], kinds.get(column) ?? null);
      if (field === null) return null;
      text += index === 0 ? field : `\t${field}`;
    }
    text += '\n';
  }
  return Buffer.from(text);
}

function fieldText(given: unknown, kind: ColumnKind | null): string | null {
  if (kind === null) return null;
  const value = given instanceof Date ? given.toJSON() : given;
  if (value === null || value === undefined) return '\\N';
  if (kind === 'json') return escaped(jsonOf(value));
  if (typeof value === 'string') return halfPair.test(value) ? null : escaped(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '\\N';
  return typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : null;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const escaped = (text: string): string =>
  /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (each) => escapes[each] ?? each) : text;

/**
 * One COPY … FROM STDIN on the transaction's connection. The protocol:
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
export async function copyIn(sql: SqlTransaction, statement: string, rows: Buffer): Promise<void> {
  // A transaction's client always gives the connection that the transaction is on.
  const client = sql.knex.client as { acquireConnection(): Promise<pg.Client> };
  const connection = await client.acquireConnection();
  await new Promise<void>((resolve, reject) => {
    connection.query(
      createCopy(statement, rows, (error) => (error === null ? resolve() : reject(error))),
    );
  });
}

/** What pg calls of a query of its own kind, and what of its connection a COPY needs. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

interface Copy extends pg.Submittable {
  /** pg puts its own around it, which ends the query's time-out. */
  callback(error: Error | null): void;
}

function createCopy(
  statement: string,
  rows: Buffer,
  ended: (error: Error | null) => void,
): Copy & Record<`handle${string}`, (...given: never[]) => void> {
  const unexpected = (): void => {
    throw new InvariantViolation('a COPY gives no rows');
  };
  return {
    callback: ended,
    submit: (connection) => (connection as unknown as CopyConnection).query(statement),
    handleCopyInResponse(connection: CopyConnection) {
      connection.sendCopyFromChunk(rows);
      connection.endCopyFrom();
    },
    handleCommandComplete: () => undefined,
    handleReadyForQuery() {
      this.callback(null);
    },
    handleError(error: Error) {
      this.callback(error);
    },
    handleRowDescription: unexpected,
    handleDataRow: unexpected,
    handleEmptyQuery: unexpected,
    handlePortalSuspended: unexpected,
  };
}

/** Puts many rows into a table by way of a temporary one. */
export interface RowCopier {
  /** False when the rows are for JSON: too few of them, or values that COPY is not used for. */
  insert(
    sql: SqlTransaction,
    of: {
      readonly table: string;
      readonly columns: readonly string[];
      readonly rows: readonly ProjectionRow[];
      /** Of the INSERT, from `on conflict` on. */
      readonly onConflict: string;
    },
  ): Promise<boolean>;
}

/**
 * For one schema. A row costs Postgres half as much as in JSON, which it parses twice; a temporary
 * table costs a millisecond, so that few rows are not worth it.
 */
export function createRowCopier(options: { readonly rowsMin: number }): RowCopier {
  const known = new Map<string, TableKinds>();
  let made = 0;
  return {
    async insert(sql, { table, columns, rows, onConflict }) {
      if (rows.length < options.rowsMin) return false;
      const kinds = known.get(table) ?? (await tableKinds(sql, table));
      known.set(table, kinds);
      const text = copyText(rows, columns, kinds);
      if (text === null) return false;
      made += 1;
      const stage = `pg_temp.stage_${made}`;
      const list = columns.map(quoted).join(', ');
      invariant(columns.length > 0, 'a row has its key at least');
      await sql.query(
        `create temporary table stage_${made} on commit drop as
         select ${list} from ${quoted(table)} with no data`,
      );
      await copyIn(sql, `copy ${stage} (${list}) from stdin`, text);
      await sql.query(
        `insert into ${quoted(table)} (${list}) select ${list} from ${stage} ${onConflict}`,
      );
      return true;
    },
  };
}

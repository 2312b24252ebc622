import type { Knex } from 'knex';
import type { Projection } from '../projection.ts';

/** What a statement of Postgres is refused with, code and all, so that faults are told apart alike. */
export class MemorySqlError extends Error {
  override readonly name = 'MemorySqlError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** SQLSTATE, of the class and number that Postgres gives. */
export const sqlState = {
  notNull: '23502',
  unique: '23505',
  invalidText: '22P02',
  untranslatable: '22P05',
  outOfRange: '22003',
  undefinedColumn: '42703',
} as const;

export interface MemoryColumn {
  readonly type: string;
  readonly scale: number | null;
  notNull: boolean;
  default: unknown;
}

export interface MemoryTableSchema {
  readonly columns: ReadonlyMap<string, MemoryColumn>;
  /** Lists of columns of which no two rows may agree; nulls agree with nothing. */
  readonly uniques: readonly (readonly string[])[];
}

const columnTypes = new Set([
  ...['text', 'bigInteger', 'integer', 'boolean', 'timestamp', 'jsonb', 'decimal'],
]);

/**
 * The tables that a projection's migrations make, read off the schema builder's calls. A call that is
 * not known is an error, so that the memory cannot silently be laxer than the database.
 */
export async function schemaOfMigrations(
  projection: Pick<Projection, 'migrations'>,
): Promise<ReadonlyMap<string, MemoryTableSchema>> {
  const tables = new Map<string, MemoryTableSchema>();
  const schema = {
    createTable(name: string, build: (table: Knex.CreateTableBuilder) => void) {
      const table = new TableRecorder();
      build(table.builder());
      tables.set(name, { columns: table.columns, uniques: table.uniques });
      return Promise.resolve();
    },
  };
  // Indexes are all that is made by raw text, and memory needs none.
  const knex = { schema, raw: onlyIndex };
  for (const migration of projection.migrations) {
    await migration.up(knex as unknown as Knex.Transaction);
  }
  return tables;
}

function onlyIndex(text: string): Promise<void> {
  if (!/^create index /i.test(text)) throw new Error(`the memory cannot run: ${text}`);
  return Promise.resolve();
}

class TableRecorder {
  readonly columns = new Map<string, MemoryColumn>();
  readonly uniques: (readonly string[])[] = [];

  builder(): Knex.CreateTableBuilder {
    const call = (method: string, [first, second, third]: readonly unknown[]): unknown => {
      if (columnTypes.has(method)) {
        const scale = method === 'decimal' ? Number(third) : null;
        return this.#column(String(first), { type: method, scale, notNull: false, default: null });
      }
      if (method === 'primary' || method === 'unique') this.#unique(first, method);
      else if (method !== 'index')
        throw new Error(`the memory knows no ${method}(${String(first)}, ${String(second)})`);
      return undefined;
    };
    return recording(call) as Knex.CreateTableBuilder;
  }

  #unique(columns: unknown, method: string): void {
    const names = (columns as readonly unknown[]).map(String);
    this.uniques.push(names);
    if (method === 'primary') for (const name of names) this.#of(name).notNull = true;
  }

  #column(name: string, column: MemoryColumn): unknown {
    this.columns.set(name, column);
    const chain: unknown = recording((method, [value]) => {
      if (method === 'notNullable') column.notNull = true;
      else if (method === 'defaultTo') column.default = value;
      else if (method === 'unique' || method === 'primary') this.#unique([name], method);
      else throw new Error(`the memory knows no column that is ${method}`);
      return chain;
    });
    return chain;
  }

  #of(name: string): MemoryColumn {
    const column = this.columns.get(name);
    if (column === undefined) throw new Error(`there is no column ${name}`);
    return column;
  }
}

/** An object of which every method is `call`. */
const recording = (call: (method: string, args: readonly unknown[]) => unknown): object =>
  new Proxy(
    {},
    {
      get:
        (_target, method) =>
        (...args: readonly unknown[]) =>
          call(String(method), args),
    },
  );

/** A value as the column holds and gives it: see {@link Sql} for the types. */
export function columnValue(name: string, column: MemoryColumn, given: unknown): unknown {
  if (given === null || given === undefined) return null;
  const refuse = (code: string): never => {
    throw new MemorySqlError(code, `${name}: no ${column.type}`);
  };
  switch (column.type) {
    case 'text': {
      const text = typeof given === 'bigint' ? given.toString() : textOf(given);
      return text.includes('\0') ? refuse(sqlState.untranslatable) : text;
    }
    case 'bigInteger':
      return /^-?\d+$/.test(textOf(given)) ? BigInt(textOf(given)) : refuse(sqlState.invalidText);
    case 'integer':
      return Number.isInteger(Number(given)) ? Number(given) : refuse(sqlState.invalidText);
    case 'boolean':
      return typeof given === 'boolean' ? given : refuse(sqlState.invalidText);
    case 'timestamp': {
      const date = given instanceof Date ? given : new Date(textOf(given));
      return Number.isNaN(date.getTime()) ? refuse(sqlState.invalidText) : new Date(date.getTime());
    }
    case 'decimal':
      return decimalText(textOf(given), column.scale ?? 0) ?? refuse(sqlState.invalidText);
    default: {
      const json = jsonText(given);
      return json.includes('\\u0000')
        ? refuse(sqlState.untranslatable)
        : (JSON.parse(json) as unknown);
    }
  }
}

function textOf(given: unknown): string {
  if (typeof given === 'string') return given;
  return typeof given === 'number' || typeof given === 'boolean' || typeof given === 'bigint'
    ? given.toString()
    : jsonText(given);
}

const jsonText = (given: unknown): string =>
  JSON.stringify(given, (_key, each: unknown) =>
    typeof each === 'bigint' ? each.toString() : each,
  );

function decimalText(text: string, scale: number): string | null {
  const parts = /^(-?\d+)(?:\.(\d+))?$/.exec(text);
  if (parts === null) return null;
  const [, whole = '0', rest = ''] = parts;
  // More digits than the scale would be rounded by Postgres; nothing here writes any.
  if (rest.length > scale) return null;
  return scale === 0 ? whole : `${whole}.${rest.padEnd(scale, '0')}`;
}

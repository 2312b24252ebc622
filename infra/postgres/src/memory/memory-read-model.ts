import { invariant } from '@plumbline/kernel';
import type { Incoming } from '../decode-record.ts';
import type { FoldStore, Folded, ParkedKey, ParkedRecord, Poisoned } from '../fold-records.ts';
import { foldRecords } from '../fold-records.ts';
import type { Advance } from '../positions.ts';
import { LostRace } from '../positions.ts';
import type { Projection, ProjectionTable } from '../projection.ts';
import type { ProjectionRow, ProjectionSql } from '../projection-sql.ts';
import { folded } from '../projection-sql.ts';
import type { MemoryTableSchema } from './memory-schema.ts';
import { MemorySqlError, columnValue, schemaOfMigrations, sqlState } from './memory-schema.ts';

export type MemoryRow = Readonly<Record<string, unknown>>;

/** Where one partition of one topic stands. */
export interface MemoryPosition {
  readonly incarnation: string;
  readonly nextOffset: bigint;
}

interface Content {
  readonly positions: Map<string, MemoryPosition>;
  /** Table to primary key to row. */
  readonly tables: Map<string, Map<string, MemoryRow>>;
  readonly parkedKeys: Map<string, ParkedKey>;
  readonly parkedRecords: Map<string, ParkedRecord>;
}

/**
 * A read model in memory: rows, parked keys and positions change together or not at all. It keeps
 * the same contract of {@link ProjectionSql} as Postgres, types, NOT NULL and UNIQUE included.
 */
export interface MemoryReadModel {
  readonly projection: Projection;
  position(topic: string, partition: number): MemoryPosition | null;
  /**
   * Folds a batch as {@link applyBatch} does on Postgres: `bury` is called with the records at
   * fault before anything shows. Errors: {@link LostRace}, also when another committed meanwhile.
   */
  fold(options: {
    readonly advances: readonly Advance[];
    readonly records: readonly Incoming[];
    bury(poisoned: readonly Poisoned[]): Promise<void>;
    /** Called right before everything shows; what it throws leaves everything as it was. */
    beforeCommit?(): Promise<void>;
  }): Promise<Folded>;
  /** Runs the work in a transaction of its own, without positions. */
  transaction(work: (sql: ProjectionSql) => Promise<void>): Promise<void>;
  /** The rows of a table, by primary key. */
  rows(table: string): readonly MemoryRow[];
  parkedKeys(): readonly ParkedKey[];
  parkedRecords(): readonly ParkedRecord[];
}

const placeOf = (topic: string, at: number | string | bigint): string => `${topic} ${at}`;

export async function openMemoryReadModel(projection: Projection): Promise<MemoryReadModel> {
  const schemas = await schemaOfMigrations(projection);
  let content: Content = {
    positions: new Map(),
    tables: new Map(projection.tables.map(({ name }) => [name, new Map<string, MemoryRow>()])),
    parkedKeys: new Map(),
    parkedRecords: new Map(),
  };
  let version = 0;

  function checkAdvances(advances: readonly Advance[], at: Content): void {
    for (const { topic, partition, incarnation, from } of advances) {
      const known = at.positions.get(placeOf(topic, partition));
      const stands = known === undefined ? from === 0n : known.nextOffset === from;
      if (!stands || (known !== undefined && known.incarnation !== incarnation)) {
        throw new LostRace(`${topic}-${partition} is no longer at ${from}`);
      }
    }
  }

  /** What changed since is another's: rows of other partitions, which are taken over by key. */
  async function atomically<T>(
    work: (store: Transaction) => Promise<T>,
    advances: readonly Advance[] = [],
  ): Promise<T> {
    const begun = version;
    const transaction = new Transaction(projection.tables, schemas, content);
    const result = await work(transaction);
    checkAdvances(advances, content);
    for (const { topic, partition, incarnation, to } of advances) {
      transaction.content.positions.set(placeOf(topic, partition), { incarnation, nextOffset: to });
    }
    content = begun === version ? transaction.content : transaction.over(content);
    version += 1;
    return result;
  }

  return {
    projection,
    position: (topic, partition) => content.positions.get(placeOf(topic, partition)) ?? null,
    fold(options) {
      const { advances, records } = options;
      return atomically(async (store) => {
        checkAdvances(advances, content);
        const result = await foldRecords({ projection, store, records });
        if (result.poisoned.length > 0) await options.bury(result.poisoned);
        await options.beforeCommit?.();
        return result;
      }, advances);
    },
    transaction: (work) => atomically((store) => work(store.sql)),
    rows: (table) =>
      [...(content.tables.get(table) ?? [])]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, row]) => row),
    parkedKeys: () => [...content.parkedKeys.values()],
    parkedRecords: () => [...content.parkedRecords.values()],
  };
}

const copyOf = (content: Content): Content => ({
  positions: new Map(content.positions),
  tables: new Map([...content.tables].map(([name, rows]) => [name, new Map(rows)])),
  parkedKeys: new Map(content.parkedKeys),
  parkedRecords: new Map(content.parkedRecords),
});

/** Content of its own, and which parts of it were written. */
class Transaction implements FoldStore {
  content: Content;
  readonly sql: ProjectionSql;
  readonly #base: Content;
  readonly #tables: readonly ProjectionTable[];
  readonly #schemas: ReadonlyMap<string, MemoryTableSchema>;

  constructor(
    tables: readonly ProjectionTable[],
    schemas: ReadonlyMap<string, MemoryTableSchema>,
    base: Content,
  ) {
    this.#tables = tables;
    this.#schemas = schemas;
    this.#base = base;
    this.content = copyOf(base);
    this.sql = {
      upsert: (table, rows) =>
        attempt(() => {
          this.#write(table, rows, true);
        }),
      insertMissing: (table, rows) =>
        attempt(() => {
          this.#write(table, rows, false);
        }),
      // The rows are what the table's migrations say, as they are with Postgres.
      rowsWhere: <Row extends object>(table: string, column: string, values: readonly string[]) =>
        attempt(() => this.#where(table, column, values) as unknown as readonly Row[]),
      deleteWhere: (table, column, values) =>
        attempt(() => {
          const gone = new Set(this.#where(table, column, values));
          const { rows } = this.#table(table);
          for (const [key, row] of rows) if (gone.has(row)) rows.delete(key);
        }),
    };
  }

  async undoable(work: () => Promise<void>): Promise<void> {
    const before = copyOf(this.content);
    try {
      await work();
    } catch (error) {
      this.content = before;
      throw error;
    }
  }

  parkedKeys(keys: readonly string[]) {
    const wanted = new Set(keys);
    return Promise.resolve([...this.content.parkedKeys.values()].filter((p) => wanted.has(p.key)));
  }

  parkKey(parked: ParkedKey): Promise<void> {
    this.content.parkedKeys.set(placeOf(parked.topic, parked.key), parked);
    return Promise.resolve();
  }

  parkRecord(parked: ParkedRecord): Promise<void> {
    const { topic, partition, offset } = parked;
    this.content.parkedRecords.set(placeOf(topic, `${partition} ${offset}`), parked);
    return Promise.resolve();
  }

  /** What this transaction changed, on top of what others committed meanwhile. */
  over(newer: Content): Content {
    const merged = copyOf(newer);
    changed(this.#base.positions, this.content.positions, merged.positions);
    changed(this.#base.parkedKeys, this.content.parkedKeys, merged.parkedKeys);
    changed(this.#base.parkedRecords, this.content.parkedRecords, merged.parkedRecords);
    for (const [name, rows] of this.content.tables) {
      const into = merged.tables.get(name) ?? new Map<string, MemoryRow>();
      changed(this.#base.tables.get(name) ?? new Map(), rows, into);
      merged.tables.set(name, into);
    }
    return merged;
  }

  #table(name: string): {
    table: ProjectionTable;
    schema: MemoryTableSchema;
    rows: Map<string, MemoryRow>;
  } {
    const table = this.#tables.find((each) => each.name === name);
    const schema = this.#schemas.get(name);
    const rows = this.content.tables.get(name);
    invariant(
      table !== undefined && schema !== undefined && rows !== undefined,
      `${name} is no table of this projection`,
    );
    return { table, schema, rows };
  }

  #where(name: string, column: string, values: readonly string[]): readonly MemoryRow[] {
    const { schema, rows } = this.#table(name);
    if (!schema.columns.has(column)) throw noColumn(column);
    const wanted = new Set(values);
    return [...rows.values()].filter((row) => wanted.has(row[column] as string));
  }

  #write(name: string, given: readonly ProjectionRow[], update: boolean): void {
    const { table, schema, rows } = this.#table(name);
    const merge = (before: ProjectionRow, row: ProjectionRow) =>
      update ? { ...before, ...row } : before;
    for (const row of folded(table, given, merge)) {
      const values = typed(schema, row);
      const key = JSON.stringify(table.primaryKey.map((column) => String(values[column])));
      const before = rows.get(key);
      if (before !== undefined && !update) continue;
      // Postgres checks NOT NULL for the row that it would insert, even if it then updates one.
      const inserted = { ...defaults(schema), ...values };
      checkNotNull(name, schema, inserted);
      const after = before === undefined ? inserted : { ...before, ...values };
      checkUnique(schema, rows, { key, row: after });
      rows.set(key, after);
    }
  }
}

function changed<V>(
  before: ReadonlyMap<string, V>,
  after: ReadonlyMap<string, V>,
  into: Map<string, V>,
): void {
  for (const [key, value] of after) if (before.get(key) !== value) into.set(key, value);
  for (const key of before.keys()) if (!after.has(key)) into.delete(key);
}

const noColumn = (column: string): MemorySqlError =>
  new MemorySqlError(sqlState.undefinedColumn, `column "${column}" does not exist`);

function typed(schema: MemoryTableSchema, row: ProjectionRow): MemoryRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const column = schema.columns.get(name);
      if (column === undefined) throw noColumn(name);
      return [name, columnValue(name, column, value)];
    }),
  );
}

const defaults = ({ columns }: MemoryTableSchema): MemoryRow =>
  Object.fromEntries(
    [...columns].map(([name, column]) => [name, columnValue(name, column, column.default)]),
  );

function checkNotNull(table: string, { columns }: MemoryTableSchema, row: MemoryRow): void {
  for (const [name, column] of columns) {
    if (!column.notNull || row[name] !== null) continue;
    throw new MemorySqlError(sqlState.notNull, `null value in column "${name}" of "${table}"`);
  }
}

function checkUnique(
  { uniques }: MemoryTableSchema,
  rows: ReadonlyMap<string, MemoryRow>,
  written: { readonly key: string; readonly row: MemoryRow },
): void {
  for (const columns of uniques) {
    if (columns.some((column) => written.row[column] === null)) continue;
    for (const [key, row] of rows) {
      if (key === written.key) continue;
      if (columns.every((column) => String(row[column]) === String(written.row[column]))) {
        throw new MemorySqlError(sqlState.unique, `duplicate key (${columns.join(', ')})`);
      }
    }
  }
}

/** Runs at once, and turns what is thrown into a rejection. */
const attempt = <T>(run: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(run());
  });

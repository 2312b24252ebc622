import { expect, it } from 'vitest';
import { sqlProblemOf } from '../errors.ts';
import type { Projection } from '../projection.ts';
import type { ProjectionSql } from '../projection-sql.ts';

/** One read model, made anew for each test. */
export interface ProjectionSqlHarness {
  /** Commits what `work` did when it resolves, and nothing when it throws. */
  transaction(work: (sql: ProjectionSql) => Promise<void>): Promise<void>;
  rows(table: string): Promise<readonly object[]>;
}

/** One column of each type that read models use. */
export const contractProjection = (name: string): Projection => ({
  name,
  version: 1,
  inputs: ['unused'],
  tables: [{ name: 'things', primaryKey: ['tenant', 'thing_no'] }],
  migrations: [
    {
      name: '1-things',
      up: (knex) =>
        knex.schema.createTable('things', (table) => {
          table.text('tenant').notNullable();
          table.bigInteger('thing_no').notNullable();
          table.text('status').notNullable().defaultTo('NEW');
          table.text('code').unique();
          table.integer('count').notNullable().defaultTo(0);
          table.boolean('open');
          table.decimal('amount', 12, 2);
          table.timestamp('at', { precision: 3 });
          table.jsonb('data');
          table.primary(['tenant', 'thing_no']);
          table.index(['status']);
        }),
    },
  ],
  apply: () => Promise.resolve(),
});

const blank = { code: null, open: null, amount: null, at: null, data: null };
const fresh = { ...blank, status: 'NEW', count: 0 };

/** What a projection may rely on, whatever its rows are kept in. */
export function describeProjectionSql(open: () => Promise<ProjectionSqlHarness>): void {
  /** Commits the writes, and gives the rows by number. */
  async function after(
    ...writes: readonly ((sql: ProjectionSql) => Promise<unknown>)[]
  ): Promise<readonly object[]> {
    const harness = await open();
    await harness.transaction(async (sql) => {
      for (const write of writes) await write(sql);
    });
    const rows = (await harness.rows('things')) as { thing_no: bigint }[];
    return rows.sort((a, b) => Number(a.thing_no - b.thing_no));
  }

  const key = (thing_no: bigint) => ({ tenant: 'main', thing_no });

  it('gives every type as it is documented', async () => {
    const at = new Date(1_767_225_600_123);
    const values = { status: 'OLD', code: 'c', count: 7, open: false, amount: '12.5' };
    const data = { big: 12_345_678_901_234_567n, list: [1, 'two', null] };
    const rows = await after((sql) =>
      sql.upsert('things', [{ ...key(9_007_199_254_740_993n), ...values, at, data }]),
    );
    expect(rows).toEqual([
      {
        ...{ ...key(9_007_199_254_740_993n), ...values, at, amount: '12.50' },
        data: { big: '12345678901234567', list: [1, 'two', null] },
      },
    ]);
  });

  it('sets the columns given, and leaves the others', async () => {
    const rows = await after(
      (sql) => sql.upsert('things', [{ ...key(1n), count: 3, status: undefined }]),
      (sql) => sql.upsert('things', [{ ...key(1n), open: true }]),
    );
    expect(rows).toEqual([{ ...fresh, ...key(1n), count: 3, open: true }]);
  });

  it('folds several rows of one key in order', async () => {
    const rows = await after((sql) =>
      sql.upsert('things', [
        { ...key(1n), count: 1, status: 'A' },
        { ...key(2n), count: 2 },
        { ...key(1n), count: 3 },
      ]),
    );
    expect(rows).toEqual([
      { ...fresh, ...key(1n), count: 3, status: 'A' },
      { ...fresh, ...key(2n), count: 2 },
    ]);
  });

  it('inserts what is missing, the first of each key, and changes nothing', async () => {
    const rows = await after(
      (sql) => sql.upsert('things', [{ ...key(1n), count: 1 }]),
      (sql) =>
        sql.insertMissing('things', [
          { ...key(1n), count: 2 },
          { ...key(2n), count: 3 },
        ]),
      (sql) =>
        sql.insertMissing('things', [
          { ...key(3n), count: 4 },
          { ...key(3n), count: 5 },
        ]),
    );
    expect(rows).toMatchObject([{ count: 1 }, { count: 3 }, { count: 4 }]);
  });

  it('finds rows by a column, those of the same transaction too', async () => {
    const found: object[] = [];
    await after(
      (sql) =>
        sql.upsert('things', [
          { ...key(1n), code: 'a' },
          { ...key(2n), code: 'b' },
        ]),
      (sql) => sql.upsert('things', [{ ...key(3n), code: 'c' }, key(4n)]),
      async (sql) => {
        found.push(...(await sql.rowsWhere('things', 'code', ['a', 'c', 'nothing'])));
        found.push(...(await sql.rowsWhere('things', 'code', [])));
      },
    );
    const numbers = found.map((row) => (row as { thing_no: bigint }).thing_no);
    expect(numbers.sort()).toEqual([1n, 3n]);
  });

  it('deletes rows by a column, and lets them be inserted again', async () => {
    const rows = await after(
      (sql) =>
        sql.upsert('things', [
          { ...key(1n), code: 'a', count: 7 },
          { ...key(2n), code: 'b' },
        ]),
      (sql) => sql.deleteWhere('things', 'code', ['a', 'nothing']),
      (sql) => sql.deleteWhere('things', 'code', []),
    );
    expect(rows).toMatchObject([{ code: 'b' }]);
    const again = await after(
      (sql) => sql.upsert('things', [{ ...key(1n), code: 'a', count: 7 }]),
      async (sql) => {
        await sql.deleteWhere('things', 'code', ['a']);
        await sql.upsert('things', [{ ...key(1n), code: 'c' }]);
      },
    );
    expect(again).toMatchObject([{ code: 'c', count: 0 }]);
  });

  it('writes nothing of a transaction that fails', async () => {
    const harness = await open();
    const failing = harness.transaction(async (sql) => {
      await sql.upsert('things', [key(1n)]);
      throw new Error('fault of the test');
    });
    await expect(failing).rejects.toThrow('fault of the test');
    expect(await harness.rows('things')).toEqual([]);
  });

  it.each<[string, (sql: ProjectionSql) => Promise<unknown>, string]>([
    [
      'null in a NOT NULL column',
      (sql) => sql.upsert('things', [{ ...key(1n), status: null }]),
      'value',
    ],
    [
      'a value that must be unique',
      (sql) =>
        sql.upsert('things', [
          { ...key(1n), code: 'x' },
          { ...key(2n), code: 'x' },
        ]),
      'value',
    ],
    ['text for a number', (sql) => sql.upsert('things', [{ ...key(1n), count: 'many' }]), 'value'],
    ['no time', (sql) => sql.upsert('things', [{ ...key(1n), at: 'noon-ish' }]), 'value'],
    ['U+0000', (sql) => sql.upsert('things', [{ ...key(1n), status: 'a\0b' }]), 'value'],
    ['U+0000 in JSON', (sql) => sql.upsert('things', [{ ...key(1n), data: { a: '\0' } }]), 'value'],
    ['an unknown column', (sql) => sql.upsert('things', [{ ...key(1n), nothing: 1 }]), 'statement'],
    [
      'an unknown column to look by',
      (sql) => sql.rowsWhere('things', 'nothing', ['a']),
      'statement',
    ],
  ])('refuses %s', async (_what, write, problem) => {
    const error: unknown = await after(write).catch((each: unknown) => each);
    expect(sqlProblemOf(error)).toBe(problem);
  });

  it('refuses a row without its key, and a table of somebody else', async () => {
    await expect(after((sql) => sql.upsert('things', [{ tenant: 'main' }]))).rejects.toThrow(
      'thing_no',
    );
    await expect(after((sql) => sql.upsert('others', []))).rejects.toThrow('others');
  });
}

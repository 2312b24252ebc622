import { expect, test } from 'vitest';
import { PostgresDown, sqlProblemOf, wordsOf } from './errors.ts';
import { checkProjection } from './projection.ts';
import { folded } from './projection-sql.ts';
import { createOrderTotals } from './testing/order-totals.ts';
import { formatPlaces, parsePlaces, waitForVersion } from './wait-for.ts';

const table = { name: 'orders', primaryKey: ['tenant', 'order_no'] } as const;

test('rows of one key are folded column by column, in order', () => {
  const rows = [
    { tenant: 'main', order_no: 'a', status: 'NEW', amount: 1n },
    { tenant: 'main', order_no: 'b', status: 'NEW' },
    { tenant: 'main', order_no: 'a', status: 'PAID', amount: undefined },
  ];
  expect(folded(table, rows, (before, row) => ({ ...before, ...row }))).toEqual([
    { tenant: 'main', order_no: 'a', status: 'PAID', amount: 1n },
    { tenant: 'main', order_no: 'b', status: 'NEW' },
  ]);
  expect(folded(table, rows, (before) => before)[0]).toMatchObject({ status: 'NEW' });
  expect(() => folded(table, [{ tenant: 'main' }], (before) => before)).toThrow('order_no');
});

test.each([
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'down'],
  [Object.assign(new Error('select 1 - terminating'), { code: '57P01' }), 'down'],
  [Object.assign(new Error('canceling statement'), { code: '57014' }), 'down'],
  [new Error('select 1 - Connection terminated unexpectedly'), 'down'],
  [new Error('Query read timeout'), 'down'],
  [Object.assign(new Error('deadlock detected'), { code: '40P01' }), 'conflict'],
  [Object.assign(new Error('null value'), { code: '23502' }), 'value'],
  [Object.assign(new Error('unsupported Unicode escape sequence'), { code: '22P05' }), 'value'],
  [Object.assign(new Error('relation does not exist'), { code: '42P01' }), 'statement'],
  [new PostgresDown('gone'), 'down'],
  [new TypeError('x is undefined'), 'other'],
  ['text', 'other'],
] as const)('%s is a problem of kind %s', (error, kind) => {
  expect(sqlProblemOf(error)).toBe(kind);
});

test('the statement that knex puts before an error is left out', () => {
  const error = Object.assign(new Error('insert into t - a - null value'), { code: '23502' });
  expect(wordsOf(error)).toBe('null value');
  expect(wordsOf(new Error('a - b'))).toBe('a - b');
});

test('places round-trip, and anything else is refused', () => {
  const places = [
    { topic: 'orders.events.v1', partition: 3, offset: 12_345_678_901_234_567n },
    { topic: 'payments.events.v1', partition: 0, offset: 0n },
  ];
  expect(parsePlaces(formatPlaces(places), 4)).toEqual(places);
  expect(parsePlaces(' a:0:1 , b:1:2 ', 4)).toHaveLength(2);
  for (const text of ['', 'a', 'a:0', 'a:0:-1', 'a:x:1', 'a:0:1,', 'a b:0:1', 'a:0:1;b:0:1']) {
    expect(parsePlaces(text, 4)).toBeNull();
  }
  expect([parsePlaces('a:3:1', 4), parsePlaces('a:4:1', 4)]).toEqual([expect.anything(), null]);
  expect(parsePlaces('a:1023:1', 1_024)).toHaveLength(1);
  const many = (count: number) => Array.from({ length: count }, (_, n) => `a:0:${n}`).join(',');
  expect([parsePlaces(many(16), 4)?.length, parsePlaces(many(17), 4)]).toEqual([16, null]);
});

test('waiting for a version ends with it, or with the time', async () => {
  let version = 0n;
  const read = () => {
    version += 1n;
    return Promise.resolve(version > 1n ? { version } : null);
  };
  const found = await waitForVersion({ read, version: 3n, timeoutMs: 5_000 });
  expect(found).toEqual({ accepted: true, value: { version: 3n } });
  const never = await waitForVersion({
    read: () => Promise.resolve({ version: 1n }),
    version: 2n,
    timeoutMs: 20,
  });
  expect(never).toEqual({ accepted: false, value: { version: 1n } });
});

test('a projection that cannot work is refused before anything is touched', () => {
  const good = createOrderTotals();
  expect(() => checkProjection(good)).not.toThrow();
  const wrong = [
    { name: 'Orders' },
    { name: 'a'.repeat(33) },
    { version: 0 },
    { inputs: [] },
    { inputs: ['a', 'a'] },
    { tables: [{ name: 'positions', primaryKey: ['topic'] as [string] }] },
    { tables: [{ name: 'a"b', primaryKey: ['topic'] as [string] }] },
    { migrations: [...good.migrations, ...good.migrations] },
  ];
  for (const change of wrong) {
    expect(() => checkProjection({ ...good, ...change })).toThrow();
  }
});

import { describe, expect, it } from 'vitest';
import type { ColumnKind } from './copy-rows.ts';
import { copyText } from './copy-rows.ts';

const kinds = new Map<string, ColumnKind | null>([
  ['a', 'plain'],
  ['data', 'json'],
  ['list', null],
]);
const text = (row: Record<string, unknown>, columns = Object.keys(row)): string | null =>
  copyText([row], columns, kinds)?.toString() ?? null;

describe("COPY's text", () => {
  it.each<[string, unknown, string]>([
    ['words', 'main/o1', 'main/o1'],
    ['escapes', 'tab\t, line\n, \r, \\N and \\.', 'tab\\t, line\\n, \\r, \\\\N and \\\\.'],
    ['nothing', '', ''],
    ['null', null, '\\N'],
    ['undefined', undefined, '\\N'],
    ['a bigint', 9_007_199_254_740_993n, '9007199254740993'],
    ['a fraction', 1.5, '1.5'],
    ['what is no number', Number.NaN, '\\N'],
    ['true', true, 'true'],
    ['a date', new Date(Date.UTC(2026, 0, 1)), '2026-01-01T00:00:00.000Z'],
    ['a pair', '😀', '😀'],
  ])('of %s', (_what, value, expected) => {
    expect(text({ a: value })).toBe(`${expected}\n`);
  });

  it.each<[string, unknown, string]>([
    ['an object', { amount: 7n, note: 'a\nb' }, '{"amount":"7","note":"a\\\\nb"}'],
    ['a text', 'word', '"word"'],
    ['a list', [1, 2], '[1,2]'],
    ['null', null, '\\N'],
  ])('of %s in a column of JSON', (_what, value, expected) => {
    expect(text({ data: value })).toBe(`${expected}\n`);
  });

  it('keeps the order of columns, and is null where a row lacks one', () => {
    expect(text({ data: 1, a: 'x' }, ['a', 'data'])).toBe('x\t1\n');
    expect(text({ a: 'x' }, ['a', 'data'])).toBe('x\t\\N\n');
  });

  it.each<[string, Record<string, unknown>]>([
    ['half a pair, which JSON refuses', { a: 'x\ud800' }],
    ['a list for a column of lists', { list: ['x'] }],
    ['a list for a plain column', { a: ['x'] }],
    ['a column that is not there', { nothing: 1 }],
  ])('is left to JSON for %s', (_what, row) => {
    expect(text(row)).toBeNull();
  });
});

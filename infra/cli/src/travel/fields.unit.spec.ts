import { describe, expect, it } from 'vitest';
import { changesBetween, fieldsOf } from './fields.ts';

const asItIs = (text: string): string => text;

describe('fields', () => {
  it('have paths, amounts in the currency around them, and a word for what is empty', () => {
    const state = {
      status: 'OPEN',
      currency: 'CNY',
      lines: [{ amountMinor: 150n, sku: null }],
      yen: { currency: 'JPY', amountMinor: 150n },
      ids: [],
      version: 3n,
    };
    expect(fieldsOf(state, asItIs)).toEqual([
      ...[
        ['status', 'OPEN'],
        ['currency', 'CNY'],
        ['lines[0].amountMinor', '1.50 CNY'],
        ['lines[0].sku', 'null'],
      ],
      ...[
        ['yen.currency', 'JPY'],
        ['yen.amountMinor', '150 JPY'],
        ['ids', 'none'],
        ['version', '3'],
      ],
    ]);
  });
});

describe('changes', () => {
  it('are what came, went and is another, and nothing else', () => {
    const before = { same: { deep: 1 }, gone: { a: 1 }, other: 'x', list: [] };
    const after = { same: { deep: 1 }, other: 'y', list: ['z'], come: null };
    expect(changesBetween(before, after, asItIs)).toEqual([
      { path: 'gone.a', from: '1', to: null },
      { path: 'other', from: 'x', to: 'y' },
      { path: 'list[0]', from: null, to: 'z' },
      { path: 'come', from: null, to: 'null' },
    ]);
  });

  it('of a list that keeps the newest are the first that went and the last that came', () => {
    const [one, two, three] = [{ id: 1 }, { id: 2 }, { id: 3 }];
    const [before, after] = [{ list: [one, two] }, { list: [two, three] }];
    expect(changesBetween(before, after, asItIs)).toEqual([
      { path: 'list[0].id', from: '1', to: null },
      { path: 'list[1].id', from: null, to: '3' },
    ]);
    expect(changesBetween({ list: [one, two] }, { list: [two] }, asItIs)).toHaveLength(1);
    expect(changesBetween({ list: [one] }, { list: [{ id: 9 }] }, asItIs)).toEqual([
      { path: 'list[0].id', from: '1', to: '9' },
    ]);
  });

  it('from nothing, and to nothing, are all fields', () => {
    const all = [{ path: 'a', from: null, to: '1' }];
    expect(changesBetween(null, { a: 1 }, asItIs)).toEqual(all);
    expect(changesBetween({ a: 1 }, null, asItIs)).toEqual([{ path: 'a', from: '1', to: null }]);
  });
});

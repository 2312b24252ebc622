import { describe, expect, it } from 'vitest';
import { resultPrinter } from './print.ts';
import type { TransactionsResult } from './measure/transactions.ts';
import { tableOf } from './print-tables.ts';

const transactions: TransactionsResult = {
  ...{ part: 'transactions', producers: 4, records: 100 },
  ...{ transactionsPerSecond: 512.4, recordsPerSecond: 51_240, p50Ms: 7.81, p99Ms: null },
};

describe('tables', () => {
  it('have rows below their heads', () => {
    const { head, row } = tableOf(transactions);
    expect(head).toBe('producers records each transactions/s records/s      p50      p99');
    expect(row).toBe('        4          100            512     51240   7.8 ms     - ms');
  });

  it('have one head a part', () => {
    const lines: string[] = [];
    const print = resultPrinter((line) => lines.push(line));
    print(transactions);
    print(transactions);
    const { head, row } = tableOf(transactions);
    expect(lines).toEqual([`\ntransactions\n${head}`, row, row]);
  });
});

import type { TableComparison } from '@plumbline/postgres';
import { describe, expect, it } from 'vitest';
import { differencesOf } from './read-models.ts';

const table = (over: Partial<TableComparison>): TableComparison => ({
  ...{ table: 'orders', equal: false, liveRows: 1n, rebuiltRows: 1n },
  ...{ liveChecksum: 'a', rebuiltChecksum: 'b', differences: [], moreDifferences: false },
  ...over,
});

describe('what differs between a read model and the log', () => {
  it('is named by row and field', () => {
    const row = '{"id": 1, "status": "FAILED", "amount": 9.90}';
    const found = differencesOf('orders', {
      schema: 'orders_v2',
      tables: [
        table({
          differences: [
            { key: '["a"]', live: row, rebuilt: row.replace('FAILED', 'PAID') },
            { key: '["b"]', live: null, rebuilt: row },
            { key: '["c"]', live: row, rebuilt: null },
          ],
          moreDifferences: true,
        }),
      ],
    });
    expect(found.map(({ kind, about, what }) => `${kind} ${about}: ${what}`)).toEqual([
      'ROW_DIFFERS orders_v2.orders ["a"]: status: "FAILED", the log says "PAID"',
      `ROW_MISSING orders_v2.orders ["b"]: the log says ${row}`,
      `ROW_TOO_MANY orders_v2.orders ["c"]: the log knows of no ${row}`,
      expect.stringMatching(/^ROWS_MORE orders_v2\.orders: .*--projection orders mends them$/),
    ]);
  });
});

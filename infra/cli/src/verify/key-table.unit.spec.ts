import { describe, expect, it } from 'vitest';
import { createKeyTable } from './key-table.ts';

describe('a table by key', () => {
  it('keeps the numbers of a hundred thousand keys as it grows, and knows no other', () => {
    const table = createKeyTable(2);
    const keys = Array.from({ length: 100_000 }, (_, n) => `main/H${n}`);
    for (const [n, key] of keys.entries()) {
      const row = table.add(key);
      table.set(row, 0, BigInt(n));
      table.set(row, 1, -(2n ** 63n));
    }
    expect(table.size).toBe(keys.length);
    expect(keys.every((key, n) => table.get(table.find(key), 0) === BigInt(n))).toBe(true);
    expect(table.get(table.find('main/H7'), 1)).toBe(-(2n ** 63n));
    expect(table.find('main/H100000')).toBe(-1);
    expect([...table.rows()]).toHaveLength(keys.length);
    // A key that is there is not another one.
    expect(table.get(table.add('main/H99999'), 0)).toBe(99_999n);
    expect(table.size).toBe(keys.length);
  });
});

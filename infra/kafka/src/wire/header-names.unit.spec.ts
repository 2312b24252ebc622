import { expect, it } from 'vitest';
import type { KnownName } from './header-names.ts';
import { HeaderNames } from './header-names.ts';

const names = new HeaderNames();

/** Reads names that stand one after the other, as those of one record. */
function read(...wanted: string[]): string[] {
  let known: KnownName | null = null;
  return wanted.map((name) => {
    const bytes = Buffer.from(`[${name}]`);
    known = names.nameAfter(known, bytes, 1, bytes.length - 1);
    return known.name;
  });
}

it.each([
  [['a', 'b', 'c']],
  [['a', 'b', 'c']],
  [['b', 'a']],
  [['a', 'c', 'b']],
  [['ab', 'a', 'a', 'a']],
  [['订单', 'a', '订单']],
  [['']],
  [['a', 'b', 'c']],
])('reads %j, whatever stood there in the record before', (wanted) => {
  expect(read(...wanted)).toEqual(wanted);
});

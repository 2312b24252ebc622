import { expect, it } from 'vitest';
import { createVersionMemory } from './version-memory.ts';

it('keeps the newest version of the keys seen last', () => {
  const versions = createVersionMemory(2);
  versions.see('a', 1n);
  versions.see('b', 5n);
  versions.see('b', 4n);
  versions.see('a', 2n);
  versions.see('c', 1n);
  expect([versions.lastSeen('a'), versions.lastSeen('b'), versions.lastSeen('c')]).toEqual([
    2n,
    null,
    1n,
  ]);
  versions.clear();
  expect(versions.lastSeen('a')).toBeNull();
});

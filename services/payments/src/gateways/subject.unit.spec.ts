import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subjectFor } from './subject.ts';

describe('a subject', () => {
  it.each([
    ['tea', 64, 'tea'],
    ['茶と☕', 3, '茶と☕'],
    ['茶と☕', 2, '茶と'],
    ['ab🍵', 3, 'ab'],
    ['ab🍵', 4, 'ab🍵'],
    ['a\u0000b\nc', 64, 'a b c'],
    ['  tea  ', 64, 'tea'],
    ['a\ud800b', 64, 'a b'],
    ['', 64, 'PAY1'],
    [' \n\t', 64, 'PAY1'],
    ['🍵', 1, 'P'],
  ])('%j of at most %i units is %j', (subject, unitsMax, expected) => {
    expect(subjectFor(subject, { unitsMax, instead: 'PAY1' })).toBe(expected);
  });

  it('is never empty, too long, or cut within a character, and is the same when cut again', () => {
    const limits = { unitsMax: 10, instead: 'PAY1' };
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (subject) => {
        const cut = subjectFor(subject, limits);
        expect(cut).not.toBe('');
        expect(cut.length).toBeLessThanOrEqual(10);
        expect(cut).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        expect(subjectFor(cut, limits)).toBe(cut);
      }),
    );
  });
});

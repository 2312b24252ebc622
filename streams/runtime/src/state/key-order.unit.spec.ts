import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, createKeyOrder } from './key-order.ts';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const key = fc.oneof(
  fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'b', '/', 'é', '\uFFFD', '\u{1F600}') }),
  fc.string({ maxLength: 8, unit: 'grapheme' }),
);

describe('the order of keys', () => {
  it('is that of their bytes', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(byBytes(a, b));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not that of their UTF-16 units, which a plain comparison has', () => {
    expect(['\uFFFD', '\u{1F600}'].sort()).toEqual(['\u{1F600}', '\uFFFD']);
    expect(compareKeys('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
  });

  it('is kept through additions and removals, from any place on', () => {
    const step = fc.record({
      add: fc.array(key, { maxLength: 60 }),
      remove: fc.array(key, { maxLength: 10 }),
      prefix: fc.constantFrom('', 'a', 'a/', 'é', '\u{1F600}'),
      after: fc.option(key, { nil: undefined }),
      tidy: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const there = new Set<string>();
        const order = createKeyOrder((each) => there.has(each));
        for (const { add, remove, prefix, after, tidy } of steps) {
          for (const each of add) {
            there.add(each);
            order.add(each);
          }
          for (const each of remove) if (there.delete(each)) order.remove(each);
          if (tidy) order.tidy();
          const expected = [...there]
            .filter((each) => each.startsWith(prefix))
            .filter((each) => after === undefined || byBytes(each, after) > 0)
            .sort(byBytes);
          expect([...order.keys(prefix, after)]).toEqual(expected);
        }
      }),
    );
  });

  it('forgets what is gone, although nobody asks for it', () => {
    const there = new Set<string>();
    let looks = 0;
    const order = createKeyOrder((each) => {
      looks += 1;
      return there.has(each);
    });
    for (let number = 0; number < 50_000; number += 1) {
      there.add(`k${number}`);
      order.add(`k${number}`);
      there.delete(`k${number}`);
      order.remove(`k${number}`);
    }
    looks = 0;
    expect([...order.keys('')]).toEqual([]);
    expect(looks).toBeLessThan(100);
  });
});

import { describe, expect, it } from 'vitest';
import { filesOfKnownSeconds, filesOfShare, secondsOf } from './shares.ts';

const quick = Array.from({ length: 60 }, (_, at) => `infra/some/src/quick-${at}.int.spec.ts`);
const files = [...quick, ...filesOfKnownSeconds];
const longest = 'infra/integrity/src/endpoints-do-what-they-describe.int.spec.ts';

describe.each([1, 2, 3])('%i shares', (of) => {
  const shares = Array.from({ length: of }, (_, at) => filesOfShare(files, { number: at + 1, of }));

  it('have each file once', () => {
    expect(shares.flat().sort()).toEqual([...files].sort());
  });

  it('are the same whatever order the files come in', () => {
    const reversed = [...files].reverse();
    expect(filesOfShare(reversed, { number: of, of })).toEqual(shares[of - 1]);
  });
});

it('makes two shares end together, however long their files take', () => {
  const [one = [], other = []] = [1, 2].map((number) => filesOfShare(files, { number, of: 2 }));
  expect(one).toContain(longest);
  const total = (of: readonly string[]) => of.reduce((sum, file) => sum + secondsOf(file), 0);
  const quickest = Math.min(...files.map(secondsOf));
  expect(Math.abs(total(one) - total(other))).toBeLessThanOrEqual(quickest);
});

it('names a file that is known and no longer there', () => {
  const without = files.filter((file) => file !== longest);
  expect(() => filesOfShare(without, { number: 1, of: 2 })).toThrow(longest);
});

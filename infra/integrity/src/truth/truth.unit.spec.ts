import { rules } from '@plumbline/consistency-alerts';
import { describe, expect, it } from 'vitest';
import type { WorldResult } from './compare.ts';
import { historiesPerWorld } from './limits.ts';
import { mutants } from './mutants.ts';
import { runOrder } from './run-truth-world.ts';
import { shortcomings, TruthTally } from './tally.ts';
import { drawWorld } from './world.ts';

/** A small round of `npm run alerts:truth`, with another seed than anybody's campaign. */
const seed = 9_001;
const worlds = 6;
const histories = worlds * historiesPerWorld;
/** Within so many worlds each bug of the round is caught. */
const mutantWorldsMax = 4;

const run = (index: number, mutant?: string): Promise<WorldResult> =>
  runOrder({ seed, index, histories, ...(mutant === undefined ? {} : { mutant }) });

describe('measured truth, a small round', () => {
  it(
    'finds every planted inconsistency in time, and nothing else, and the same in a replay',
    { timeout: 120_000 },
    async () => {
      const tally = new TruthTally();
      for (let index = 0; index < worlds; index += 1) tally.add(await run(index));
      const totals = tally.totals();
      expect(shortcomings(totals)).toEqual([]);
      expect(totals.mistakes).toEqual([]);
      expect(totals.histories).toBe(histories);
    },
  );

  it(
    'catches a rule that finds nothing, one that finds too much, three more, and deafness to people',
    { timeout: 120_000 },
    async () => {
      for (const mutant of [
        ...['A never', 'B always', 'C edge', 'R sticks', 'V weight'],
        'people suppressed-for-ever',
      ]) {
        expect(mutants.map(({ name }) => name)).toContain(mutant);
        let mistakes = 0;
        for (let index = 0; index < mutantWorldsMax && mistakes === 0; index += 1)
          mistakes += (await run(index, mutant)).mistakes.length;
        expect(mistakes, mutant).toBeGreaterThan(0);
      }
    },
  );

  it('plants what each rule is about', () => {
    const planted = Array.from({ length: 25 }, (_, index) =>
      drawWorld({ seed, index, histories: 1_000 }),
    )
      .flatMap((world) => world.histories.flatMap((history) => history.planted))
      .map(({ rule }) => rule);
    expect([...new Set(planted)].sort()).toEqual(rules.map(({ id }) => id).sort());
  });

  it('draws the same world from the same seed, and another from another', () => {
    const textOf = (of: number, index: number): string =>
      JSON.stringify(drawWorld({ seed: of, index, histories: 1_000 }).histories, (_, value) =>
        typeof value === 'bigint' ? `${value}n` : (value as unknown),
      );
    expect(textOf(1, 2)).toBe(textOf(1, 2));
    expect(textOf(1, 2)).not.toBe(textOf(2, 2));
    expect(textOf(1, 2)).not.toBe(textOf(1, 3));
  });
});

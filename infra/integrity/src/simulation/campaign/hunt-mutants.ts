import type { Mutant } from '../mutants/mutant.ts';
import { checkers } from '../checkers/checkers.ts';
import { inLanes } from './lanes.ts';
import type { Pool } from './pool.ts';

/** What became of one planted bug. */
export interface Hunted {
  readonly mutant: string;
  readonly what: string;
  /** Those of which one had to find it. */
  readonly expected: readonly string[];
  /** Seed at which one of them did; null if none did. */
  readonly caughtAt: number | null;
  readonly seeds: number;
  /** Every checker that found something, in any of the seeds. */
  readonly by: readonly string[];
}

/** Plants each bug, and runs seeds until one of the checkers that must find it does. */
export async function huntMutants(options: {
  readonly pool: Pool;
  readonly mutants: readonly Mutant[];
  readonly from: number;
  readonly seedsMax: number;
  readonly signal: AbortSignal;
  onHunted(hunted: Hunted): void;
}): Promise<readonly Hunted[]> {
  const { pool, mutants, from, seedsMax, signal } = options;

  async function hunt({ name, what, expected }: Mutant): Promise<Hunted> {
    const by = new Set<string>();
    let seeds = 0;
    let caughtAt: number | null = null;
    while (caughtAt === null && seeds < seedsMax && !signal.aborted) {
      const seed = from + seeds;
      const { findings } = await pool.run({ seed, mutant: name });
      seeds += 1;
      for (const { checker } of findings) by.add(checker);
      if (findings.some(({ checker }) => expected.includes(checker))) caughtAt = seed;
    }
    const hunted = { mutant: name, what, expected, caughtAt, seeds, by: [...by] };
    options.onHunted(hunted);
    return hunted;
  }

  return inLanes(mutants, { lanes: pool.size, signal, run: hunt });
}

/** Checkers that found none of the bugs: nothing is known of what they are worth. */
export const idleCheckers = (hunted: readonly Hunted[]): readonly string[] =>
  checkers
    .map(({ name }) => name)
    .filter(
      (name) => !hunted.some(({ by, expected }) => by.includes(name) && expected.includes(name)),
    );

import { mutantNamed } from '../mutants/mutants.ts';
import type { Reduction } from '../plan/reduction.ts';
import type { SeedResult } from '../run-seed.ts';
import { runSeed } from '../run-seed.ts';
import { serve } from './serve.ts';

/** One seed to be run by a worker. */
export interface SeedOrder {
  readonly seed: number;
  readonly reduction?: Reduction;
  /** Name of a planted bug. */
  readonly mutant?: string;
  readonly trace?: boolean;
}

/** Runs what the campaign orders, one seed after the other, until the thread is ended. */
export const serveSeeds = (): void => serve(run);

function run({ seed, reduction, mutant, trace }: SeedOrder): Promise<SeedResult> {
  return runSeed({
    seed,
    ...(reduction === undefined ? {} : { reduction }),
    ...(mutant === undefined ? {} : { mutant: mutantNamed(mutant) }),
    ...(trace === undefined ? {} : { trace }),
  });
}

import { checkers } from '../checkers/checkers.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { mutants } from '../mutants/mutants.ts';

const dayMs = 86_400_000;

/** Days since 1970, UTC. */
export const dayOf = (wallClockMs: number): number => Math.floor(wallClockMs / dayMs);

/**
 * Of each checker a planted bug that it must find itself, on the next day another: enough to know that
 * each still finds something, and in the end every bug is planted.
 */
export const proofsOf = (day: number): readonly Mutant[] =>
  checkers.flatMap(({ name }) => {
    const own = mutants.filter(({ expected }) => expected[0] === name);
    const mutant = own[day % own.length];
    return mutant === undefined ? [] : [{ ...mutant, expected: [name] }];
  });

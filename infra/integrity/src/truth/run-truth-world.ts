import type { WorldResult } from './compare.ts';
import { compare } from './compare.ts';
import type { MutantName } from './mutants.ts';
import { withMutant } from './mutants.ts';
import { runLive } from './run-live.ts';
import { runLong } from './run-long.ts';
import type { Seen } from './run-world.ts';
import type { TrueWorld } from './world.ts';
import { drawWorld } from './world.ts';

export interface WorldOrder {
  readonly seed: number;
  readonly index: number;
  readonly histories: number;
  /** A planted bug. */
  readonly mutant?: MutantName;
}

export const runWorld = (world: TrueWorld): Promise<Seen> =>
  world.kind === 'long' ? runLong(world) : runLive(world);

/** Draws a world, runs it, and compares what was said with what is true. */
export async function runOrder({ mutant, ...order }: WorldOrder): Promise<WorldResult> {
  const world = drawWorld(order);
  const run = () => runWorld(world);
  return compare(world, await (mutant === undefined ? run() : withMutant(mutant, run)));
}

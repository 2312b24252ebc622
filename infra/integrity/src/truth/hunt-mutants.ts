import { inLanes } from '../simulation/campaign/lanes.ts';
import type { Pool } from '../simulation/campaign/pool.ts';
import type { WorldResult } from './compare.ts';
import { historiesPerWorld } from './limits.ts';
import type { Mutant } from './mutants.ts';
import type { WorldOrder } from './run-truth-world.ts';

/** What became of one planted bug. */
export interface CaughtMutant {
  readonly mutant: string;
  readonly rule: string;
  readonly what: string;
  /** Histories that were looked at. */
  readonly histories: number;
  /** Kinds of mistakes that gave it away; empty if none did. */
  readonly by: readonly string[];
}

/** Plants each bug, and measures until it shows. */
export async function huntMutants(options: {
  readonly pool: Pool<WorldOrder, WorldResult>;
  readonly mutants: readonly Mutant[];
  readonly seed: number;
  readonly historiesMax: number;
  readonly signal: AbortSignal;
  onCaught(caught: CaughtMutant): void;
}): Promise<readonly CaughtMutant[]> {
  const { pool, mutants, seed, historiesMax, signal } = options;

  async function hunt({ name, rule, what }: Mutant): Promise<CaughtMutant> {
    let histories = 0;
    let by: readonly string[] = [];
    while (by.length === 0 && histories < historiesMax && !signal.aborted) {
      const index = histories / historiesPerWorld;
      const order = { seed, index, histories: historiesMax, mutant: name };
      const { mistakes } = await pool.run(order);
      histories += historiesPerWorld;
      by = [...new Set(mistakes.map(({ kind }) => kind))].sort();
    }
    const caught = { mutant: name, rule, what, histories, by };
    options.onCaught(caught);
    return caught;
  }

  return inLanes(mutants, { lanes: pool.size, signal, run: hunt });
}

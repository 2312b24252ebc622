import * as limits from '../limits.ts';
import { inLanes } from './lanes.ts';
import type { Pool } from './pool.ts';
import type { Totals } from './tally-up.ts';
import { Counting } from './tally-up.ts';

export interface CampaignOptions {
  readonly pool: Pool;
  readonly from: number;
  readonly seeds: number;
  readonly timeMs: number | null;
  /** Whatever the time: fewer would have tried nothing. */
  readonly seedsMin: number;
  readonly signal: AbortSignal;
  onProgress(totals: Totals, elapsedMs: number): void;
}

export interface CampaignResult {
  readonly totals: Totals;
  readonly elapsedMs: number;
  /** Ended by a signal before its time. */
  readonly stopped: boolean;
}

/** Runs seeds on all threads until the count, the time, a signal, or enough failures. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { pool, signal } = options;
  const began = performance.now();
  const elapsedMs = (): number => performance.now() - began;
  const counting = new Counting();
  let next = options.from;
  const end = options.from + options.seeds;

  const isOver = (): boolean =>
    signal.aborted ||
    next >= end ||
    (options.timeMs !== null &&
      elapsedMs() >= options.timeMs &&
      next - options.from >= options.seedsMin) ||
    counting.totals().failed.length >= limits.failuresMax;

  function* seedsLeft(): Generator<number, void> {
    for (; !isOver(); next += 1) yield next;
  }

  async function run(seed: number): Promise<void> {
    const result = await pool.run({ seed });
    counting.add(result);
    if ((seed - options.from) % limits.repeatedEvery === 0) {
      counting.addRepeat(result, await pool.run({ seed }));
    }
    options.onProgress(counting.totals(), elapsedMs());
  }

  await inLanes(seedsLeft(), { lanes: pool.size, signal, run });
  return { totals: counting.totals(), elapsedMs: elapsedMs(), stopped: signal.aborted };
}

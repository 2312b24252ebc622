import { setTimeout as sleep } from 'node:timers/promises';
import type { Violation } from '../checks/violation.ts';
import type { Run } from '../world/run.ts';
import { drawFaults } from './fault-kinds.ts';
import {
  calmMs,
  calmShare,
  faultsAtOnceMax,
  progressEveryMs,
  servedAgainWithinMs,
} from './limits.ts';
import type { Random } from './random.ts';

export interface Broken {
  /** Processes and servers that were killed. */
  readonly kills: number;
  readonly rounds: number;
  readonly calmRounds: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Longest time from the end of a round's faults to the next order that was paid, ms. */
  readonly longestHealMs: number;
  readonly violations: readonly Violation[];
}

/**
 * Rounds of faults until enough was killed, time is up, something is violated, or it is told to
 * stop. Each round ends when a client is served again.
 */
export async function breakThings(options: {
  readonly run: Run;
  readonly random: Random;
  readonly kills: number;
  readonly minutes: number | null;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}): Promise<Broken> {
  const { run, random, signal, report } = options;
  const { watcher, load, world } = run;
  const endMs = performance.now() + (options.minutes ?? Infinity) * 60_000;
  const faults: Record<string, number> = {};
  const violations: Violation[] = [];
  const so = { kills: 0, rounds: 0, calmRounds: 0, longestHealMs: 0 };
  let toldMs = -Infinity;
  const over = () => signal.aborted || so.kills >= options.kills || performance.now() > endMs;

  const tellNowAndThen = (what: string) => {
    if (performance.now() - toldMs < progressEveryMs) return;
    toldMs = performance.now();
    const counts = `${so.kills}/${options.kills} kills, ${so.rounds} rounds`;
    report(`${counts}, ${load.paid.length} paid, ${watcher.watch.records} records read; ${what}`);
  };

  while (!over() && violations.length === 0) {
    so.rounds += 1;
    if (random.next() < calmShare) {
      so.calmRounds += 1;
      await sleep(random.whole(calmMs.min, calmMs.max), undefined, { signal }).catch(() => null);
    } else {
      const drawn = drawFaults(random, faultsAtOnceMax);
      tellNowAndThen(drawn.map(({ what }) => what).join(', '));
      for (const { kind } of drawn) faults[kind] = (faults[kind] ?? 0) + 1;
      const killed = await Promise.all(drawn.map((fault) => fault.run(world, signal)));
      so.kills += killed.reduce((sum, each) => sum + each, 0);
    }
    const healMs = await servedAgain(run, signal);
    if (healMs === null) {
      const what = `nobody is served within ${servedAgainWithinMs} ms after the faults`;
      violations.push({ invariant: 'I13', what });
    } else so.longestHealMs = Math.max(so.longestHealMs, healMs);
    violations.push(...watcher.violations());
  }
  return { ...so, faults, violations };
}

/** How long until another order is paid; null when it takes too long. */
async function servedAgain({ load }: Run, signal: AbortSignal): Promise<number | null> {
  const begin = performance.now();
  const { length } = load.paid;
  while (load.paid.length <= length) {
    if (signal.aborted) break;
    if (performance.now() - begin > servedAgainWithinMs) return null;
    await sleep(100);
  }
  return performance.now() - begin;
}

import type { FaultPlan } from '@plumbline/runtime/simulation';
import type { FaultKind, Reduction } from '../plan/reduction.ts';
import { faultKinds } from '../plan/reduction.ts';
import { planOf } from '../plan/run-plan.ts';
import { shrinkRunsMax } from '../limits.ts';
import type { SeedResult } from '../run-seed.ts';

export interface Shrunk {
  readonly reduction: Reduction;
  readonly result: SeedResult;
  readonly runs: number;
}

/**
 * Makes a failing seed small: fewer stories, less poison, fewer kinds of faults, fewer processes, a
 * shorter storm, as long as one of the same checkers still finds something.
 */
export async function shrink(options: {
  readonly failed: SeedResult;
  run(reduction: Reduction): Promise<SeedResult>;
  /** In place of the seed's own. */
  readonly faults?: Partial<FaultPlan> | undefined;
  onProgress?(reduction: Reduction): void;
}): Promise<Shrunk> {
  const { failed } = options;
  const wanted = new Set(failed.findings.map(({ checker }) => checker));
  let best: Shrunk = { reduction: {}, result: failed, runs: 0 };
  let runs = 0;

  async function attempt(change: Reduction): Promise<boolean> {
    if (runs >= shrinkRunsMax) return false;
    runs += 1;
    const reduction = { ...best.reduction, ...change };
    const result = await options.run(reduction);
    if (!result.findings.some(({ checker }) => wanted.has(checker))) return false;
    best = { reduction, result, runs };
    options.onProgress?.(reduction);
    return true;
  }

  const plan = planOf(failed.seed, {}, options.faults);
  await dropMost(
    plan.poison.map(({ index }) => index),
    (poison) => attempt({ poison }),
  );
  await dropMost(
    plan.stories.map(({ index }) => index),
    (stories) => attempt({ stories }),
  );
  const off: FaultKind[] = [];
  for (const kind of faultKinds.filter((each) => plan.faults[each] > 0)) {
    if (await attempt({ faultsOff: [...off, kind] })) off.push(kind);
  }
  for (let processes = 1; processes < plan.processes.length; processes += 1) {
    if (await attempt({ processes })) break;
  }
  for (let stormMs = plan.stormMs / 2; stormMs >= 500; stormMs /= 2) {
    if (!(await attempt({ stormMs: Math.floor(stormMs) }))) break;
  }
  // With fewer faults and less time, more of the stories may have become needless.
  await dropMost(best.reduction.stories ?? plan.stories.map(({ index }) => index), (stories) =>
    attempt({ stories }),
  );
  return { ...best, runs };
}

/** Leaves out halves, quarters, … and single ones, as long as it still fails. */
async function dropMost(
  all: readonly number[],
  attempt: (kept: readonly number[]) => Promise<boolean>,
): Promise<void> {
  let kept = all;
  for (
    let size = Math.ceil(all.length / 2);
    size >= 1 && kept.length > 0;
    size = Math.floor(size / 2)
  ) {
    for (let at = 0; at < kept.length;) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await attempt(fewer)) kept = fewer;
      else at += size;
    }
  }
}

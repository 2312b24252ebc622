import type { Behind } from './history/history.ts';
import { reachedIn } from './history/reached.ts';
import { readHistory } from './history/read-history.ts';
import type { Finding } from './checkers/checkers.ts';
import { checkHistory } from './checkers/checkers.ts';
import * as limits from './limits.ts';
import type { Mutant } from './mutants/mutant.ts';
import type { FaultKind, Reduction } from './plan/reduction.ts';
import { faultKinds } from './plan/reduction.ts';
import type { RunPlan } from './plan/run-plan.ts';
import { planOf } from './plan/run-plan.ts';
import { behindNow } from './stage/behind.ts';
import type { Stage } from './stage/open-stage.ts';
import { openStage } from './stage/open-stage.ts';

/** What came of one seed. Plain data: it crosses from workers to the campaign. */
export interface SeedResult {
  readonly seed: number;
  readonly hash: string;
  readonly findings: readonly Finding[];
  readonly sometimes: Readonly<Record<string, number>>;
  /** Kinds of faults that its plan had. */
  readonly faults: readonly FaultKind[];
  readonly commands: number;
  readonly records: number;
  readonly virtualMs: number;
  readonly steps: number;
  /** The last lines of what happened; empty unless something was found. */
  readonly trace: readonly string[];
}

export interface RunSeedOptions {
  readonly seed: number;
  readonly reduction?: Reduction;
  readonly mutant?: Mutant | null;
  /** Keep the trace although nothing was found. */
  readonly trace?: boolean;
}

/**
 * Runs one seed to its end and asks every checker. What breaks on the way is a finding too: nothing
 * that a fault does may end a run.
 */
export async function runSeed(options: RunSeedOptions): Promise<SeedResult> {
  const mutant = options.mutant ?? null;
  const plan = planOf(options.seed, options.reduction, mutant?.faults);
  const stage = await openStage(plan, mutant);
  const findings = await findingsOf(stage);
  const { simulation, journal, beganMs } = stage;
  return {
    seed: options.seed,
    hash: simulation.hash(),
    findings,
    sometimes: Object.fromEntries(simulation.sometimes),
    faults: activeFaults(plan),
    commands: journal.sent.size,
    records: journal.sightings.length,
    virtualMs: simulation.nowMs() - beganMs,
    steps: simulation.steps,
    trace: findings.length > 0 || options.trace === true ? simulation.trace : [],
  };
}

const activeFaults = ({ faults }: RunPlan): readonly FaultKind[] =>
  faultKinds.filter((kind) => kind !== 'legMs' && faults[kind] > 0);

async function findingsOf(stage: Stage): Promise<readonly Finding[]> {
  try {
    const { times, behind } = await play(stage);
    const calm = activeFaults(stage.plan).length === 0;
    const history = await readHistory(stage, { ...times, calm }, behind);
    for (const [name, count] of reachedIn(history)) {
      for (let time = 0; time < count; time += 1) stage.simulation.reached(name);
    }
    return await checkHistory(history);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ checker: 'run', invariant: 'I13', what }];
  }
}

/** Storm, heal, settle, drain: what is not done within the bounds is behind. */
async function play(stage: Stage): Promise<{
  times: { readonly healedMs: number; readonly endedMs: number };
  behind: readonly Behind[];
}> {
  const { simulation, plan } = stage;
  const wait = (ms: number): Promise<void> =>
    simulation.run({ untilMs: simulation.nowMs() + ms, limitMs: ms + 1_000 });
  await wait(plan.stormMs);
  simulation.heal();
  const healedMs = simulation.nowMs();
  await wait(limits.settleMs);
  await drain(stage, healedMs + limits.settleMs + limits.drainMaxMs, wait);
  // What came while everything drained has its grace too.
  await wait(limits.graceMaxMs + limits.quietMs);
  const behind = await drain(stage, simulation.nowMs() + limits.drainMaxMs, wait);
  const endedMs = simulation.nowMs();
  await wait(limits.quietMs);
  return { times: { healedMs, endedMs }, behind };
}

async function drain(
  stage: Stage,
  untilMs: number,
  wait: (ms: number) => Promise<void>,
): Promise<readonly Behind[]> {
  for (;;) {
    const behind = stage.clientsAreDone() ? behindNow(stage) : [clientsBehind];
    if (behind.length === 0 || stage.simulation.nowMs() >= untilMs) return behind;
    await wait(limits.drainStepMs);
  }
}

const clientsBehind: Behind = {
  ...{ who: 'clients', topic: 'stories', partition: 0, from: 0n, to: 1n },
};

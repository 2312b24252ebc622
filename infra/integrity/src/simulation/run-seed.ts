import type { FaultKind, Reduction } from './plan/reduction.ts';
import { planOf } from './plan/run-plan.ts';
import type { Finding } from './checkers/checkers.ts';
import { checkHistory } from './checkers/checkers.ts';
import { reachedIn } from './history/reached.ts';
import type { Mutant } from './mutants/mutant.ts';
import { playToTheEnd } from './play.ts';
import { activeFaults } from './plan/run-plan.ts';
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
  const plan = planOf(
    ...([options.seed, options.reduction, mutant?.faults] as const),
    mutant === null ? undefined : (mutant.tells ?? []),
    mutant?.certain,
  );
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

async function findingsOf(stage: Stage): Promise<readonly Finding[]> {
  try {
    const history = await playToTheEnd(stage);
    for (const [name, count] of reachedIn(history)) {
      for (let time = 0; time < count; time += 1) stage.simulation.reached(name);
    }
    return await checkHistory(history);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ checker: 'run', invariant: 'I13', what }];
  }
}

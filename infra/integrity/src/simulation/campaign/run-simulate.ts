import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { ProgramContext } from '../../program/run-program.ts';
import { UsageError } from '../../program/usage.ts';
import * as limits from '../limits.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { mutants, mutantNamed } from '../mutants/mutants.ts';
import type { Reduction } from '../plan/reduction.ts';
import type { SeedResult } from '../run-seed.ts';
import type { SimulateOptions } from './arguments.ts';
import { asTests } from './as-tests.ts';
import type { Hunted } from './hunt-mutants.ts';
import { huntMutants, idleCheckers } from './hunt-mutants.ts';
import type { LedgerLine, Verdict } from './ledger.ts';
import { ledgerFile, origin, resultsFile, totalsLine, writeLedger } from './ledger.ts';
import type { Pool } from './pool.ts';
import { openPool } from './pool.ts';
import { findingLines, huntedLine, progressLine, rerunCommand, summary } from './print.ts';
import { dayOf, proofsOf } from './proofs.ts';
import { missingStates } from './rare-states.ts';
import type { CampaignResult } from './run-campaign.ts';
import { runCampaign } from './run-campaign.ts';
import { shrink } from './shrink.ts';
import type { Totals } from './tally-up.ts';

type SimulateContext = ProgramContext<SimulateOptions>;

/** Runs what the command line asks for; gives the exit code. */
export async function runSimulate(context: SimulateContext): Promise<number> {
  const { options } = context;
  const { mutant } = options;
  if (mutant !== null && mutantNamed(mutant) === null) {
    const names = mutants.map(({ name }) => name).join(', ');
    throw new UsageError(`there is no planted bug "${mutant}"; there are: ${names}`);
  }
  const opened = openPool(context.entry, options.workers ?? availableParallelism());
  const pool = mutant === null || options.mutants ? opened : withMutant(opened, mutant);
  const stop = (): void => void pool.close();
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    if (options.seed !== null) return await runOne(context, pool, options.seed);
    if (options.outcome !== null) return await runTests(context, pool, options.outcome);
    if (options.mutants) return (await runMutants(context, pool)).exitCode;
    return (await runSeeds(context, pool)).exitCode;
  } finally {
    context.signal.removeEventListener('abort', stop);
    await pool.close();
  }
}

/** The same threads; every seed has this bug. */
const withMutant = (pool: Pool, mutant: string): Pool => ({
  size: pool.size,
  run: (order) => pool.run({ ...order, mutant }),
  close: () => pool.close(),
});

const say = ({ options, write }: SimulateContext, text: string): void => {
  if (!options.json) write(`${text}\n`);
};

async function runOne(context: SimulateContext, pool: Pool, seed: number): Promise<number> {
  const { reduction, trace } = context.options;
  const order = { seed, reduction, trace };
  const first = await pool.run(order);
  const second = await pool.run(order);
  if (trace) say(context, first.trace.join('\n'));
  const different = first.hash !== second.hash;
  if (context.options.json) context.write(`${JSON.stringify(first)}\n`);
  say(
    context,
    [
      `seed ${seed}: history ${first.hash}, ${first.steps} steps, ${first.commands} commands, ` +
        `${(first.virtualMs / 1_000).toFixed(1)} virtual seconds; faults: ${first.faults.join(', ') || 'none'}`,
      ...(different ? [`  run again it has another history: ${second.hash}`] : []),
      ...(first.findings.length === 0 ? ['  nothing found'] : findingLines(first.findings)),
    ].join('\n'),
  );
  return first.findings.length > 0 || different ? 1 : 0;
}

async function runSeeds(
  context: SimulateContext,
  pool: Pool,
): Promise<{ readonly exitCode: number; readonly totals: Totals }> {
  const { options, signal } = context;
  const { from, seeds, timeMs } = options;
  let lastMs = 0;
  const result = await runCampaign({
    ...{ pool, from, seeds, timeMs, signal },
    seedsMin: options.outcome === null ? 0 : limits.testSeedsMin,
    onProgress(totals, elapsedMs) {
      if (elapsedMs - lastMs < limits.progressEveryMs) return;
      lastMs = elapsedMs;
      say(context, progressLine(totals, { elapsedMs, seeds, timeMs }));
    },
  });
  const { totals, elapsedMs, stopped } = result;
  say(context, summary(totals, elapsedMs));
  const problems = await problemsOf(context, pool, result);
  for (const problem of problems) say(context, problem);
  const verdict = problems.length > 0 ? 'failed' : stopped ? 'stopped' : 'passed';
  const seconds = Math.round(elapsedMs / 1_000);
  await record(context, { verdict, seconds, from, totals: totalsLine(totals) });
  say(context, `\nsimulation ${verdict}: ${totals.seeds} seeds, ${totals.failed.length} failed`);
  return { exitCode: exitCodeOf(verdict), totals };
}

const exitCodeOf = (verdict: Verdict): number =>
  verdict === 'passed' ? 0 : verdict === 'stopped' ? 130 : 1;

/** What a person must look at, in words. */
async function problemsOf(
  context: SimulateContext,
  pool: Pool,
  { totals, stopped }: CampaignResult,
): Promise<readonly string[]> {
  const problems = totals.different.map(
    (seed) => `\nseed ${seed} gave two histories: something in it is not of the simulation`,
  );
  const [worst] = totals.failed;
  for (const failed of totals.failed) {
    problems.push(
      [`\nseed ${failed.seed}:`, ...findingLines(failed.findings).slice(0, 8)].join('\n'),
    );
  }
  if (worst !== undefined && !context.signal.aborted) {
    problems.push(await shrunkText(context, pool, worst));
  }
  const missing = stopped ? [] : missingStates(totals);
  if (missing.length > 0) problems.push(`\nnever reached: ${missing.join('; ')}`);
  return problems;
}

async function shrunkText(
  context: SimulateContext,
  pool: Pool,
  failed: SeedResult,
): Promise<string> {
  say(context, `\nseed ${failed.seed} failed; making it smaller …`);
  const run = (reduction: Reduction): Promise<SeedResult> =>
    pool.run({ seed: failed.seed, reduction });
  const { mutant } = context.options;
  const faults = mutant === null ? undefined : mutantNamed(mutant)?.faults;
  const { reduction, result, runs } = await shrink({ failed, run, faults });
  return [
    `\nthe smallest that fails, after ${runs} runs: ${result.commands} commands, ${result.steps} steps`,
    ...findingLines(result.findings).slice(0, 8),
    `  run it again: ${rerunCommand({ seed: failed.seed, reduction, mutant })}`,
  ].join('\n');
}

async function runMutants(
  context: SimulateContext,
  pool: Pool,
): Promise<{ readonly exitCode: number; readonly hunted: readonly Hunted[] }> {
  const { options, signal } = context;
  const began = performance.now();
  const { what, planted } = plantedIn(options);
  say(context, what);
  const hunted = await huntMutants({
    ...{ pool, signal, mutants: planted, from: options.from },
    seedsMax: options.outcome === null ? limits.mutantSeedsMax : limits.testMutantSeedsMax,
    onHunted: (each) => say(context, huntedLine(each)),
  });
  const problems = mutantProblems(hunted, options);
  for (const problem of problems) say(context, problem);
  const verdict = signal.aborted ? 'stopped' : problems.length > 0 ? 'failed' : 'passed';
  const seconds = Math.round((performance.now() - began) / 1_000);
  await record(context, { verdict, seconds, from: options.from, mutants: hunted });
  const found = hunted.filter(({ caughtAt }) => caughtAt !== null).length;
  say(context, `\n${found} of ${planted.length} planted bugs found`);
  return { exitCode: exitCodeOf(verdict), hunted };
}

/** Every bug, or the one that was asked for; for `npm test` those of the day. */
function plantedIn({ outcome, mutant }: SimulateOptions): {
  readonly what: string;
  readonly planted: readonly Mutant[];
} {
  if (outcome !== null) {
    const day = dayOf(Date.now());
    return { what: `planted bugs of day ${day}, one for each checker:`, planted: proofsOf(day) };
  }
  const planted = mutants.filter(({ name }) => mutant === null || name === mutant);
  return { what: `planted bugs, ${planted.length} of ${mutants.length}:`, planted };
}

/** Planted bugs, then seeds until the time is over; everything is counted as tests. */
async function runTests(context: SimulateContext, pool: Pool, file: string): Promise<number> {
  const { hunted } = await runMutants(context, pool);
  if (context.signal.aborted) return exitCodeOf('stopped');
  const { totals } = await runSeeds(context, pool);
  const outcome = asTests(totals, hunted);
  await writeFile(file, JSON.stringify(outcome));
  return outcome.failures.length === 0 ? 0 : 1;
}

function mutantProblems(hunted: readonly Hunted[], { mutant }: SimulateOptions): readonly string[] {
  const survivors = hunted.filter(({ caughtAt }) => caughtAt === null);
  const idle = mutant === null ? idleCheckers(hunted) : [];
  return [
    ...survivors.map((each) => `${each.mutant} was not found by ${each.expected.join(', ')}`),
    ...idle.map((name) => `the checker ${name} found no planted bug`),
  ];
}

async function record(
  context: SimulateContext,
  what: Pick<LedgerLine, 'verdict' | 'seconds' | 'from'> & Partial<LedgerLine>,
): Promise<void> {
  const line: LedgerLine = { ...origin(context.args), ...what };
  await writeLedger(line, ledgerFile);
  if (context.options.record) await writeLedger(line, resultsFile);
  if (context.options.json) context.write(`${JSON.stringify(line)}\n`);
}

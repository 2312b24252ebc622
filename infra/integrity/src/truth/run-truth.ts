import { availableParallelism } from 'node:os';
import { rules } from '@plumbline/consistency-alerts';
import type { ProgramContext } from '../program/run-program.ts';
import { UsageError } from '../program/usage.ts';
import type { Verdict } from '../simulation/campaign/ledger.ts';
import { writeLedger } from '../simulation/campaign/ledger.ts';
import { inLanes } from '../simulation/campaign/lanes.ts';
import type { Pool } from '../simulation/campaign/pool.ts';
import { openPool } from '../simulation/campaign/pool.ts';
import type { TruthOptions } from './arguments.ts';
import type { WorldResult } from './compare.ts';
import { huntMutants } from './hunt-mutants.ts';
import type { TruthLine } from './ledger.ts';
import { ledgerFile, originOf, resultsFile } from './ledger.ts';
import * as limits from './limits.ts';
import { mutants, withMutant } from './mutants.ts';
import { caughtLine, mistakeLine, showCommand, summary, table, traceOf } from './print.ts';
import type { WorldOrder } from './run-truth-world.ts';
import { runWorld } from './run-truth-world.ts';
import { shortcomings, TruthTally } from './tally.ts';
import type { Totals } from './tally.ts';
import { drawWorld, worldOf, worldsOf } from './world.ts';

type TruthContext = ProgramContext<TruthOptions>;
type WorldPool = Pool<WorldOrder, WorldResult>;

/** Runs what the command line asks for; gives the exit code. */
export async function runTruth(context: TruthContext): Promise<number> {
  const { options, signal, entry } = context;
  const { mutant, rule } = options;
  if (mutant !== null && !mutants.some(({ name }) => name === mutant)) {
    const names = mutants.map(({ name }) => name).join(', ');
    throw new UsageError(`there is no planted bug "${mutant}"; there are: ${names}`);
  }
  if (rule !== null && !rules.some(({ id }) => id === rule))
    throw new UsageError(`there is no rule ${rule}`);
  if (options.trace) return showHistory(context);
  const pool: WorldPool = openPool(entry, options.workers ?? availableParallelism());
  const stop = (): void => void pool.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return options.mutants ? await measureMutants(context, pool) : await measure(context, pool);
  } finally {
    signal.removeEventListener('abort', stop);
    await pool.close();
  }
}

const say = ({ options, write }: TruthContext, text: string): void => {
  if (!options.json) write(`${text}\n`);
};

/** In this thread: one world takes a moment. */
async function showHistory(context: TruthContext): Promise<number> {
  const { seed, histories, history: number, mutant } = context.options;
  const index = worldOf(number ?? 0);
  const world = drawWorld({ seed, histories, index });
  const history = world.histories.find((each) => each.number === number);
  if (history === undefined) throw new UsageError(`there is no history ${number ?? ''}`);
  const run = () => runWorld(world);
  const seen = await (mutant === null ? run() : withMutant(mutant, run));
  say(context, `world ${index}, ${world.kind}`);
  say(
    context,
    traceOf(
      history,
      seen.said.filter(({ key }) => key === history.key),
    ),
  );
  return 0;
}

async function measure(context: TruthContext, pool: WorldPool): Promise<number> {
  const { options, signal } = context;
  const { seed, histories, rule } = options;
  const began = performance.now();
  const tally = new TruthTally();
  let lastMs = began;
  const onWorld = (): void => {
    if (performance.now() - lastMs < limits.progressEveryMs) return;
    lastMs = performance.now();
    const done = tally.histories;
    const perSecond = done / ((lastMs - began) / 1_000);
    say(
      context,
      `${done} of ${histories} histories, ${perSecond.toFixed(0)}/s, ${tally.mistakeCount} mistakes`,
    );
  };
  await runWorlds(context, pool, tally, onWorld);
  const totals = tally.totals();
  const seconds = Math.round((performance.now() - began) / 1_000);
  const problems = shortcomings(rule === null ? totals : onlyOf(totals, rule));
  const verdict = signal.aborted ? 'stopped' : problems.length > 0 ? 'failed' : 'passed';
  const line: TruthLine = { ...originOf(context.args), seconds, verdict, seed, totals };
  say(context, `\n${table(totals, rule)}\n\n${summary(totals, seconds)}`);
  for (const mistake of totals.mistakes) {
    if (rule === null || mistake.rule === rule) say(context, mistakeLine(mistake));
  }
  const first = totals.mistakes.find((each) => rule === null || each.rule === rule);
  if (first !== undefined) {
    const { mutant } = options;
    say(context, `  show it: ${showCommand({ seed, histories, mutant, history: first.history })}`);
  }
  for (const { world, what } of totals.different) say(context, `  world ${world}: ${what}`);
  for (const problem of problems) say(context, `FAILED: ${problem}`);
  await record(context, line);
  say(context, `\ntruth ${verdict}: seed ${seed}, commit ${line.commit}, ${line.at}`);
  return exitCodeOf(verdict);
}

async function runWorlds(
  { options, signal }: TruthContext,
  pool: WorldPool,
  tally: TruthTally,
  onWorld: () => void,
): Promise<void> {
  const { seed, histories, history, mutant } = options;
  const indexes =
    history === null
      ? Array.from({ length: worldsOf(histories) }, (_, index) => index)
      : [worldOf(history)];
  async function run(index: number): Promise<void> {
    const order = { seed, histories, index };
    tally.add(await pool.run(mutant === null ? order : { ...order, mutant }));
    onWorld();
  }
  await inLanes(indexes, { lanes: pool.size, signal, run });
}

/** As if there were no other rule. */
function onlyOf(totals: Totals, rule: string): Totals {
  const of = totals.rules[rule] ?? totals.all;
  const share = (part: number, all: number): number => (all === 0 ? 100 : (part / all) * 100);
  const precision = share(of.raised, of.raised + of.false);
  return {
    ...totals,
    ...{ all: of, precision, precisionOfContract: precision },
    recall: share(of.raised, of.expected),
    mistakes: totals.mistakes.filter((mistake) => mistake.rule === rule),
  };
}

async function measureMutants(context: TruthContext, pool: WorldPool): Promise<number> {
  const { options, signal } = context;
  const { seed, rule } = options;
  const began = performance.now();
  const caught = await huntMutants({
    ...{ pool, seed, signal, historiesMax: limits.mutantHistoriesMax },
    mutants: mutants.filter((mutant) => rule === null || mutant.rule === rule),
    onCaught: (each) => say(context, caughtLine(each)),
  });
  const survivors = caught.filter(({ by }) => by.length === 0);
  const verdict = signal.aborted ? 'stopped' : survivors.length > 0 ? 'failed' : 'passed';
  const seconds = Math.round((performance.now() - began) / 1_000);
  await record(context, { ...originOf(context.args), seconds, verdict, seed, mutants: caught });
  say(
    context,
    `\n${caught.length - survivors.length} of ${caught.length} planted bugs caught, each within ` +
      `${limits.mutantHistoriesMax} histories, ${seconds} s`,
  );
  return exitCodeOf(verdict);
}

const exitCodeOf = (verdict: Verdict): number =>
  verdict === 'passed' ? 0 : verdict === 'stopped' ? 130 : 1;

async function record({ options, write }: TruthContext, line: TruthLine): Promise<void> {
  await writeLedger(line, ledgerFile);
  if (options.record) await writeLedger(line, resultsFile);
  if (options.json) write(`${JSON.stringify(line)}\n`);
}

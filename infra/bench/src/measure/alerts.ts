import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from '@plumbline/local';
import type { RuleSet } from '../alert-log/activation.ts';
import { activationOf, rulesOf } from '../alert-log/activation.ts';
import { usualMix } from '../alert-log/histories.ts';
import { stepsPerShopCourse } from '../alert-log/shop-courses.ts';
import { shopRecordOf } from '../alert-log/shop-record.ts';
import type { LogPlan } from '../alert-log/waves.ts';
import { coursesOf } from '../alert-log/waves.ts';
import type { LogWriter } from '../alert-log/write.ts';
import { writeMarks, writePlan } from '../alert-log/write.ts';
import type { Alert, Findings } from '../alerts/findings.ts';
import { differenceOf, findingsOf } from '../alerts/findings.ts';
import type { Measured, Summary } from '../alerts/summarise-alerts.ts';
import { summariesOf } from '../alerts/summarise-alerts.ts';
import type { Contender } from '../contenders/contender.ts';
import { coursesPerWave, graceMs, pauseMs } from '../limits.ts';
import type { AlertBenchOptions } from './alert-bench.ts';
import { contendersOf, writerOf } from './alert-bench.ts';
import type { JoinRun } from './run-join.ts';
import { takeLog } from './run-join.ts';

/** `join`: orders and payments only, as in the part of that name. `shop`: all that the rules read. */
export type AlertLog = 'join' | 'shop';

export interface AlertsResult extends JoinRun, Measured {
  readonly part: 'alerts';
  readonly log: AlertLog;
  /** Whose rules: all of them, or A to C of ours, or A to C of Kafka Streams. */
  readonly program: RuleSet | 'Kafka Streams, A–C';
  /** From 1. */
  readonly round: number;
  readonly rounds: number;
  readonly records: number;
  readonly keys: number;
  readonly threads: number;
  readonly cache: boolean;
}

/** Of all rounds together. */
export interface AlertsSummaryResult extends Summary {
  readonly part: 'alerts, all rounds';
}

interface Program {
  readonly name: AlertsResult['program'];
  readonly contender: Contender;
  /** What is set by record before its log begins. */
  readonly rules: RuleSet;
}

/**
 * The join with all rules on, with A to C only, and Kafka Streams' with A to C, in turn over the same
 * log; and the first two over a log of everything that the rules read, which Kafka Streams has no
 * rules for. Rules that are off are off by record, as an operator sets them: they are not asked, and
 * what they would ask of an order is kept all the same. Errors: when two do not find the same alerts
 * of A to C.
 */
export async function measureAlerts(
  options: AlertBenchOptions,
  size: { readonly records: number; readonly rounds: number },
): Promise<void> {
  const contenders = ['plumbline', 'kafka-streams rocksdb'] as const;
  const [ours, peer] = await contendersOf({ ...options, contenders });
  if (ours === undefined || peer === undefined) throw new Error('two were asked for');
  const all: Program = { name: 'all rules', contender: ours, rules: 'all rules' };
  const some: Program = { name: 'A–C only', contender: ours, rules: 'A–C only' };
  const theirs: Program = { name: 'Kafka Streams, A–C', contender: peer, rules: 'A–C only' };
  const runs = [
    ...(await roundsOver('join', [all, some, theirs], options, size)),
    ...(await roundsOver('shop', [all, some], options, size)),
  ];
  for (const summary of summariesOf(runs))
    options.onResult({ part: 'alerts, all rounds', ...summary });
}

async function roundsOver(
  log: AlertLog,
  programs: readonly Program[],
  options: AlertBenchOptions,
  { records, rounds }: { readonly records: number; readonly rounds: number },
): Promise<readonly AlertsResult[]> {
  const { threads, cache, report, signal } = options;
  const written = await writeLog(log, options, records);
  const results: AlertsResult[] = [];
  let first: Findings | null = null;
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, contender, rules } of programs) {
      await sleep(pauseMs, undefined, { signal });
      report(`${log}: ${name}, round ${round} of ${rounds}`);
      await setRules(options, written, rules);
      const taken = await takeLog({ ...options, contender, records, paceBy: isAtOnce });
      const found = findingsOf(taken.alerts.filter(isOfContract));
      requireSame(name, first ?? found, found);
      first ??= found;
      const result: AlertsResult = {
        ...{ part: 'alerts', log, program: name, round, rounds },
        ...{ ...taken.run, records, keys: written.keys, threads, cache },
      };
      options.onResult(result);
      results.push(result);
    }
  }
  return results;
}

/** Those that have no grace lie evenly in the log, and every program has the same of them. */
const isAtOnce = ({ event }: Alert): boolean =>
  event.type === 'AlertRaised' && (event.data.rule === 'B' || event.data.rule === 'C');

const isOfContract = ({ event }: Alert): boolean =>
  event.type !== 'RulesActivated' && ['A', 'B', 'C'].includes(event.data.rule);

function requireSame(name: string, one: Findings, other: Findings): void {
  const difference = differenceOf(one, other);
  if (difference === null) return;
  throw new LocalStackError(`void: ${name} found other alerts of A to C: ${difference}`);
}

interface WrittenLog {
  readonly keys: number;
  readonly writer: LogWriter;
}

async function writeLog(
  log: AlertLog,
  options: AlertBenchOptions,
  records: number,
): Promise<WrittenLog> {
  const { world, report } = options;
  await world.renew('everything');
  const writer = writerOf(options, log);
  const plan = planOf(log, records);
  report(`Writing a log of ${records} records over ${plan.keys} keys`);
  if (log === 'join') await writePlan(writer, plan);
  else await writePlan(writer, plan, shopRecordOf);
  await writeMarks(writer, 'end', graceMs);
  return { keys: plan.keys, writer };
}

function planOf(log: AlertLog, records: number): LogPlan {
  const plan = { records, mix: usualMix, prefilled: false };
  if (log === 'join') return { ...plan, keys: Math.max(coursesOf(plan), 1), coursesPerWave };
  const shop = { ...plan, stepsPerCourse: stepsPerShopCourse };
  // Half as many of twice as many events: a wave takes as long.
  return { ...shop, keys: Math.max(coursesOf(shop), 1), coursesPerWave: coursesPerWave / 2 };
}

/** As set when the log began. */
async function setRules(
  { world }: AlertBenchOptions,
  { writer }: WrittenLog,
  set: RuleSet,
): Promise<void> {
  const { codec, shelf } = writer;
  await world.renew('results and rules');
  const rules = rulesOf(set, graceMs);
  await world.commandAt(shelf.startMs, activationOf({ codec, shelf, rules }));
}

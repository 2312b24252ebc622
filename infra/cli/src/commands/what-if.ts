import { rules } from '@plumbline/consistency-alerts';
import { topics } from '@plumbline/events';
import type { Command } from 'commander';
import { progressText } from '../rebuild/progress-text.ts';
import { whatIfAlertsMax, whatIfListed, whatIfListedMax, whatIfSettleMs } from '../limits.ts';
import { ReplayRefused } from '../replay/check-replay.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { ChangeOptions } from '../what-if/asked.ts';
import {
  changesOption,
  changeText,
  isoOf,
  listOption,
  rulesOption,
  sampleOption,
  windowOption,
} from '../what-if/asked.ts';
import type { ComparedAlert, RuleDifference } from '../what-if/compare-alerts.ts';
import { count, emptyDifference, shownOf } from '../what-if/compare-alerts.ts';
import { TooManyAlerts } from '../what-if/raised-alerts.ts';
import type { WhatIfDone, WhatIfOptions } from '../what-if/run-what-if.ts';
import { runWhatIf } from '../what-if/run-what-if.ts';
import { alertJson, alertLines, differenceJson, differenceLines } from '../what-if/say-what-if.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface WhatIfCommandOptions extends ChangeOptions {
  readonly from?: string;
  readonly to?: string;
  readonly rules?: string;
  readonly sample?: string;
  readonly list?: string;
  /** As it was typed; checked here. */
  readonly limit?: string;
  readonly json?: boolean;
}

export function addWhatIf(program: Command, run: RunCommand): void {
  program
    .command('what-if')
    .description('Run the alert rules over history with other parameters, and compare')
    .option('--from <moment>', 'a time, how long ago, or topic-partition@offset; the beginning')
    .option('--to <moment>', 'likewise; now unless given')
    .option('--set <rule.parameter=value...>', 'as with rules set: A.grace=30s')
    .option('--activate <rules>', 'as if they had been on: M,U')
    .option('--disable <rules>', 'as if they had been off')
    .option('--rules <rules>', 'compare the alerts of these alone: A,C')
    .option('--sample <part/of>', 'of all keys only such a part: 1/10')
    .option('--list <verdicts>', 'which alerts to list: new,gone,changed,same or none')
    .option('--limit <n>', 'how many of them', String(whatIfListed))
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `\nNothing is written. Exit code 0: all the same. 1: something would be otherwise.\n` +
        examples(
          'what-if --from 7d --rules A --set grace=30s',
          'what-if --from 2026-01-05T00:00:00+01:00 --to 2026-01-12T00:00:00+01:00 --disable B',
          `what-if --from ${topics.paymentsEvents.name}-2@1500 --set M.unknownGraceMs=5m`,
          'what-if --sample 1/10 --json',
        ),
    )
    .action((options: WhatIfCommandOptions) => run((session) => whatIf(session, options)));
}

/** Exit code 1 when an alert would be new, gone or otherwise; 0 when all are the same. */
export async function whatIf(session: Session, options: WhatIfCommandOptions): Promise<ExitCode> {
  const only = rulesOption(options.rules);
  const changes = changesOption(options, only);
  const sample = sampleOption(options.sample);
  const listed = createListed(options);
  const log = await session.log();
  // The task that runs has not said yet what it finds at this moment.
  const window = await windowOption(log, options, Date.now() - whatIfSettleMs);
  const differences = new Map<string, RuleDifference>();
  const asked = {
    ...{ log, codec: await session.codec(), window, changes, sample },
    ...{ partitions: session.config.PLUMBLINE_PARTITIONS, alertsMax: whatIfAlertsMax },
    signal: session.signal,
  };
  const done = await run(session, {
    ...asked,
    onAlert: (alert) => {
      const rule = shownOf(alert)?.rule ?? '';
      if (only !== null && !only.has(rule)) return;
      const difference = differences.get(rule) ?? emptyDifference(rule);
      differences.set(rule, difference);
      count(difference, alert);
      listed.take(alert);
    },
  });
  const byRule = rules.flatMap(({ id }) => differences.get(id) ?? []);
  const isEqual = byRule.every(({ was, counts }) => counts.same === was && counts.new === 0);
  const said = { asked, byRule, listed, isEqual, done };
  if (options.json === true) session.out.json(answerJson(said));
  else for (const line of answerLines(said)) session.out.line(line);
  return isEqual ? 0 : 1;
}

async function run(session: Session, options: WhatIfOptions): Promise<WhatIfDone> {
  const { out } = session;
  const begunMs = performance.now();
  try {
    return await runWhatIf({
      ...options,
      onProgress: (offsetsDone, offsetsTotal) => {
        const elapsedMs = Math.max(performance.now() - begunMs, 1);
        const records = Number(offsetsDone);
        const left = Number(offsetsTotal) - records;
        const remainingMs = records === 0 ? null : (elapsedMs / records) * left;
        const recordsPerSecond = Math.round((records / elapsedMs) * 1_000);
        const progress = { offsetsDone, offsetsTotal, records, recordsPerSecond, remainingMs };
        out.progress(progressText('what-if', progress));
      },
    });
  } catch (error) {
    if (error instanceof ReplayRefused || error instanceof TooManyAlerts)
      throw new CliFailure(error.message);
    throw error;
  } finally {
    out.progressDone();
  }
}

interface Said {
  readonly asked: Pick<WhatIfOptions, 'window' | 'changes' | 'sample' | 'partitions'>;
  readonly byRule: readonly RuleDifference[];
  readonly listed: Listed;
  readonly isEqual: boolean;
  readonly done: WhatIfDone;
}

function answerLines({ asked, byRule, listed, isEqual, done }: Said): readonly string[] {
  const { window, changes, sample } = asked;
  const from = window.fromMs === 0 ? 'the beginning' : isoOf(window.fromMs);
  const as = changes.length === 0 ? 'as set at the time' : changes.map(changeText).join(' ');
  const alerts = listed.alerts();
  return [
    `from ${from} to ${isoOf(window.toMs)}, ${as}: ${done.records} records, ${done.timers} timers`,
    ...(sample === null ? [] : [sampleText(sample)]),
    ...differenceLines(byRule),
    ...(isEqual && byRule.length > 0 ? ['all the same'] : []),
    ...(alerts.length === 0 ? [] : ['']),
    ...alerts.flatMap(alertLines),
    ...(listed.left() === 0 ? [] : [`… and ${listed.left()} more (--limit)`]),
  ];
}

/** An order is in it or not, with all that concerns it; what is rare may be in none of it. */
const sampleText = ({ part, of }: NonNullable<WhatIfOptions['sample']>): string =>
  `${part}/${of} of all orders, accounts, channels, endpoints and items: counts and money are of ` +
  'these alone, and an account or channel with its alerts is in it as a whole or not at all';

const answerJson = ({ asked, byRule, listed, isEqual, done }: Said) => ({
  ...{ equal: isEqual, from: asked.window.fromMs, to: asked.window.toMs },
  ...{ changes: asked.changes, sample: asked.sample, partitions: asked.partitions },
  ...{ records: done.records, timers: done.timers },
  rules: byRule.map(differenceJson),
  alerts: listed.alerts().map(alertJson),
  alertsLeftOut: listed.left(),
});

interface Listed {
  take(alert: ComparedAlert): void;
  /** The earliest of those that were asked for. */
  alerts(): readonly ComparedAlert[];
  left(): number;
}

function createListed(options: WhatIfCommandOptions): Listed {
  const wanted = listOption(options.list ?? 'new,gone,changed');
  const limit = Number(options.limit ?? whatIfListed);
  if (!Number.isInteger(limit) || limit < 0 || limit > whatIfListedMax)
    throw usageFailure(`--limit is a whole number from 0 to ${whatIfListedMax}`);
  let kept: ComparedAlert[] = [];
  let taken = 0;
  const timeOf = (alert: ComparedAlert): number => shownOf(alert)?.detectedAt ?? 0;
  const earliest = (): ComparedAlert[] =>
    kept.sort((one, other) => timeOf(one) - timeOf(other)).slice(0, limit);
  return {
    take(alert) {
      if (!wanted.has(alert.verdict)) return;
      taken += 1;
      kept.push(alert);
      // Sorted once in a while, so that memory is what is asked for, and the cost small.
      if (kept.length >= 2 * limit + whatIfListed) kept = earliest();
    },
    alerts: () => earliest(),
    left: () => taken - Math.min(taken, limit),
  };
}

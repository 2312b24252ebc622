import type { AlertsCommand, CommandOutcome } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { isCurrencyCode, parseMajor, routingKey } from '@plumbline/kernel';
import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import { durationOption } from '../format/duration.ts';
import { timeOption } from '../format/time-option.ts';
import { alertsAtOnce } from '../limits.ts';
import { askQueries } from '../session/ask-queries.ts';
import type { Asker } from '../session/ask.ts';
import { isDone, openAsker, refusalOf } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, firstLine, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export type LifeCommand = Exclude<AlertsCommand, { readonly type: 'ActivateRules' }>;

export interface SayOptions {
  readonly reason: string;
  readonly json?: boolean;
  readonly loss?: string;
  readonly currency?: string;
  readonly for?: string;
  readonly until?: string;
}

interface Saying {
  readonly verb: string;
  readonly description: string;
  readonly example: string;
  readonly options?: readonly Option[];
  /** What is said of one alert. Errors: usageFailure, before anything is written. */
  commandOf(options: SayOptions): (alertId: string) => LifeCommand;
}

/** A word that says nothing but why. */
const plain =
  (type: 'AcknowledgeAlert' | 'InvestigateAlert' | 'ResolveAlert' | 'ReopenAlert') =>
  ({ reason }: SayOptions) =>
  (alertId: string): LifeCommand => ({ type, data: { alertId, reason } });

export const sayings: readonly Saying[] = [
  {
    verb: 'acknowledge',
    description: 'Say that you look after alerts',
    example: '2f0c… --reason "I take it"',
    commandOf: plain('AcknowledgeAlert'),
  },
  {
    verb: 'investigate',
    description: 'Say that you look into what is behind alerts',
    example: '2f0c… --reason "asked the bank"',
    commandOf: plain('InvestigateAlert'),
  },
  {
    verb: 'resolve',
    description: 'End alerts by your word, whatever the log says',
    example: '2f0c… 81aa… --reason "paid out by hand"',
    commandOf: plain('ResolveAlert'),
  },
  {
    verb: 'write-off',
    description: 'End alerts by giving the money up: all that is at stake, or less of one',
    example: '2f0c… --loss 12.50 --reason "the payer is gone"',
    options: [
      new Option('--loss <amount>', 'what is lost, in major units, of one alert (default: all)'),
      new Option('--currency <code>', 'of the loss, ISO 4217').default('CNY'),
    ],
    commandOf: writeOffOf,
  },
  {
    verb: 'suppress',
    description: 'End alerts that nobody is to look at, for a time or for good',
    example: '2f0c… --for 7d --reason "the bank mends it on Monday"',
    options: [
      new Option('--for <duration>', 'how long, such as 12h or 7d (default: for good)'),
      new Option('--until <time>', 'until when: 2026-01-31T12:00:00Z').conflicts('for'),
    ],
    commandOf: suppressOf,
  },
  {
    verb: 'reopen',
    description: 'Have alerts that ended stand again',
    example: '2f0c… --reason "it was not paid after all"',
    commandOf: plain('ReopenAlert'),
  },
];

function writeOffOf({ reason, loss, currency = 'CNY' }: SayOptions) {
  if (!isCurrencyCode(currency)) throw usageFailure(`--currency: ${currency} is no currency`);
  const lossMinor = loss === undefined ? null : parseMajor(loss, currency);
  if (typeof lossMinor === 'string' || lossMinor === 0n)
    throw usageFailure(`--loss is an amount in ${currency} such as 12.50, not "${String(loss)}"`);
  const lossCurrency = lossMinor === null ? null : currency;
  return (alertId: string): LifeCommand => ({
    type: 'WriteOffAlert',
    data: { alertId, lossMinor, lossCurrency, reason },
  });
}

function suppressOf(options: SayOptions) {
  const until = untilMsOf(options);
  return (alertId: string): LifeCommand => ({
    type: 'SuppressAlert',
    data: { alertId, until, reason: options.reason },
  });
}

function untilMsOf({ for: duration, until }: SayOptions): number | null {
  if (duration !== undefined) return Date.now() + durationOption(duration, '--for');
  const time = timeOption(until, '--until');
  if (time === undefined) return null;
  if (Date.parse(time) <= Date.now()) throw usageFailure(`--until ${time} is over`);
  return Date.parse(time);
}

export function addAlertsSay(alerts: Command, run: RunCommand): void {
  for (const saying of sayings) {
    const command = alerts
      .command(saying.verb)
      .description(saying.description)
      .argument('<alertId...>', 'ids of alerts, as alerts list --json shows them')
      .requiredOption('--reason <text>', 'why; it stays in the log')
      .option('--json', 'the outcome as JSON; of several alerts a list')
      .addHelpText('after', examples(`alerts ${saying.verb} ${saying.example}`));
    for (const option of saying.options ?? []) command.addOption(option);
    command.action((alertIds: readonly string[], options: SayOptions) =>
      run((session) => sayOfAlerts(session, { saying, alertIds }, options)),
    );
  }
}

const shown = z.object({ tenant: z.string(), orderNo: z.string() });
const answered = z.object({ status: z.string() });

interface Said {
  readonly alertId: string;
  readonly orderNo: string | null;
  readonly outcome: CommandOutcome | null;
  /** Why there is no outcome. */
  readonly failure: string | null;
}

/**
 * Says one thing of some alerts. Whose an alert is the queries service says; what is decided about
 * it, the task that raised it, of each by itself. Exit code 1 when one of them was refused.
 */
export async function sayOfAlerts(
  session: Session,
  { saying, alertIds }: { readonly saying: Saying; readonly alertIds: readonly string[] },
  options: SayOptions,
): Promise<ExitCode> {
  if (options.reason.trim() === '') throw usageFailure('--reason must not be empty');
  const ids = [...new Set(alertIds)];
  if (options.loss !== undefined && ids.length > 1)
    throw usageFailure('--loss is of one alert; without it all that is at stake in each is lost');
  const commandOf = saying.commandOf(options);
  const asker = await openAsker(session, {
    commandsTopic: topics.alertsCommands.name,
    ...{ outcomesTopic: topics.alertsOutcomes.name, decider: 'consistency-alerts' },
  });
  const said: Said[] = [];
  try {
    for (let at = 0; at < ids.length && !session.signal.aborted; at += alertsAtOnce) {
      const some = ids.slice(at, at + alertsAtOnce).map(commandOf);
      said.push(...(await Promise.all(some.map((command) => sayOne(session, asker, command)))));
    }
  } finally {
    await asker.close();
  }
  return tell(session, said, { isOne: ids.length === 1, json: options.json === true });
}

async function sayOne(session: Session, asker: Asker, command: LifeCommand): Promise<Said> {
  const { alertId } = command.data;
  let orderNo: string | null = null;
  try {
    const found = await askQueries(session, `/alerts/${encodeURIComponent(alertId)}`, shown);
    ({ orderNo } = found);
    const key = routingKey(found.tenant, orderNo);
    const outcome = await asker.ask({ key, subject: alertId, payload: command });
    return { alertId, orderNo, outcome, failure: isDone(outcome) ? null : refusalOf(outcome) };
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return { alertId, orderNo, outcome: null, failure: firstLine(error) };
  }
}

function tell(
  { out }: Session,
  said: readonly Said[],
  { isOne, json }: { readonly isOne: boolean; readonly json: boolean },
): ExitCode {
  const [only] = said;
  if (isOne && only !== undefined && only.failure !== null) throw new CliFailure(only.failure);
  if (json) out.json(isOne ? only?.outcome : said);
  else for (const each of said) out.line(lineOf(each));
  const refused = said.filter(({ failure }) => failure !== null).length;
  if (refused > 0)
    out.note(`${said.length - refused} of ${said.length} alerts: the others were not`);
  return refused === 0 ? 0 : 1;
}

function lineOf({ alertId, orderNo, outcome, failure }: Said): string {
  if (outcome === null || failure !== null) return `alert ${alertId}: ${failure ?? 'no outcome'}`;
  const { status } = answered.parse(JSON.parse(outcome.answer ?? 'null'));
  const was = outcome.status === 'UNCHANGED' ? ' already' : '';
  return `alert ${alertId} of order ${orderNo ?? ''} is ${status}${was}`;
}

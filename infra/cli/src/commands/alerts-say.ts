import type { AlertsCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { routingKey } from '@plumbline/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { askQueries } from '../session/ask-queries.ts';
import { ask } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

type Saying = Exclude<AlertsCommand['type'], 'ActivateRules'>;

interface SayOptions {
  readonly reason: string;
  readonly json?: boolean;
}

const sayings: readonly (readonly [verb: string, type: Saying, description: string])[] = [
  ['acknowledge', 'AcknowledgeAlert', 'Say that you look after an alert'],
  ['resolve', 'ResolveAlert', 'End an alert by your word, whatever the log says'],
  ['reopen', 'ReopenAlert', 'Have an alert that ended stand again'],
];

export function addAlertsSay(alerts: Command, run: RunCommand): void {
  for (const [verb, type, description] of sayings) {
    alerts
      .command(verb)
      .description(description)
      .argument('<alertId>', 'id of the alert, as alerts list --json shows it')
      .requiredOption('--reason <text>', 'why; it stays in the log')
      .option('--json', 'the outcome as JSON')
      .addHelpText('after', examples(`alerts ${verb} 2f0c… --reason "asked the bank"`))
      .action((alertId: string, options: SayOptions) =>
        run((session) => sayOfAlert(session, { type, alertId }, options)),
      );
  }
}

const shown = z.object({ tenant: z.string(), orderNo: z.string() });
const answered = z.object({ status: z.string() });

/** Whose alert it is the queries service says; what is decided about it, the task that raised it. */
export async function sayOfAlert(
  session: Session,
  { type, alertId }: { readonly type: Saying; readonly alertId: string },
  { reason, json }: SayOptions,
): Promise<ExitCode> {
  if (reason.trim() === '') throw usageFailure('--reason must not be empty');
  const path = `/alerts/${encodeURIComponent(alertId)}`;
  const { tenant, orderNo } = await askQueries(session, path, shown);
  const outcome = await ask(session, {
    commandsTopic: topics.alertsCommands.name,
    outcomesTopic: topics.alertsOutcomes.name,
    ...{ key: routingKey(tenant, orderNo), subject: alertId, decider: 'consistency-alerts' },
    payload: { type, data: { alertId, reason } },
  });
  if (json === true) {
    session.out.json(outcome);
    return 0;
  }
  const { status } = answered.parse(JSON.parse(outcome.answer ?? 'null'));
  const was = outcome.status === 'UNCHANGED' ? ' already' : '';
  session.out.line(`alert ${alertId} of order ${orderNo} is ${status}${was}`);
  return 0;
}

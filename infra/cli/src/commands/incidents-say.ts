import type { AlertsCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, routingKey, slotOf } from '@plumbline/kernel';
import type { Command } from 'commander';
import { alertsAtOnce } from '../limits.ts';
import type { Asker } from '../session/ask.ts';
import { isDone, openAsker } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import type { Member } from './incidents-look.ts';
import { pagesOf } from './incidents-look.ts';

type Saying = Extract<AlertsCommand['type'], 'AcknowledgeAlert' | 'ResolveAlert' | 'ReopenAlert'>;

interface SayOptions {
  readonly reason: string;
  readonly json?: boolean;
}

interface Verb {
  readonly verb: string;
  readonly type: Saying;
  readonly description: string;
  /** Of which alerts it is said: others would refuse it, or it would undo what nobody meant. */
  readonly of: ReadonlySet<string>;
}

const verbs: readonly Verb[] = [
  {
    ...{ verb: 'acknowledge', type: 'AcknowledgeAlert', of: new Set(['OPEN']) },
    description: 'Say that you look after all alerts of an incident that are open',
  },
  {
    ...{ verb: 'resolve', type: 'ResolveAlert' },
    of: new Set(['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING']),
    description: 'End all alerts of an incident that stand, by your word',
  },
  {
    ...{ verb: 'reopen', type: 'ReopenAlert', of: new Set(['RESOLVED']) },
    description: 'Take back: have all alerts of an incident stand again that people resolved',
  },
];

export function addIncidentsSay(incidents: Command, run: RunCommand): void {
  for (const verb of verbs) {
    incidents
      .command(verb.verb)
      .description(verb.description)
      .argument('<incidentId>', 'id of the incident, as incidents list shows it')
      .requiredOption('--reason <text>', 'why; it stays in the log')
      .option('--json', 'how many there were, as JSON')
      .addHelpText('after', examples(`incidents ${verb.verb} 2f0c… --reason "the bank was down"`))
      .action((incidentId: string, options: SayOptions) =>
        run((session) => sayOfIncident(session, { verb, incidentId }, options)),
      );
  }
}

interface Said {
  /** Decided as asked, now or before. */
  done: number;
  /** Refused, by code: it moved on since the page was read. */
  refused: Record<string, number>;
  /** That nobody decided in time; the command is in the log. */
  undecided: number;
}

/**
 * Says one thing of all alerts of an incident, each by its own command. The id of a command is a
 * function of incident, alert and what is said: broken off and begun anew, nothing is decided twice.
 */
export async function sayOfIncident(
  session: Session,
  { verb, incidentId }: { readonly verb: Verb; readonly incidentId: string },
  { reason, json }: SayOptions,
): Promise<ExitCode> {
  if (reason.trim() === '') throw usageFailure('--reason must not be empty');
  const asker = await openAsker(session, {
    commandsTopic: topics.alertsCommands.name,
    ...{ outcomesTopic: topics.alertsOutcomes.name, decider: 'consistency-alerts' },
  });
  const said: Said = { done: 0, refused: {}, undecided: 0 };
  let left = 0;
  try {
    for await (const { incident, alerts } of pagesOf(session, incidentId)) {
      const own = alerts.filter(({ status }) => verb.of.has(status));
      left += alerts.length - own.length;
      for (let at = 0; at < own.length; at += alertsAtOnce) {
        if (session.signal.aborted) break;
        const some = own.slice(at, at + alertsAtOnce);
        await Promise.all(
          some.map((alert) => sayOne(asker, { verb, incidentId, alert, reason }, said)),
        );
      }
      session.out.progress(`${said.done + left} of ${incident.alerts} alerts`);
      if (session.signal.aborted) break;
    }
  } finally {
    session.out.progressDone();
    await asker.close();
  }
  return tell(session, said, { left, json: json === true });
}

async function sayOne(
  asker: Asker,
  of: {
    readonly verb: Verb;
    readonly incidentId: string;
    readonly alert: Member;
    readonly reason: string;
  },
  said: Said,
): Promise<void> {
  const { verb, incidentId, alert, reason } = of;
  const { alertId, tenant, orderNo } = alert;
  const key = routingKey(tenant, orderNo);
  try {
    const outcome = await asker.ask({
      id: derivedUuid(slotOf(key), 'incident', incidentId, alertId, verb.type, reason),
      ...{ key, subject: alertId, payload: { type: verb.type, data: { alertId, reason } } },
    });
    if (isDone(outcome)) said.done += 1;
    else {
      const code = outcome.code ?? outcome.status;
      said.refused[code] = (said.refused[code] ?? 0) + 1;
    }
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    said.undecided += 1;
  }
}

function tell(
  { out }: Session,
  said: Said,
  { left, json }: { readonly left: number; readonly json: boolean },
): ExitCode {
  const refused = Object.entries(said.refused);
  if (json) out.json({ ...said, left });
  else {
    out.line(`${said.done} done, ${left} left as they were`);
    for (const [code, count] of refused) out.line(`${count} refused: ${code}`);
    if (said.undecided > 0) {
      out.line(`${said.undecided} written and not decided in time: is consistency-alerts running?`);
    }
  }
  return refused.length === 0 && said.undecided === 0 ? 0 : 1;
}

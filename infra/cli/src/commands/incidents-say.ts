import { topics } from '@plumbline/events';
import { derivedUuid, routingKey, slotOf } from '@plumbline/kernel';
import type { Command } from 'commander';
import { alertsAtOnce } from '../limits.ts';
import type { Asker } from '../session/ask.ts';
import { isDone, openAsker } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { LifeCommand, SayOptions } from './alerts-say.ts';
import { sayings } from './alerts-say.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import type { Member } from './incidents-look.ts';
import { pagesOf } from './incidents-look.ts';

interface Verb {
  readonly verb: 'acknowledge' | 'investigate' | 'resolve' | 'suppress' | 'reopen';
  readonly description: string;
  /** Of which alerts it is said: others would refuse it, or it would undo what nobody meant. */
  readonly of: ReadonlySet<string>;
}

const standing = new Set(['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING']);

/**
 * No money is given up for a whole incident at once, and none that was is taken back: a loss is
 * counted of each alert. What healed does not stand again by one word for all either.
 */
const verbs: readonly Verb[] = [
  {
    ...{ verb: 'acknowledge', of: new Set(['OPEN']) },
    description: 'Say that you look after all alerts of an incident that are open',
  },
  {
    ...{ verb: 'investigate', of: new Set(['OPEN', 'ACKNOWLEDGED']) },
    description: 'Say that you look into what is behind all alerts of an incident that stand',
  },
  {
    ...{ verb: 'resolve', of: standing },
    description: 'End all alerts of an incident that stand, by your word',
  },
  {
    ...{ verb: 'suppress', of: standing },
    description: 'End all alerts of an incident that stand, for a time or for good',
  },
  {
    ...{ verb: 'reopen', of: new Set(['RESOLVED', 'SUPPRESSED']) },
    description:
      'Take back: have all alerts of an incident stand again that people resolved or suppressed',
  },
];

export function addIncidentsSay(incidents: Command, run: RunCommand): void {
  for (const verb of verbs) {
    const command = incidents
      .command(verb.verb)
      .description(verb.description)
      .argument('<incidentId>', 'id of the incident, as incidents list shows it')
      .requiredOption('--reason <text>', 'why; it stays in the log')
      .option('--json', 'how many there were, as JSON')
      .addHelpText('after', examples(`incidents ${verb.verb} 2f0c… --reason "the bank was down"`));
    for (const option of sayingOf(verb).options ?? []) command.addOption(option);
    command.action((incidentId: string, options: SayOptions) =>
      run((session) => sayOfIncident(session, { verb, incidentId }, options)),
    );
  }
}

/** What it says of one alert, as `alerts` has it. */
function sayingOf({ verb }: Verb): (typeof sayings)[number] {
  const found = sayings.find((each) => each.verb === verb);
  if (found === undefined) throw new Error(`nothing is called ${verb} of an alert`);
  return found;
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
  options: SayOptions,
): Promise<ExitCode> {
  if (options.reason.trim() === '') throw usageFailure('--reason must not be empty');
  const commandOf = sayingOf(verb).commandOf(options);
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
          some.map((alert) => {
            const command = commandOf(alert.alertId);
            return sayOne(asker, { command, incidentId, alert }, said);
          }),
        );
      }
      session.out.progress(`${said.done + left} of ${incident.alerts} alerts`);
      if (session.signal.aborted) break;
    }
  } finally {
    session.out.progressDone();
    await asker.close();
  }
  return tell(session, said, { left, json: options.json === true });
}

async function sayOne(
  asker: Asker,
  of: {
    readonly command: LifeCommand;
    readonly incidentId: string;
    readonly alert: Member;
  },
  said: Said,
): Promise<void> {
  const { command, incidentId, alert } = of;
  const { alertId, tenant, orderNo } = alert;
  const key = routingKey(tenant, orderNo);
  const { type, data } = command;
  // A suppression until another time is another command.
  const until = 'until' in data ? [String(data.until)] : [];
  try {
    const outcome = await asker.ask({
      id: derivedUuid(slotOf(key), 'incident', incidentId, alertId, type, data.reason, ...until),
      ...{ key, subject: alertId, payload: command },
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

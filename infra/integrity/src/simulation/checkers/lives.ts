import type { WriteOffAlert } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { outcomesIn, ownEntries } from '../history/history.ts';
import type { AlertLife, LifeStep } from '../oracles/alert-lives.ts';
import { alertLives, isAsked } from '../oracles/alert-lives.ts';
import { expectedAlerts } from '../oracles/expected-alerts.ts';
import type { Checker } from './checker.ts';
import { forgottenIn } from './outcomes.ts';

/** I9 */
export const livesChecker: Checker = {
  name: 'lives',
  title:
    'what people say of alerts holds: each step from where it may be taken, once, and no longer than said',
  check(history) {
    const lives = [...alertLives(history).values()];
    const healed = healings(history);
    return [
      ...asked(history, lives),
      ...lives.flatMap(permitted),
      ...losses(history, lives),
      ...lives.flatMap((life) =>
        suppressions(history, life, healed.get(life.raised.alertId) ?? []),
      ),
    ];
  },
};

/** What a person can say, and how the alert is then. */
const wanted: Readonly<Record<string, string>> = {
  ...{ AcknowledgeAlert: 'ACKNOWLEDGED', InvestigateAlert: 'INVESTIGATING' },
  ...{ ResolveAlert: 'RESOLVED', WriteOffAlert: 'WRITTEN_OFF', SuppressAlert: 'SUPPRESSED' },
  ReopenAlert: 'OPEN',
};

/** Each that was accepted led to what it says, once; and no such step came by itself. */
function asked(history: History, lives: readonly AlertLife[]): readonly Violation[] {
  const found: Violation[] = [];
  const led = new Map<string, string[]>();
  for (const step of lives.flatMap(({ steps }) => steps)) {
    if (!isAsked(step)) continue;
    const by = step.causationId ?? '';
    led.set(by, [...(led.get(by) ?? []), step.status]);
  }
  const forgotten = forgottenIn(history, {
    commands: topics.alertsCommands.name,
    outcomes: topics.alertsOutcomes.name,
  });
  const accepted = new Set<string>();
  for (const { commandId, commandType, status } of outcomesIn(
    history,
    topics.alertsOutcomes.name,
  )) {
    const wish = wanted[commandType];
    if (wish === undefined || status !== 'ACCEPTED') continue;
    accepted.add(commandId);
    const steps = led.get(commandId) ?? [];
    const times = forgotten.has(commandId) ? 2 : 1;
    if (steps.length >= 1 && steps.length <= times && steps.every((each) => each === wish))
      continue;
    found.push(violation('I9', `${commandType} ${commandId} led to ${steps.join() || 'nothing'}`));
  }
  for (const [by, steps] of led) {
    if (!accepted.has(by)) found.push(violation('I9', `nobody asked for ${steps.join()}: ${by}`));
  }
  return found;
}

/** From which statuses each is reached; docs/alerts.md draws it. */
const standing = ['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING'];
const before: Readonly<Record<string, readonly string[]>> = {
  ACKNOWLEDGED: ['OPEN'],
  INVESTIGATING: ['OPEN', 'ACKNOWLEDGED'],
  ...{ RESOLVED: standing, WRITTEN_OFF: standing, SUPPRESSED: standing },
  ...{ AUTO_RESOLVED: standing, SUPERSEDED: standing },
  OPEN: ['RESOLVED', 'AUTO_RESOLVED', 'WRITTEN_OFF', 'SUPPRESSED'],
};

function permitted({ steps }: AlertLife): readonly Violation[] {
  let status = 'OPEN';
  return steps.flatMap((step) => {
    const was = status;
    ({ status } = step);
    if (before[status]?.includes(was) === true) return [];
    return [violation('I9', `alert ${step.alertId} was ${was} and is ${status}`)];
  });
}

/** What was said, or all that was at stake when it was raised; never more than that. */
function losses(history: History, lives: readonly AlertLife[]): readonly Violation[] {
  const said = new Map(
    ownEntries(history, topics.alertsCommands.name).flatMap(({ envelope, payload }) =>
      payload.type === 'WriteOffAlert' ? [[envelope.id, payload.data as WriteOffAlert]] : [],
    ),
  );
  return lives.flatMap(({ raised, steps }) =>
    steps.flatMap(({ alertId, status, lossMinor, causationId }) => {
      if (status !== 'WRITTEN_OFF') return [];
      const asIs = said.get(causationId ?? '')?.lossMinor ?? raised.amountMinor;
      if (lossMinor === asIs && lossMinor <= raised.amountMinor) return [];
      return [violation('I9', `alert ${alertId}: ${String(lossMinor)} lost, and not ${asIs}`)];
    }),
  );
}

/** When what an alert found was gone, whether it was said or not; by its id. */
function healings(history: History): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  for (const { kind, alertId, atMs } of expectedAlerts(history)) {
    if (kind === 'resolved') found.set(alertId, [...(found.get(alertId) ?? []), atMs]);
  }
  return found;
}

/**
 * A suppression ends at its time, by the system, where nobody ended it before and nothing healed; and
 * no alert stands again by the system otherwise.
 */
function suppressions(
  history: History,
  { steps }: AlertLife,
  healedMs: readonly number[],
): readonly Violation[] {
  return steps.flatMap((step, at) => {
    const next = steps[at + 1];
    const isBack = next?.status === 'OPEN' && !isAsked(next);
    if (step.status !== 'SUPPRESSED' || step.untilMs === null) {
      return isBack ? [violation('I9', `alert ${step.alertId} stands again by itself`)] : [];
    }
    return wrongEnd(history, { step, untilMs: step.untilMs, next, isBack, healedMs });
  });
}

function wrongEnd(
  { endedMs }: History,
  of: {
    readonly step: LifeStep;
    readonly untilMs: number;
    readonly next: LifeStep | undefined;
    readonly isBack: boolean;
    readonly healedMs: readonly number[];
  },
): readonly Violation[] {
  const { step, untilMs, next, isBack, healedMs } = of;
  const what = `alert ${step.alertId}, suppressed at ${step.atMs} until ${untilMs},`;
  if (isBack && next !== undefined && next.atMs !== untilMs)
    return [violation('I9', `${what} stands again at ${next.atMs}`)];
  // In one millisecond either may have been first.
  const isHealed = healedMs.some((ms) => ms > step.atMs && ms < untilMs);
  const mayBeHealed = healedMs.some((ms) => ms >= step.atMs && ms <= untilMs);
  if (isBack) return isHealed ? [violation('I9', `${what} stands again, and had healed`)] : [];
  const isOpenedBefore = next !== undefined && next.atMs <= untilMs;
  if (isOpenedBefore || mayBeHealed || untilMs >= endedMs) return [];
  return [violation('I9', `${what} does not stand again`)];
}

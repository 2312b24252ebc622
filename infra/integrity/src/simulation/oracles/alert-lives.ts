import type { AlertRaised, AlertsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History } from '../history/history.ts';
import { ownEntries } from '../history/history.ts';

/** One step of an alert's life, as it stands in the log. */
export interface LifeStep {
  readonly alertId: string;
  readonly status: string;
  /** Broker time of what it followed from. */
  readonly atMs: number;
  readonly actor: string;
  readonly causationId: string | null;
  /** Of an end by a person, where it has one; else null. */
  readonly lossMinor: bigint | null;
  readonly untilMs: number | null;
}

export interface AlertLife {
  readonly raised: AlertRaised;
  /** Without its beginning. */
  readonly steps: readonly LifeStep[];
}

/** By a command, of a person or of a remedy, and not by what the log says. */
export const isAsked = ({ actor }: LifeStep): boolean => actor !== 'system:consistency-alerts';

/** Every alert's life, by its id, in the order of the log; of what was never raised there is none. */
export function alertLives(history: History): ReadonlyMap<string, AlertLife> {
  const lives = new Map<string, { raised: AlertRaised; steps: LifeStep[] }>();
  for (const { payload, envelope } of ownEntries(history, topics.alertsEvents.name)) {
    const event = payload as AlertsEvent;
    if (event.type === 'RulesActivated') continue;
    if (event.type === 'AlertRaised') {
      lives.set(event.data.alertId, { raised: event.data, steps: [] });
      continue;
    }
    const { actor, causationId } = envelope;
    const { alertId } = event.data;
    const said = { alertId, actor, causationId, ...whatOf(event) };
    lives.get(alertId)?.steps.push({ lossMinor: null, untilMs: null, ...said });
  }
  return lives;
}

function whatOf(event: Exclude<AlertsEvent, { type: 'RulesActivated' | 'AlertRaised' }>) {
  switch (event.type) {
    case 'AlertAcknowledged':
      return { status: 'ACKNOWLEDGED', atMs: event.data.acknowledgedAt };
    case 'AlertInvestigated':
      return { status: 'INVESTIGATING', atMs: event.data.investigatedAt };
    case 'AlertReopened':
      return { status: 'OPEN', atMs: event.data.reopenedAt };
    case 'AlertResolved': {
      const { resolution: status, resolvedAt: atMs } = event.data;
      return { status, atMs, lossMinor: event.data.lossMinor, untilMs: event.data.suppressedUntil };
    }
  }
}

const endedByPeople: ReadonlySet<string> = new Set(['RESOLVED', 'WRITTEN_OFF', 'SUPPRESSED']);

/** What a person says, and no finding of the log. */
export const isWordOfPerson = ({ type, data }: AlertsEvent): boolean => {
  if (type === 'AlertRaised' || type === 'RulesActivated') return false;
  return type !== 'AlertResolved' || endedByPeople.has(data.resolution);
};

/**
 * Whether a person had ended an alert when something of the log happened; `null` where both came in
 * one millisecond, of which either may have been first.
 */
export function isEndedByPersonAt(life: AlertLife | undefined, atMs: number): boolean | null {
  const steps = life?.steps ?? [];
  if (steps.some((step) => step.atMs === atMs && isWord(step))) return null;
  const last = steps.filter((step) => step.atMs < atMs).at(-1);
  return last !== undefined && endedByPeople.has(last.status);
}

/** Not what the log says of itself: of a timer's words too it is not known which came first. */
const isWord = ({ status }: LifeStep): boolean =>
  status !== 'AUTO_RESOLVED' && status !== 'SUPERSEDED';

import type { AlertRaised, Evidence } from '@plumbline/events';
import type { AlertEnd, SaidAlert, SaidAlerts, Window } from './raised-alerts.ts';
import { isIn } from './raised-alerts.ts';

/** `same`, or raised only here, only there, or otherwise. */
export type Verdict = (typeof verdicts)[number];
export const verdicts = ['new', 'gone', 'changed', 'same'] as const;

/** In which way an alert that both raise differs. */
export type Change = (typeof changes)[number];
export const changes = ['earlier', 'later', 'severity', 'amount', 'end', 'words'] as const;

/** One alert as it was raised, and as it would have been. */
export interface ComparedAlert {
  readonly verdict: Verdict;
  readonly changes: readonly Change[];
  /** Null of a new one. */
  readonly was: SaidAlert | null;
  /** Null of one that is gone. */
  readonly would: SaidAlert | null;
}

/**
 * Alerts that were raised in the window on either side, each once: those of the log in their order,
 * then the new ones in theirs. What a person said of one is no difference: how it ends is compared
 * only where the rules alone decided it on both sides.
 */
export function* compareAlerts(
  sides: { readonly was: SaidAlerts; readonly would: SaidAlerts },
  window: Window,
): Iterable<ComparedAlert> {
  for (const was of sides.was.inWindow()) {
    const would = sides.would.get(was.raised.alertId);
    if (would === null) yield { verdict: 'gone', changes: [], was, would };
    else yield compared(was, would);
  }
  for (const would of sides.would.inWindow()) {
    const was = sides.was.get(would.raised.alertId);
    if (was === null) yield { verdict: 'new', changes: [], was, would };
    // Raised before the window there, and in it here.
    else if (!isIn(window, was)) yield compared(was, would);
  }
}

function compared(was: SaidAlert, would: SaidAlert): ComparedAlert {
  const found = changesOf(was, would);
  return { verdict: found.length === 0 ? 'same' : 'changed', changes: found, was, would };
}

function changesOf(was: SaidAlert, would: SaidAlert): readonly Change[] {
  const [one, other] = [was.raised, would.raised];
  const isEndOfRules = !was.isEndedByPerson && !would.isEndedByPerson;
  const differs: Readonly<Record<Change, boolean>> = {
    earlier: other.detectedAt < one.detectedAt,
    later: other.detectedAt > one.detectedAt,
    severity: other.severity !== one.severity,
    amount: other.amountMinor !== one.amountMinor || other.currency !== one.currency,
    end: isEndOfRules && endText(was.end) !== endText(would.end),
    words: wordsOf(one) !== wordsOf(other),
  };
  return changes.filter((change) => differs[change]);
}

const endText = (end: AlertEnd | null): string =>
  end === null ? '' : `${end.resolution} ${end.supersededBy ?? ''} ${end.atMs}`;

const wordsOf = ({ summary, expected, actual, evidence }: AlertRaised): string =>
  JSON.stringify([summary, expected, actual, evidence.map(placeOf)]);

/** `payments.events.v1-2@1500`: where an event stands. */
export const placeOf = ({ topic, partition, offset }: Evidence): string =>
  `${topic}-${partition}@${offset.toString()}`;

/** That whose money and order are shown: as it would be, where it would. */
export const shownOf = ({ was, would }: ComparedAlert): AlertRaised | null =>
  (would ?? was)?.raised ?? null;

/** What differs of one rule; money in minor units, by currency. */
export interface RuleDifference {
  readonly rule: string;
  was: number;
  would: number;
  readonly counts: Record<Verdict, number>;
  readonly changes: Record<Change, number>;
  readonly atStake: Readonly<Record<Verdict, Map<string, bigint>>>;
  /** Of which only the raising is compared. */
  endedByPerson: number;
}

const noCounts = { new: 0, gone: 0, changed: 0, same: 0 };
const noChanges = { earlier: 0, later: 0, severity: 0, amount: 0, end: 0, words: 0 };

export const emptyDifference = (rule: string): RuleDifference => ({
  rule,
  ...{ was: 0, would: 0, endedByPerson: 0 },
  counts: { ...noCounts },
  changes: { ...noChanges },
  atStake: { new: new Map(), gone: new Map(), changed: new Map(), same: new Map() },
});

export function count(into: RuleDifference, alert: ComparedAlert): void {
  const { verdict, was, would } = alert;
  if (was !== null) into.was += 1;
  if (would !== null) into.would += 1;
  into.counts[verdict] += 1;
  for (const change of alert.changes) into.changes[change] += 1;
  if (was?.isEndedByPerson === true || would?.isEndedByPerson === true) into.endedByPerson += 1;
  const shown = shownOf(alert);
  if (shown === null || shown.amountMinor === 0n) return;
  const sums = into.atStake[verdict];
  sums.set(shown.currency, (sums.get(shown.currency) ?? 0n) + shown.amountMinor);
}

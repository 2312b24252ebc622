import { durationText } from '../format/duration.ts';
import { amountText } from '../format/summary.ts';
import { tableLines } from '../format/table.ts';
import type { ComparedAlert, RuleDifference } from './compare-alerts.ts';
import { changes, placeOf, shownOf } from './compare-alerts.ts';
import { isoOf } from './asked.ts';
import type { SaidAlert } from './raised-alerts.ts';

/** Rule by rule: how many, and how much money is at stake in what would be otherwise. */
export function differenceLines(differences: readonly RuleDifference[]): readonly string[] {
  if (differences.length === 0) return ['no alert in the window, as it was and as it would be'];
  const rows = differences.map(({ rule, was, would, counts, atStake, ...rest }) => [
    ...[rule, was, would, counts.same, counts.new, counts.gone, counts.changed].map(String),
    moneyText(atStake.new),
    moneyText(atStake.gone),
    moneyText(atStake.changed),
    changes
      .filter((change) => rest.changes[change] > 0)
      .map((change) => `${rest.changes[change]} ${changeWords[change]}`)
      .join(', '),
  ]);
  const by = differences.reduce((sum, { endedByPerson }) => sum + endedByPerson, 0);
  return [
    ...tableLines(
      [
        ...['rule', 'was', 'would be', 'same', 'new', 'gone', 'changed'],
        ...['at stake in new', 'in gone', 'in changed', 'how changed'],
      ],
      rows,
    ),
    ...(by === 0 ? [] : [`${by} of them a person ended: how they end is not compared`]),
  ];
}

const changeWords: Readonly<Record<(typeof changes)[number], string>> = {
  earlier: 'earlier',
  later: 'later',
  severity: 'of other severity',
  amount: 'of another amount',
  end: 'ended otherwise',
  words: 'in other words',
};

const moneyText = (sums: ReadonlyMap<string, bigint>): string =>
  [...sums].map(([currency, amountMinor]) => amountText(amountMinor, currency)).join(' + ');

/** One alert: what would be otherwise, of whose order, and the events that it rests on. */
export function alertLines(alert: ComparedAlert): readonly string[] {
  const shown = shownOf(alert);
  if (shown === null) return [];
  const { detectedAt, rule, severity, orderNo, amountMinor, currency, summary, evidence } = shown;
  const amount = amountMinor === 0n ? '-' : amountText(amountMinor, currency);
  return [
    `${alert.verdict.padEnd(7)}  ${isoOf(detectedAt)}  ${rule}  ${severity.padEnd(8)}  ${orderNo}  ${amount}  ${summary}`,
    ...differingLines(alert),
    `    ${evidence.map((each) => `${each.type} ${placeOf(each)}`).join(', ')}`,
  ];
}

function differingLines({ changes: found, was, would }: ComparedAlert): readonly string[] {
  if (was === null || would === null) return healedLines(was ?? would);
  return found.map((change) => {
    switch (change) {
      case 'earlier':
      case 'later':
        return `    raised ${isoOf(was.raised.detectedAt)}, would be ${isoOf(would.raised.detectedAt)}`;
      case 'severity':
        return `    severity ${was.raised.severity}, would be ${would.raised.severity}`;
      case 'amount':
        return `    at stake ${stakeOf(was)}, would be ${stakeOf(would)}`;
      case 'end':
        return `    ${endText(was)}, would be ${endText(would)}`;
      case 'words':
        return `    said "${was.raised.actual}", would say "${would.raised.actual}"`;
    }
  });
}

/** Whether it would have passed by itself is what decides about a grace. */
function healedLines(alert: SaidAlert | null): readonly string[] {
  if (alert?.end?.resolution !== 'AUTO_RESOLVED') return [];
  return [`    healed by itself after ${durationText(alert.end.atMs - alert.raised.detectedAt)}`];
}

const stakeOf = ({ raised }: SaidAlert): string => amountText(raised.amountMinor, raised.currency);

const endText = ({ end }: SaidAlert): string =>
  end === null ? 'stands' : `${end.resolution} at ${isoOf(end.atMs)}`;

/** The same for programs: both sides as events, times in epoch ms. */
export const alertJson = ({ verdict, changes: found, was, would }: ComparedAlert) => ({
  verdict,
  changes: found,
  was: was && { ...was.raised, end: was.end, endedByPerson: was.isEndedByPerson },
  would: would && { ...would.raised, end: would.end, endedByPerson: would.isEndedByPerson },
});

export const differenceJson = ({ atStake, ...rest }: RuleDifference) => ({
  ...rest,
  atStakeMinor: {
    new: Object.fromEntries(atStake.new),
    gone: Object.fromEntries(atStake.gone),
    changed: Object.fromEntries(atStake.changed),
    same: Object.fromEntries(atStake.same),
  },
});

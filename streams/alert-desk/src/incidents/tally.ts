import type { AlertEnd, IncidentCounts, MoneyAtStake } from '@plumbline/events';

/** What an alert adds to the numbers of an incident. */
export interface Counted {
  readonly amountMinor: bigint;
  readonly currency: string;
}

export interface Tally {
  readonly counts: IncidentCounts;
  readonly money: readonly MoneyAtStake[];
}

export const nothingCounted: Tally = {
  counts: {
    ...{ members: 0, open: 0, resolved: 0, autoResolved: 0 },
    ...{ superseded: 0, writtenOff: 0, suppressed: 0 },
  },
  money: [],
};

/** With another alert, which stands. */
export function joined({ counts, money }: Tally, { amountMinor, currency }: Counted): Tally {
  return {
    counts: { ...counts, members: counts.members + 1, open: counts.open + 1 },
    money: withMoney(money, { currency, amountMinor, openMinor: amountMinor }),
  };
}

/** After one of its alerts has ended. */
export function ended({ counts, money }: Tally, alert: Counted, end: AlertEnd): Tally {
  return {
    counts: withEnds({ ...counts, open: counts.open - 1 }, end, 1),
    money: withOpen(money, alert.currency, -alert.amountMinor),
  };
}

/** After one of its alerts that had ended stands again. */
export function reopened({ counts, money }: Tally, alert: Counted, end: AlertEnd): Tally {
  return {
    counts: withEnds({ ...counts, open: counts.open + 1 }, end, -1),
    money: withOpen(money, alert.currency, alert.amountMinor),
  };
}

function withEnds(counts: IncidentCounts, end: AlertEnd, by: 1 | -1): IncidentCounts {
  switch (end) {
    case 'RESOLVED':
      return { ...counts, resolved: counts.resolved + by };
    case 'AUTO_RESOLVED':
      return { ...counts, autoResolved: counts.autoResolved + by };
    case 'SUPERSEDED':
      return { ...counts, superseded: counts.superseded + by };
    case 'WRITTEN_OFF':
      return { ...counts, writtenOff: counts.writtenOff + by };
    case 'SUPPRESSED':
      return { ...counts, suppressed: counts.suppressed + by };
    case 'UNKNOWN':
      // From newer code: it stands no more, and how it ended is not ours to say.
      return counts;
  }
}

const withOpen = (money: readonly MoneyAtStake[], currency: string, openMinor: bigint) =>
  withMoney(money, { currency, amountMinor: 0n, openMinor });

function withMoney(
  money: readonly MoneyAtStake[],
  { currency, amountMinor, openMinor }: MoneyAtStake,
): readonly MoneyAtStake[] {
  const before = money.find((each) => each.currency === currency);
  const after = {
    currency,
    amountMinor: (before?.amountMinor ?? 0n) + amountMinor,
    openMinor: (before?.openMinor ?? 0n) + openMinor,
  };
  const others = money.filter((each) => each !== before);
  return [...others, after].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

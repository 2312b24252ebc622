import type { Evidence } from '@plumbline/events';
import type { Money } from '@plumbline/kernel';
import { formatMajor } from '@plumbline/kernel';
import type { Mismatch } from './lasting.ts';
import { isOwnAnswer } from './lasting.ts';
import type { OrderView } from './order-view.ts';
import type { PaymentView } from './payment-view.ts';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import type { JoinedView } from './view.ts';

const howSeen = 'order and payment events joined by order, in broker time';
const answerSeen = 'an answer of the gateway to a query, in broker time';

/** A log that others wrote may hold what no decider lets through: a debt is shown with its sign. */
export function sumOf({ amountMinor, currency }: Money): string {
  const isDebt = amountMinor < 0n;
  const text = formatMajor(isDebt ? -amountMinor : amountMinor, currency);
  return `${isDebt ? '-' : ''}${text} ${currency}`;
}

/** What the two name, where both are known; of a payment that ended unpaid no sum matters. */
interface Sums {
  readonly order: OrderView;
  readonly payment: PaymentView;
  /** What the order asks of a channel. */
  readonly due: Money;
  /** Money has been taken, or the order counts as paid. */
  readonly isMoved: boolean;
}

function sumsIn({ order, payment }: JoinedView): Sums | null {
  if (order === null || payment === null || order.due === null) return null;
  if (payment.terms === null || payment.terms.isMerchants) return null;
  if (payment.status === 'FAILED' || payment.status === 'CLOSED') return null;
  const isMoved = payment.status === 'SUCCESS' || order.status === 'PAID';
  return { order, payment, due: order.due, isMoved };
}

/** How both began, and by what the money moved. */
function evidenceIn({ order, payment }: Sums): readonly Evidence[] {
  const begun = [order.created, payment.created].filter((each) => each !== null);
  const paid = payment.status === 'SUCCESS' ? [payment.since] : [];
  return [...begun, ...paid, ...(order.status === 'PAID' ? [order.since] : [])];
}

/**
 * ALERTS.md, rule D: the order, its payment and what the order was paid with name one amount
 * (Azuriom#284: paid 0.01 for 100.00). Before money moves somebody should look; afterwards goods or
 * money are lost, which is another alert, for an alert's severity does not change.
 */
export const amountDiffers: Rule = {
  id: 'D',
  version: 1,
  title: 'Amount differs between order and payment',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen,
  find(view) {
    const sums = sumsIn(view);
    if (sums === null) return nothing;
    const { order, payment, due, isMoved } = sums;
    const differs = (sum: Money): boolean =>
      sum.currency === payment.currency && sum.amountMinor !== payment.amountMinor;
    const other = differs(due) ? due : order.paid;
    if (other === null || !differs(other)) return nothing;
    const asks = other === due ? 'asks for' : 'was paid with';
    const isMore = other.amountMinor > payment.amountMinor;
    return [
      {
        summary: `payment ${payment.payNo} is over ${sumOf(payment)} and the order ${asks} ${sumOf(other)}`,
        expected: `payment over ${sumOf(other)}`,
        actual: `payment over ${sumOf(payment)}`,
        evidence: evidenceIn(sums),
        condition: isMoved ? 'paid' : 'asked',
        severity: isMoved ? 'CRITICAL' : 'WARNING',
        atStake: isMore ? other : payment,
      },
    ];
  },
};

/** ALERTS.md, rule E: whatever the numbers, they are not of the same money (hyperswitch `conflicted`). */
export const currencyDiffers: Rule = {
  id: 'E',
  version: 1,
  title: 'Currency differs between order, payment and gateway',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen,
  find(view) {
    const facts = factsOf(view, 'CURRENCY');
    const differs = otherCurrency(view);
    return facts.length === 0 ? differs : [...differs, ...facts];
  },
};

function otherCurrency(view: JoinedView): readonly Finding[] {
  const sums = sumsIn(view);
  if (sums === null) return nothing;
  const { order, payment, due } = sums;
  const other = due.currency === payment.currency ? order.paid : due;
  if (other === null || other.currency === payment.currency) return nothing;
  return [
    {
      summary: `payment ${payment.payNo} is over ${sumOf(payment)} and the order names ${sumOf(other)}`,
      expected: `currency ${other.currency}`,
      actual: `currency ${payment.currency}`,
      evidence: evidenceIn(sums),
      condition: 'order',
    },
  ];
}

/**
 * ALERTS.md, rule F: the gateway itself, when asked, has taken more or less than was asked for. At
 * stake is what it has taken. Like all that it says of other money, nothing takes it back.
 */
export const otherAmountTaken: Rule = {
  id: 'F',
  version: 1,
  title: 'Under- or overpaid, says the gateway',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen: answerSeen,
  find: (view) => factsOf(view, 'AMOUNT'),
};

/** ALERTS.md, rule G: a second transaction for a payment that had succeeded (killbill#1015). */
export const paidTwice: Rule = {
  id: 'G',
  version: 1,
  title: 'Paid twice: a second transaction for one payment',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen: answerSeen,
  find: (view) => factsOf(view, 'TRANSACTION'),
};

type Asked = 'AMOUNT' | 'CURRENCY' | 'TRANSACTION';

function factsOf({ payment }: JoinedView, field: Asked): readonly Finding[] {
  if (payment === null || payment.lasting.mismatches.length === 0) return nothing;
  return payment.lasting.mismatches
    .filter((each) => each.field === field && isOwnAnswer(each))
    .map((each) => ({ ...wordsOf(payment, field, each), saidBy: each.seen, howSeen: answerSeen }));
}

function wordsOf(
  payment: PaymentView,
  field: Asked,
  { found, expected, seen }: Mismatch,
): Omit<Finding, 'saidBy'> {
  const { created, payNo, currency, status, since } = payment;
  const begun = created === null ? [] : [created];
  if (field === 'AMOUNT') return { ...otherAmount(payment, found), evidence: [...begun, seen] };
  if (field === 'CURRENCY')
    return {
      summary: `the gateway has taken ${found} for payment ${payNo}, which is over ${sumOf(payment)}`,
      expected: `currency ${currency}`,
      actual: `currency ${found}`,
      evidence: [...begun, seen],
    };
  const paid = status === 'SUCCESS' ? [since] : [];
  return {
    summary: `payment ${payNo} was paid by transaction ${expected} and by ${found} as well`,
    expected: `transaction ${expected} alone`,
    actual: `transaction ${found} as well`,
    evidence: [...begun, ...paid, seen],
  };
}

function otherAmount(
  payment: PaymentView,
  found: string,
): Pick<Finding, 'summary' | 'expected' | 'actual' | 'atStake'> {
  const { payNo, amountMinor, currency } = payment;
  const taken = { amountMinor: /^-?\d{1,18}$/.test(found) ? BigInt(found) : 0n, currency };
  const byMinor = taken.amountMinor - amountMinor;
  const isMore = byMinor > 0n;
  const by = sumOf({ amountMinor: isMore ? byMinor : -byMinor, currency });
  return {
    summary: `payment ${payNo} is ${isMore ? 'overpaid' : 'underpaid'} by ${by}`,
    expected: `${sumOf(payment)} taken`,
    actual: `${sumOf(taken)} taken`,
    atStake: taken,
  };
}

import type { Evidence } from '@plumbline/events';
import type { Money } from '@plumbline/kernel';
import { formatMajor } from '@plumbline/kernel';
import type { OrderView } from './order-view.ts';
import type { PaymentView } from './payment-view.ts';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import type { JoinedView } from './view.ts';

const howSeen = 'order and payment events joined by order, in broker time';

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
  find: (view) => otherCurrency(view),
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

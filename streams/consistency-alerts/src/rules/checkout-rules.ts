import type { Evidence } from '@plumbline/events';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import type { ExcessReturn, StockView } from './stock-view.ts';
import { excessOf } from './stock-view.ts';
import type { JoinedView } from './view.ts';

/**
 * ALERTS.md, rule R: goods or money stay put aside, or goods come back that were not
 * (mollie/WooCommerce#1252: stock that was released twice). A checkout has two
 * things to do, each in its time: to bring its order to the payment, and, once the order has ended,
 * to hand over or to give back. It is judged by the order's events and its own end alone, so that
 * one that says nothing any more is found as well. What comes back is asked of the item.
 */
export const checkoutIsStuck: Rule = {
  id: 'R',
  version: 1,
  title: 'Checkout stuck, or goods given back twice',
  severity: 'WARNING',
  graceMs: 60_000,
  parameters: [
    {
      ...{ name: 'excessGraceMs', unit: 'ms', default: 0, min: 0, max: 7 * 24 * 3_600_000 },
      meaning: 'how long pieces that came back twice may not be written off',
    },
  ],
  howSeen: 'order and checkout events joined by order, in broker time',
  find(view) {
    const { stock } = view;
    const stuckOnes = findStuck(view);
    // An item and an order may have one number.
    if (stock === null || stock.excess.length === 0) return stuckOnes;
    return [...stuckOnes, ...stock.excess.map((excess) => givenBackTwice(stock, excess))];
  },
};

function findStuck({ order, checkout }: JoinedView): readonly Finding[] {
  if (order === null || checkout === null || checkout.hasEnded) return nothing;
  const { newest } = checkout;
  switch (order.status) {
    case 'PENDING':
      return [
        stuck(checkout, {
          condition: 'before-payment',
          summary: `the order is still PENDING, ${last(newest)}`,
          expected: 'order WAITING_PAYMENT, or ended',
          evidence: [order.since],
        }),
      ];
    case 'WAITING_PAYMENT':
      // As long as the buyer may pay, nothing is late.
      return nothing;
    case 'PAID':
      return [
        stuck(checkout, {
          condition: 'after-end',
          summary: `the order is PAID and not handed over, ${last(newest)}`,
          expected: 'checkout completed',
          evidence: [order.since],
        }),
      ];
    case 'FAILED':
    case 'EXPIRED':
    case 'CANCELLED':
      return [
        stuck(checkout, {
          condition: 'after-end',
          summary: `the order is ${order.status} and not everything is given back, ${last(newest)}`,
          expected: 'checkout compensated',
          evidence: [order.since],
        }),
      ];
  }
}

/** A shop offers pieces that are not there: whoever buys them waits in vain. */
function givenBackTwice(stock: StockView, excess: ExcessReturn): Finding {
  const { reservationId, orderNo, quantity, reserved, seen } = excess;
  const tooMany = excessOf(excess);
  const whose = orderNo === null ? '' : ` of order ${orderNo}`;
  const why = reserved === null ? 'which is not open' : `which has ${reserved.quantity}`;
  return {
    summary: `${quantity} came back of reservation ${reservationId}${whose}, ${why}`,
    expected: `${quantity - tooMany} given back`,
    actual: `${quantity} given back by ${seen.type}`,
    evidence: reserved === null ? [seen] : [reserved.seen, seen],
    severity: 'CRITICAL',
    saidBy: seen,
    grace: 'excessGraceMs',
    atStake: { amountMinor: BigInt(tooMany) * stock.unitAmountMinor, currency: stock.currency },
    howSeen: 'events of the item, in broker time',
  };
}

const last = (newest: Evidence | null): string =>
  newest === null ? 'and its checkout never began' : `after ${newest.type}`;

function stuck(
  { newest, amountMinor, currency }: NonNullable<JoinedView['checkout']>,
  finding: Pick<Finding, 'summary' | 'expected' | 'evidence'> & { readonly condition: string },
): Finding {
  const actual = newest === null ? 'nothing from the checkout' : newest.type;
  const evidence = newest === null ? finding.evidence : [...finding.evidence, newest];
  return { ...finding, actual, evidence, atStake: { amountMinor, currency } };
}

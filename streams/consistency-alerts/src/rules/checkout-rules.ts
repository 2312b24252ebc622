import type { Evidence } from '@plumbline/events';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import type { JoinedView } from './view.ts';

/**
 * ALERTS.md, rule R: goods or money stay put aside (mollie/WooCommerce#1252). A checkout has two
 * things to do, each in its time: to bring its order to the payment, and, once the order has ended,
 * to hand over or to give back. It is judged by the order's events and its own end alone, so that
 * one that says nothing any more is found as well.
 */
export const checkoutIsStuck: Rule = {
  id: 'R',
  version: 1,
  title: 'Checkout stuck: goods or money stay put aside',
  severity: 'WARNING',
  graceMs: 60_000,
  howSeen: 'order and checkout events joined by order, in broker time',
  find({ order, checkout }) {
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
  },
};

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

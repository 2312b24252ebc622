import { endedUnpaid, open } from './order-view.ts';
import type { Rule } from './rule.ts';
import { nothing } from './rule.ts';

const howSeen = 'order and payment events joined by order, in broker time';

/** Contract 3: the payment succeeded, and an open order does not show it. */
export const orderDoesNotShowPayment: Rule = {
  id: 'A',
  version: 1,
  title: 'Payment succeeded, order does not show it',
  severity: 'WARNING',
  graceMs: 60_000,
  howSeen,
  find({ order, payment }) {
    if (payment?.status !== 'SUCCESS' || order === null || !open.has(order.status)) return nothing;
    return [
      {
        summary: `payment ${payment.payNo} succeeded and the order is still ${order.status}`,
        expected: 'order PAID',
        actual: `order ${order.status}`,
        evidence: [payment.since, order.since],
      },
    ];
  },
};

/**
 * Contract 3: the order is PAID, and the payment failed or a validly signed report says so. The
 * report changes no state; it is evidence, until a later one agrees again.
 */
export const paidOrderFailedPayment: Rule = {
  id: 'B',
  version: 1,
  title: 'Order paid, payment failed',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen,
  find({ order, payment }) {
    if (order?.status !== 'PAID' || payment === null) return nothing;
    if (payment.status === 'FAILED') {
      return [
        {
          summary: `the order is PAID and payment ${payment.payNo} is FAILED`,
          expected: 'payment SUCCESS',
          actual: 'payment FAILED',
          evidence: [order.since, payment.since],
        },
      ];
    }
    if (payment.contradiction?.reported !== 'FAILED') return nothing;
    return [
      {
        summary: `the order is PAID and the gateway reports that payment ${payment.payNo} failed`,
        expected: 'gateway reports SUCCESS',
        actual: 'gateway reports FAILED',
        evidence: [order.since, payment.since, payment.contradiction.seen],
      },
    ];
  },
};

/**
 * Contract 3: money came for an order that had ended unpaid. The two may also cross — success
 * first, the end of the order a moment later — and the buyer's money is held for nothing all the
 * same (docs/decisions/0004-rule-c-both-ways.md).
 */
export const lateSuccess: Rule = {
  id: 'C',
  version: 1,
  title: 'Payment succeeded, order ended unpaid',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen,
  find({ order, payment }) {
    if (order === null || payment === null || !endedUnpaid.has(order.status)) return nothing;
    const late = payment.contradiction?.reported === 'SUCCESS' ? payment.contradiction.seen : null;
    const received = payment.status === 'SUCCESS' ? payment.since : late;
    if (received === null) return nothing;
    return [
      {
        summary: `payment ${payment.payNo} succeeded and the order had ended ${order.status}`,
        expected: 'no money for an ended order',
        actual: `order ${order.status}, payment succeeded`,
        evidence: late === null ? [order.since, received] : [order.since, payment.since, received],
      },
    ];
  },
};

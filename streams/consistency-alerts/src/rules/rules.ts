import { checkoutIsStuck } from './checkout-rules.ts';
import { merchantIsNotTold } from './endpoint-rules.ts';
import { oneNumberForTwo, reportOfSomethingElse } from './payment-rules.ts';
import { moneyWithoutOrder } from './receiving-rules.ts';
import type { Rule, RuleId } from './rule.ts';
import { nothing } from './rule.ts';
import type { OrderStatus } from './view.ts';

const howSeen = 'order and payment events joined by order, in broker time';

const open: ReadonlySet<OrderStatus> = new Set(['PENDING', 'WAITING_PAYMENT']);
const endedUnpaid: ReadonlySet<OrderStatus> = new Set(['FAILED', 'EXPIRED', 'CANCELLED']);

/** Contract 3: the payment succeeded, and an open order does not show it. */
const orderDoesNotShowPayment: Rule = {
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
const paidOrderFailedPayment: Rule = {
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
const lateSuccess: Rule = {
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

export const rules: readonly Rule[] = [
  orderDoesNotShowPayment,
  paidOrderFailedPayment,
  lateSuccess,
  moneyWithoutOrder,
  checkoutIsStuck,
  merchantIsNotTold,
  reportOfSomethingElse,
  oneNumberForTwo,
];

/** Which rule takes over when an alert's condition ends because something worse began, and why. */
export const supersededBy: Readonly<
  Partial<Record<RuleId, { readonly by: RuleId; readonly reason: string }>>
> = { A: { by: 'C', reason: 'the order ended unpaid' } };

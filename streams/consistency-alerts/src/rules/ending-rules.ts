import type { OrderView } from './order-view.ts';
import { endedUnpaid, open } from './order-view.ts';
import type { PaymentView } from './payment-view.ts';
import { isOpen, isUnknown } from './payment-view.ts';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';

const howSeen = 'order and payment events joined by order, in broker time';
const minuteMs = 60_000;
const weekMs = 7 * 24 * 60 * minuteMs;

/**
 * ALERTS.md, rule L: the order says that a payment paid it, and the log has no success of that
 * payment (open-mercato#1311, new-api#4353: a forged callback). The two topics are read apart: the
 * grace is for what is on its way. Where the payment failed, B says so.
 */
export const orderPaidByNothing: Rule = {
  id: 'L',
  version: 1,
  title: 'Order paid, and nothing shows the payment',
  severity: 'CRITICAL',
  graceMs: 5_000,
  howSeen,
  find({ order, payment }) {
    if (order?.status !== 'PAID' || order.paid === null) return nothing;
    const { paid } = order;
    const named = payment?.payNo === paid.payNo ? payment : null;
    if (named?.status === 'SUCCESS' || named?.paidLate) return nothing;
    if (payment?.status === 'FAILED' || payment?.contradiction?.reported === 'FAILED')
      return nothing;
    const actual = named === null ? 'no such payment' : `payment ${named.status}`;
    return [
      {
        summary: `the order is PAID by payment ${paid.payNo} and nothing shows that it was paid`,
        expected: `payment ${paid.payNo} SUCCESS`,
        actual,
        evidence: payment === null ? [order.since] : [payment.since, order.since],
        atStake: paid,
      },
    ];
  },
};

/**
 * ALERTS.md, rule M: a payment at a gateway does not end in its time (hyperswitch#13180,
 * lago#1223). It is asked about and closed there when its time is over, so that one that is still
 * open long after is one that nobody gets an answer about. What people serve by hand, only its
 * callback ends: nobody can be asked, and most that stay open are of buyers who went away.
 */
export const paymentIsStuck: Rule = {
  id: 'M',
  version: 1,
  title: 'Payment stuck: open or unknown beyond its time',
  severity: 'WARNING',
  graceMs: 10 * minuteMs,
  parameters: [
    {
      ...{ name: 'unknownGraceMs', unit: 'ms', default: 10 * minuteMs, min: 0, max: weekMs },
      meaning: 'how long nobody may know whether the gateway has the payment',
    },
  ],
  howSeen,
  find({ payment }) {
    if (payment === null || !isOpen(payment) || payment.terms === null) return nothing;
    const { terms, since } = payment;
    if (!terms.isLed) return nothing;
    // One alert for one cause: what became unknown when its time was over is stuck since then.
    const isLost = isUnknown(payment) && since.time < terms.expireAtMs;
    return [isLost ? unknownFor(payment) : openBeyond(payment, terms.expireAtMs)];
  },
};

const unknownFor = (payment: PaymentView): Finding => ({
  summary: `nobody knows whether the gateway has payment ${payment.payNo}`,
  expected: 'the gateway says how the payment stands',
  actual: 'payment unknown',
  evidence: stages(payment),
  condition: 'unknown',
  sinceMs: payment.since.time,
  grace: 'unknownGraceMs',
});

const openBeyond = (payment: PaymentView, expireAtMs: number): Finding => ({
  summary: `payment ${payment.payNo} is still ${payment.status} and its time is over`,
  expected: 'payment ended',
  actual: isUnknown(payment) ? 'payment unknown' : `payment ${payment.status}`,
  evidence: stages(payment),
  condition: 'open',
  sinceMs: expireAtMs,
});

const stages = ({ created, since }: PaymentView) =>
  created === null || created.eventId === since.eventId ? [since] : [created, since];

/**
 * ALERTS.md, rule P: one of the two has ended, and the other goes on (jeepay,
 * woocommerce-gateway-stripe#5759). Who pays an order that has ended is owed a refund; who waits for
 * a payment that has ended waits in vain.
 */
export const orderStillPayable: Rule = {
  id: 'P',
  version: 1,
  title: 'Ended here and still open there: order or payment',
  severity: 'WARNING',
  graceMs: minuteMs,
  howSeen,
  find({ order, payment }) {
    if (order === null || payment === null || payment.terms === null) return nothing;
    const { isLed, isMerchants } = payment.terms;
    if (isMerchants) return nothing;
    if (isLed && endedUnpaid.has(order.status) && isOpen(payment))
      return [oneWentOn('payable', order, payment)];
    const isUnpaid = payment.status === 'FAILED' || payment.status === 'CLOSED';
    if (isUnpaid && open.has(order.status)) return [oneWentOn('order-open', order, payment)];
    return nothing;
  },
};

function oneWentOn(
  condition: 'payable' | 'order-open',
  order: OrderView,
  payment: PaymentView,
): Finding {
  const isPayable = condition === 'payable';
  return {
    summary: isPayable
      ? `the order is ${order.status} and payment ${payment.payNo} may still be paid`
      : `payment ${payment.payNo} is ${payment.status} and the order is still ${order.status}`,
    expected: isPayable ? 'payment ended' : 'order ended',
    actual: isPayable ? `payment ${payment.status}` : `order ${order.status}`,
    evidence: isPayable ? [order.since, payment.since] : [payment.since, order.since],
    condition,
  };
}

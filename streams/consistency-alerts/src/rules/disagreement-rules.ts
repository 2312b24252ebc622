import { lateSuccess, paidOrderFailedPayment } from './contract-rules.ts';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import type { JoinedView } from './view.ts';

const minuteMs = 60_000;

/**
 * ALERTS.md, rule N: what the gateway says of its own accord and what it answers do not agree
 * (hyperswitch's forced sync), and neither B nor C says so: of payments of merchants, whose orders
 * are not here, and of orders in other states. The next query settles it.
 */
export const wordsDisagree: Rule = {
  id: 'N',
  version: 1,
  title: 'What the gateway reports and what it answers disagree',
  severity: 'WARNING',
  graceMs: minuteMs,
  howSeen: 'reports and answers of the gateway, in broker time',
  find(view) {
    const { payment } = view;
    if (payment === null || (payment.contradiction === null && payment.doubt === null))
      return nothing;
    return [...contradicted(view), ...doubted(view)];
  },
};

function contradicted(view: JoinedView): readonly Finding[] {
  const { payment } = view;
  if (payment === null || payment.contradiction === null) return nothing;
  if (paidOrderFailedPayment.find(view).length > 0) return nothing;
  if (lateSuccess.find(view).length > 0) return nothing;
  const { payNo, status, since, contradiction } = payment;
  return [
    {
      summary: `payment ${payNo} is ${status} and the gateway reports ${contradiction.reported}`,
      expected: `gateway reports ${status}`,
      actual: `gateway reports ${contradiction.reported}`,
      evidence: [since, contradiction.seen],
      condition: 'report',
    },
  ];
}

function doubted({ payment }: JoinedView): readonly Finding[] {
  if (payment === null || payment.status !== 'SUCCESS' || payment.doubt === null) return nothing;
  const { payNo, since, doubt } = payment;
  return [
    {
      summary: `payment ${payNo} succeeded and the gateway answers ${doubt.answer}`,
      expected: 'gateway answers PAID',
      actual: `gateway answers ${doubt.answer}`,
      evidence: [since, doubt.seen],
      condition: 'answer',
    },
  ];
}

/**
 * ALERTS.md, rule O: an event that would leave an end (mollie/WooCommerce#1252, NEARBuilders#209).
 * Nothing moves by it, and whoever wrote it is to be found. That a success failed is B, and that
 * money came after an end is C.
 */
export const movesBackward: Rule = {
  id: 'O',
  version: 1,
  title: 'An event that would move backwards',
  severity: 'WARNING',
  graceMs: 0,
  howSeen: 'an event of the order or the payment, in broker time',
  find({ backward, order, payment }) {
    if (backward.length === 0) return nothing;
    return backward.map(({ was, seen }) => ({
      summary: `${seen.type} came after the end: ${was}`,
      expected: `${was} stays`,
      actual: seen.type,
      evidence: [order, payment]
        .flatMap((each) =>
          each?.status === was && each.since.topic === seen.topic ? [each.since] : [],
        )
        .concat(seen),
      saidBy: seen,
    }));
  },
};

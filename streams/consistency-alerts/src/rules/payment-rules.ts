import type { Evidence } from '@plumbline/events';
import type { OtherRequest, SharedTransaction } from './lasting.ts';
import { isOwnAnswer } from './lasting.ts';
import { otherReportsOf } from './receiving-rules.ts';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import type { PaymentView } from './payment-view.ts';

/** Both ask no order, so that they hold for payments of merchants, whose orders are not here. */
const howSeen = 'an event of the payment, in broker time';

/**
 * A signed callback speaks of something else than was asked for; what the gateway says of it when it
 * is asked, rules E, F and G say instead. Nothing moved by it; but
 * money may lie at the gateway that nobody here knows of. A later report that is right says nothing
 * of where the other money is, so it heals nothing.
 */
export const reportOfSomethingElse: Rule = {
  id: 'V',
  version: 1,
  title: 'Gateway speaks of another merchant, amount, currency or transaction',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen,
  find({ payment }) {
    if (payment === null || payment.lasting.mismatches.length === 0) return nothing;
    const said = payment.lasting.mismatches.filter((each) => !isOwnAnswer(each));
    return said.map(({ field, expected, found, seen }) => {
      const what = field.toLowerCase();
      return {
        summary: `the gateway names another ${what} than payment ${payment.payNo} has`,
        expected: `${what} ${expected}`,
        actual: `${what} ${found}`,
        evidence: standingOn(payment, [seen]),
        saidBy: seen,
      };
    });
  },
};

/**
 * What must stand for one thing stands for two: a transaction of the gateway behind two payments, of
 * which one was not paid; a merchant's order number with other parameters, which was refused; or the
 * number of money with other money, which was kept out.
 */
export const oneNumberForTwo: Rule = {
  id: 'Z',
  version: 1,
  title: 'One transaction on two payments, or one number with other parameters',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen,
  find({ payment, receiving }) {
    const reports = receiving === null ? nothing : otherReportsOf(receiving);
    if (payment === null) return reports;
    const { transactions, requests } = payment.lasting;
    if (transactions.length === 0 && requests.length === 0) return reports;
    return [
      ...reports,
      ...transactions.map((fact) => sharedTransaction(payment, fact)),
      ...requests.map((fact) => otherRequest(payment, fact)),
    ];
  },
};

function sharedTransaction(payment: PaymentView, fact: SharedTransaction): Finding {
  const { channel, gatewayTransactionId: id, otherPayNo, otherTenant, otherOrderNo, seen } = fact;
  const late = payment.contradiction?.reported === 'SUCCESS' ? payment.contradiction.seen : null;
  const paid = payment.status === 'SUCCESS' ? payment.since : late;
  return {
    summary: `transaction ${id} of ${channel} paid payment ${otherPayNo} and ${payment.payNo}`,
    expected: 'one payment for one transaction',
    actual: `also on payment ${otherPayNo} of order ${otherTenant}/${otherOrderNo}`,
    evidence: standingOn(payment, paid === null ? [seen] : [paid, seen]),
    saidBy: seen,
  };
}

function otherRequest(payment: PaymentView, { fields, seen }: OtherRequest): Finding {
  const other = fields.join(', ');
  return {
    summary: `payment ${payment.payNo} was asked for again under its number with other ${other}`,
    expected: 'the same parameters under the same number',
    actual: `other ${other}`,
    evidence: standingOn(payment, [seen]),
    severity: 'WARNING',
    saidBy: seen,
  };
}

/** What was asked for first, where it is still known, and what speaks against it. */
const standingOn = ({ created }: PaymentView, events: readonly Evidence[]): readonly Evidence[] =>
  created === null ? events : [created, ...events];

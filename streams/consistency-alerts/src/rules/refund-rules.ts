import type { Evidence } from '@plumbline/events';
import { isOwnAnswer } from './lasting.ts';
import type { PaymentView } from './payment-view.ts';
import type { OpenRefund } from './refunded-money.ts';
import { reservedByNumber, reservedMinor } from './refunded-money.ts';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import { sumOf } from './sum-rules.ts';

/** They ask no order: refunds of merchants' payments are looked at as well. */
const howSeen = 'events of the payment and its refunds, in broker time';
const hourMs = 3_600_000;
const monthMs = 31 * 24 * hourMs;

/** The event by which money was taken that refunds give back; `null` where none was. */
const captureOf = ({ status, since, paidLate }: PaymentView): Evidence | null =>
  status === 'SUCCESS' ? since : paidLate;

/** What an earlier version kept says neither how it was paid late nor what was refunded. */
const isKnown = (payment: PaymentView | null): payment is PaymentView =>
  payment !== null && payment.terms !== null;

/**
 * What one transaction took, minor units: the same as the first by each other one that the gateway named
 * when it was asked, for one of another amount would be told as that; nothing by one that it never named.
 */
const takenMinor = (
  { amountMinor, lasting }: PaymentView,
  transactionId: string | null,
): bigint => {
  const isNamed = lasting.mismatches.some(
    (each) => each.field === 'TRANSACTION' && isOwnAnswer(each) && each.found === transactionId,
  );
  return transactionId === null || isNamed ? amountMinor : 0n;
};

/** What of ours is beyond what its own transaction took, minor units. */
function oursBeyondMinor(payment: PaymentView): bigint {
  let beyondMinor = 0n;
  for (const [transactionId, minor] of reservedByNumber(payment.refunds)) {
    const taken = takenMinor(payment, transactionId);
    if (minor > taken) beyondMinor += minor - taken;
  }
  return beyondMinor;
}

/**
 * What the gateway says that went back beyond what was taken, minor units. It says so in one sum: money
 * of a second transaction may be in it as far as it is given back by its number, and no further, for
 * that one was named is no reason why more of the first should go back.
 */
function theirsBeyondMinor(payment: PaymentView): bigint {
  let mayBeMinor = payment.amountMinor;
  for (const [transactionId, minor] of reservedByNumber(payment.refunds)) {
    if (transactionId === null) continue;
    const taken = takenMinor(payment, transactionId);
    mayBeMinor += minor < taken ? minor : taken;
  }
  const beyondMinor = atGatewayMinor(payment) - mayBeMinor;
  return beyondMinor > 0n ? beyondMinor : 0n;
}

/** What the gateway says that went back; of nothing it is often not said. */
const atGatewayMinor = ({ refunds }: PaymentView): bigint => refunds.atGateway?.amountMinor ?? 0n;

/**
 * ALERTS.md, rule H: more goes back than was taken (hyperswitch#13182: two refunds at once). The
 * payment refuses that; another log or the gateway may show it all the same.
 */
export const refundsExceedCapture: Rule = {
  id: 'H',
  version: 3,
  title: 'Refunds exceed what was captured',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen,
  find({ payment }) {
    if (!isKnown(payment)) return nothing;
    const capture = captureOf(payment);
    if (capture === null) return nothing;
    const { currency, refunds } = payment;
    const oursMinor = oursBeyondMinor(payment);
    const theirsMinor = theirsBeyondMinor(payment);
    if (oursMinor === 0n && theirsMinor === 0n) return nothing;
    const isTheirs = theirsMinor > oursMinor;
    const beyondMinor = isTheirs ? theirsMinor : oursMinor;
    const mostMinor = isTheirs ? atGatewayMinor(payment) : reservedMinor(refunds);
    const captured = sumOf({ amountMinor: mostMinor - beyondMinor, currency });
    const refunded = sumOf({ amountMinor: mostMinor, currency });
    const seen = isTheirs ? (refunds.atGateway?.seen ?? null) : refunds.newest;
    return [
      {
        summary: `${refunded} of payment ${payment.payNo} go back, of which ${captured} were captured`,
        expected: `at most ${captured} refunded`,
        actual: `${refunded} refunded${isTheirs ? ', says the gateway' : ' or asked for'}`,
        evidence: seen === null ? [capture] : [capture, seen],
        atStake: { amountMinor: beyondMinor, currency },
      },
    ];
  },
};

/**
 * ALERTS.md, rule I: a refund of what nobody paid (jeepay). An answer that names a refund and says
 * PAID as well brings the success with it, and is no contradiction.
 */
export const refundOfNothing: Rule = {
  id: 'I',
  version: 1,
  title: 'Refund of a payment that was never paid',
  severity: 'CRITICAL',
  graceMs: 0,
  howSeen,
  find({ payment }) {
    if (!isKnown(payment) || captureOf(payment) !== null) return nothing;
    const { refunds, currency, status, payNo, since } = payment;
    const oursMinor = reservedMinor(refunds);
    const theirs = refunds.atGateway?.saysPaid === false ? refunds.atGateway : null;
    const theirsMinor = theirs?.amountMinor ?? 0n;
    if (oursMinor <= 0n && theirsMinor <= 0n) return nothing;
    const amountMinor = oursMinor > theirsMinor ? oursMinor : theirsMinor;
    const refunded = sumOf({ amountMinor, currency });
    const seen = oursMinor > 0n ? refunds.newest : (theirs?.seen ?? null);
    return [
      {
        summary: `${refunded} of payment ${payNo} go back, and it is ${status}`,
        expected: 'no refund of what was not paid',
        actual: `payment ${status}, ${refunded} refunded`,
        evidence: seen === null ? [since] : [since, seen],
        atStake: { amountMinor, currency },
      },
    ];
  },
};

/**
 * ALERTS.md, rule J: a refund does not get on, or the gateway has done one that nobody asked for
 * here. A gateway that has taken a refund may give it days; one that has not taken it in an hour is
 * asked in vain, however often nothing is answered.
 */
export const refundIsStuck: Rule = {
  id: 'J',
  version: 1,
  title: 'Refund stuck, or done at the gateway only',
  severity: 'WARNING',
  graceMs: hourMs,
  parameters: [
    {
      ...{ name: 'processingGraceMs', unit: 'ms', default: 72 * hourMs, min: 0, max: monthMs },
      meaning: 'how long the gateway may take for a refund that it has taken on',
    },
  ],
  howSeen,
  find({ payment }) {
    if (!isKnown(payment)) return nothing;
    const { refunds } = payment;
    if (refunds.open.length === 0 && refunds.atGateway === null) return nothing;
    return [...refunds.open.map((refund) => stuck(payment, refund)), ...elsewhere(payment)];
  },
};

function stuck({ currency, payNo }: PaymentView, refund: OpenRefund): Finding {
  const { refundId, amountMinor, stage, since } = refund;
  const isTaken = stage === 'PROCESSING';
  const sum = { amountMinor, currency };
  return {
    summary: isTaken
      ? `the gateway has taken refund ${refundId} of ${sumOf(sum)} of payment ${payNo} and does not end it`
      : `refund ${refundId} of ${sumOf(sum)} of payment ${payNo} is asked for and not known to be taken`,
    expected: isTaken ? 'refund ended' : 'refund taken by the gateway, or ended',
    actual: isTaken ? 'refund PROCESSING' : 'refund neither taken nor refused',
    evidence: [since],
    condition: `${refundId}/${isTaken ? 'processing' : 'asked'}`,
    sinceMs: since.time,
    ...(isTaken ? { grace: 'processingGraceMs' } : {}),
    atStake: sum,
  };
}

/** More went back there than is known here, and no more than was taken: beyond that H says so. */
function elsewhere(payment: PaymentView): readonly Finding[] {
  const { refunds, currency, payNo } = payment;
  const capture = captureOf(payment);
  const { atGateway } = refunds;
  if (capture === null || atGateway === null) return nothing;
  const oursMinor = reservedMinor(refunds);
  if (atGateway.amountMinor <= oursMinor || theirsBeyondMinor(payment) > 0n) return nothing;
  const theirs = sumOf({ amountMinor: atGateway.amountMinor, currency });
  const ours = sumOf({ amountMinor: oursMinor, currency });
  return [
    {
      summary: `the gateway has given back ${theirs} of payment ${payNo}, of which ${ours} are known here`,
      expected: `${ours} refunded`,
      actual: `${theirs} refunded, says the gateway`,
      evidence: [capture, atGateway.seen],
      condition: 'elsewhere',
      atStake: { amountMinor: atGateway.amountMinor - oursMinor, currency },
    },
  ];
}

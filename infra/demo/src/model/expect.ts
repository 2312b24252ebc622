import type { OrderStatus } from '../plan/stories.ts';
import type { Fact, Journal, Outage, Reported } from './journal.ts';

/**
 * What must be found of an order, worked out from what the driver did and was answered, by the words
 * of contracts 1 and 3. It shares no code with the platform: where the two differ, one is wrong.
 */
export interface Expected {
  readonly orderNo: string;
  readonly story: string;
  readonly status: OrderStatus;
  /** How its payment ended; OPEN for one that has not. */
  readonly payment: 'OPEN' | 'SUCCESS' | 'FAILED';
  readonly alerts: AlertCounts;
  /** Answers that the contracts do not allow for what had been done before. */
  readonly wrongAnswers: readonly string[];
}

export type RuleName = 'A' | 'B' | 'C';
export const ruleNames: readonly RuleName[] = ['A', 'B', 'C'];

export interface AlertCount {
  readonly raised: number;
  readonly resolved: number;
}
export type AlertCounts = Readonly<Record<RuleName, AlertCount>>;

interface Belief {
  order: OrderStatus;
  payment: Expected['payment'];
  /** What the newest report said, if that is not how the payment ended. */
  otherwise: boolean;
  readonly taken: Map<string, Set<string>>;
  readonly open: Set<RuleName>;
  readonly counts: Record<RuleName, { raised: number; resolved: number }>;
  readonly wrong: string[];
}

export function expectationOf(journal: Journal, outage: Outage | null): Expected {
  const belief: Belief = {
    order: 'PENDING',
    payment: 'OPEN',
    otherwise: false,
    taken: new Map(),
    open: new Set(),
    counts: { A: none(), B: none(), C: none() },
    wrong: [],
  };
  for (const fact of journal.facts) take(belief, fact, outage);
  const neverPaid = belief.order === 'PENDING' || belief.order === 'WAITING_PAYMENT';
  return {
    orderNo: journal.orderNo,
    story: journal.story,
    status: neverPaid && journal.expires ? 'EXPIRED' : belief.order,
    payment: belief.payment,
    alerts: belief.counts,
    wrongAnswers: [...belief.wrong, ...(journal.problem === null ? [] : [journal.problem])],
  };
}

const none = () => ({ raised: 0, resolved: 0 });

function take(belief: Belief, fact: Fact, outage: Outage | null): void {
  switch (fact.fact) {
    case 'placed':
      return;
    case 'payment-opened':
      if (belief.order === 'PENDING') belief.order = 'WAITING_PAYMENT';
      return;
    case 'cancelled':
      belief.order = 'CANCELLED';
      return;
    case 'order-seen':
      // Time alone may end an order without anything that the driver did.
      if (fact.status === 'EXPIRED' && isOpen(belief)) belief.order = 'EXPIRED';
      return;
    case 'reported':
      takeReport(belief, fact, outage);
  }
}

const isOpen = ({ order }: Belief): boolean => order === 'PENDING' || order === 'WAITING_PAYMENT';

function takeReport(belief: Belief, report: Reported, outage: Outage | null): void {
  const should = answerTo(belief, report);
  const byEarlierAttempt = report.repeated && report.answer === 'IGNORED' && !report.forged;
  if (report.answer !== should && !byEarlierAttempt) {
    belief.wrong.push(
      `report ${report.status} ${report.letter} was answered ${report.answer}, not ${should}`,
    );
  }
  if (report.forged) return;
  const before = belief.taken.get(report.letter) ?? new Set();
  if (before.has(report.status)) return;
  belief.taken.set(report.letter, new Set([...before, report.status]));
  if (belief.payment === 'OPEN') endPayment(belief, report, outage);
  // An id that has said both speaks against the end, and never in its favour.
  else if (report.status !== belief.payment) belief.otherwise = true;
  else if (before.size === 0) belief.otherwise = false;
  judge(belief);
}

/** Contract 1: what moved the payment is PROCESSED, whatever comes after is IGNORED. */
function answerTo({ payment }: Belief, { forged }: Reported): Reported['answer'] {
  if (forged) return 'REFUSED';
  return payment === 'OPEN' ? 'PROCESSED' : 'IGNORED';
}

function endPayment(belief: Belief, report: Reported, outage: Outage | null): void {
  belief.payment = report.status;
  if (!isOpen(belief)) return;
  belief.order = report.status === 'SUCCESS' ? 'PAID' : 'FAILED';
  if (report.status === 'FAILED' || outage === null) return;
  const missed = missedBy(report, outage);
  if (missed === 'uncertain') {
    belief.wrong.push('it was paid when it is not certain whether Rule A must speak');
  } else if (missed === 'yes') {
    // Raised when the grace is over, and healed when the orders process is back.
    belief.counts.A.raised += 1;
    belief.counts.A.resolved += 1;
  }
}

/** Whether the orders process was away for the whole grace that began with this report. */
function missedBy(report: Reported, outage: Outage): 'yes' | 'no' | 'uncertain' {
  if (report.answeredAtMs <= outage.downFromMs || report.sentAtMs >= outage.upFromMs) return 'no';
  const surely =
    report.sentAtMs >= outage.downFromMs &&
    report.answeredAtMs + outage.graceMs + outage.marginMs <= outage.upFromMs;
  return surely ? 'yes' : 'uncertain';
}

/** B: paid, and reported as failed. C: ended unpaid, and money came. */
function judge(belief: Belief): void {
  const { order, payment, otherwise } = belief;
  const reportedPaid = payment === 'SUCCESS' || (payment === 'FAILED' && otherwise);
  const endedUnpaid = order === 'FAILED' || order === 'EXPIRED' || order === 'CANCELLED';
  hold(belief, 'B', order === 'PAID' && payment === 'SUCCESS' && otherwise);
  hold(belief, 'C', endedUnpaid && reportedPaid);
}

function hold(belief: Belief, rule: RuleName, holds: boolean): void {
  if (holds === belief.open.has(rule)) return;
  if (holds) {
    belief.open.add(rule);
    belief.counts[rule].raised += 1;
  } else {
    belief.open.delete(rule);
    belief.counts[rule].resolved += 1;
  }
}

import { formatMajor } from '@plumbline/kernel';
import type { PaymentView } from './payment-view.ts';
import type { OtherReport, ReceivingView, UnmatchedMoney } from './received-money.ts';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import type { UnclaimedPaid, UnclaimedView } from './unclaimed-view.ts';

const howSeen = 'an event of the account that was paid into, in broker time';

/**
 * ALERTS.md, rule K: money came in, and is no order's (contract 0; saleor#14733, shopper#658). On an
 * account that people pay into it stands until the account says whose it is, or a person that it is
 * nobody's; of a payment, until its order appears; of callbacks for which there is no payment, until
 * it is created.
 */
export const moneyWithoutOrder: Rule = {
  id: 'K',
  version: 1,
  title: 'Money came in, and there is no order for it',
  severity: 'WARNING',
  graceMs: 0,
  parameters: [
    {
      ...{ name: 'orderGraceMs', unit: 'ms', default: 60_000, min: 0, max: 7 * 86_400_000 },
      meaning: 'how long the order of a payment that was paid may not be there yet',
    },
    {
      ...{ name: 'callbackGraceMs', unit: 'ms', default: 60_000, min: 0, max: 7 * 86_400_000 },
      meaning: 'how long a payment that a callback says was paid may not have been created',
    },
  ],
  howSeen,
  find({ order, payment, receiving, unclaimed }) {
    if (unclaimed !== undefined) return ofNoPayment(unclaimed);
    if (receiving !== null)
      return receiving.unmatched.map((money) => unmatched(receiving.account, money));
    if (order !== null || payment?.status !== 'SUCCESS') return nothing;
    return payment.terms === null || payment.terms.isMerchants ? nothing : [ofNoOrder(payment)];
  },
};

const ofNoOrder = ({ payNo, since, created }: PaymentView): Finding => ({
  summary: `payment ${payNo} succeeded and there is no such order`,
  expected: 'an order that it pays',
  actual: 'no order',
  evidence: created === null ? [since] : [created, since],
  condition: 'no-order',
  grace: 'orderGraceMs',
  severity: 'CRITICAL',
  howSeen: 'order and payment events joined by order, in broker time',
});

/** What says something else than that money came moves nobody to look for it. */
function ofNoPayment({ payNo, callbacks, paid, isClaimed }: UnclaimedView): readonly Finding[] {
  if (isClaimed || paid === null) return nothing;
  const { channel, amountMinor, currency, seen } = paid;
  const by = channel ?? 'a callback';
  const came = callbacks === 1 ? '1 callback has' : `${callbacks} callbacks have`;
  // It is the gateway's word, of a payment that could not check it.
  const isSum = amountMinor !== null && amountMinor >= 0n && currency !== null;
  const money = isSum ? { amountMinor, currency } : null;
  return [
    {
      summary: `${by} says that payment ${payNo} was paid${sumOrNothing(money)}, and nobody has created it`,
      expected: 'a payment under this number',
      actual: `none; ${came} come${ofTransaction(paid)}`,
      evidence: [seen],
      saidBy: seen,
      condition: 'unclaimed',
      grace: 'callbackGraceMs',
      severity: 'CRITICAL',
      ...(money === null ? {} : { atStake: money }),
      howSeen: 'callbacks that wait for their payment, in broker time',
    },
  ];
}

const sumOrNothing = (money: Finding['atStake'] | null): string =>
  money === null || money === undefined
    ? ''
    : ` with ${formatMajor(money.amountMinor, money.currency)} ${money.currency}`;

const ofTransaction = ({ transactionId }: UnclaimedPaid): string =>
  transactionId === null ? '' : `, the first that says so of transaction ${transactionId}`;

/** Rule Z of such an account: one number of the pay way, and two reports that differ. */
export const otherReportsOf = (receiving: ReceivingView): readonly Finding[] =>
  receiving.otherReports.map((report) => otherReport(receiving, report));

/**
 * A personal account gets other money as well, which is no buyer's. Where several orders ask for the
 * amount, one of them is paid, and nobody is told which.
 */
const severityOf = {
  NO_ORDER: 'WARNING',
  SEVERAL_ORDERS: 'CRITICAL',
  CHANNEL_UNKNOWN: 'WARNING',
  UNKNOWN: 'WARNING',
} as const satisfies Record<UnmatchedMoney['why'], Finding['severity']>;

function unmatched(account: string, money: UnmatchedMoney): Finding {
  const { platformOrder, amountMinor, currency, why, seen } = money;
  return {
    summary: `${sumOf(money)} came in on account ${account} as ${platformOrder} and is matched to no order`,
    expected: 'one order that the money is for',
    actual: reasonOf(money),
    evidence: [seen],
    severity: severityOf[why],
    saidBy: seen,
    atStake: { amountMinor, currency },
  };
}

function reasonOf(money: UnmatchedMoney): string {
  const where = placeOf(money);
  switch (money.why) {
    case 'NO_ORDER':
      return `no order asks for this amount on ${where}`;
    case 'SEVERAL_ORDERS':
      return `${money.candidateCount} orders ask for this amount on ${where}: ${candidatesOf(money)}`;
    case 'CHANNEL_UNKNOWN':
      return `the account has no ${where}`;
    case 'UNKNOWN':
      return `matched to no order on ${where}`;
  }
}

function candidatesOf({ candidates, candidateCount }: UnmatchedMoney): string {
  const more = candidateCount - candidates.length;
  return more === 0 ? candidates.join(', ') : `${candidates.join(', ')} and ${more} more`;
}

function otherReport({ account, unmatched: waiting }: ReceivingView, report: OtherReport): Finding {
  const { platformOrder, amountMinor, currency, seen } = report;
  const first = waiting.find((money) => money.platformOrder === platformOrder);
  return {
    summary: `${platformOrder} on account ${account} was reported again as other money`,
    expected: first === undefined ? 'the same money under the same number' : told(first),
    actual: told(report),
    evidence: first === undefined ? [seen] : [first.seen, seen],
    severity: 'WARNING',
    saidBy: seen,
    atStake: { amountMinor, currency },
    howSeen,
  };
}

const told = (money: OtherReport): string => `${sumOf(money)} on ${placeOf(money)}`;

const sumOf = ({ amountMinor, currency }: OtherReport): string =>
  `${formatMajor(amountMinor, currency)} ${currency}`;

const placeOf = ({ channel, payway }: OtherReport): string => `channel ${channel} (${payway})`;

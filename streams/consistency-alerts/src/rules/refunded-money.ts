import type { Evidence, GatewayAnswer, PaymentsEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import * as limits from './limits.ts';

/** What the log says of money that goes back: of refunds that have ended only sums. */
export interface RefundsView {
  /** Neither ended nor failed; the oldest first, up to a limit. */
  readonly open: readonly OpenRefund[];
  /** What has gone back, of all transactions, minor units. */
  readonly refundedMinor: bigint;
  /** What of it went back by the number of another transaction; each number once, up to a limit. */
  readonly byNumber: readonly RefundedByNumber[];
  /** The newest refund that was asked for or has succeeded. */
  readonly newest: Evidence | null;
  /** What the gateway says that went back; `null` while it never named more than nothing. */
  readonly atGateway: RefundedAtGateway | null;
}

export interface RefundedByNumber {
  readonly transactionId: string;
  readonly amountMinor: bigint;
}

export interface OpenRefund {
  readonly refundId: string;
  readonly amountMinor: bigint;
  /** Of which transaction it gives back; `null`: of the one that paid. */
  readonly transactionId: string | null;
  /** `ASKED`: as far as is known, the gateway has not taken it. */
  readonly stage: 'ASKED' | 'PROCESSING';
  /** The event that began the stage. */
  readonly since: Evidence;
}

export interface RefundedAtGateway {
  readonly amountMinor: bigint;
  /** The first answer that named this amount. */
  readonly seen: Evidence;
  /** Whether that answer said as well that the payment was paid. */
  readonly saysPaid: boolean;
}

export const noRefunds: RefundsView = {
  ...{ open: [], refundedMinor: 0n, byNumber: [], newest: null, atGateway: null },
};

/** What went back or may still, minor units. */
export const reservedMinor = ({ open, refundedMinor }: RefundsView): bigint =>
  open.reduce((sum, { amountMinor }) => sum + amountMinor, refundedMinor);

/** The same of each transaction by whose number money goes back, and under `null` of the one that paid. */
export function reservedByNumber(view: RefundsView): ReadonlyMap<string | null, bigint> {
  const sums = new Map<string | null, bigint>([[null, view.refundedMinor]]);
  const add = (transactionId: string | null, minor: bigint): void => {
    sums.set(transactionId, (sums.get(transactionId) ?? 0n) + minor);
  };
  for (const { transactionId, amountMinor } of view.byNumber) {
    add(transactionId, amountMinor);
    add(null, -amountMinor);
  }
  for (const { transactionId, amountMinor } of view.open) add(transactionId, amountMinor);
  return sums;
}

type RefundEvent = Extract<
  PaymentsEvent,
  {
    readonly type:
      'RefundFailed' | 'RefundProcessing' | 'RefundRequested' | 'RefundSucceeded' | 'RefundUnknown';
  }
>;

/** The same object where nothing is new. */
export function afterRefundEvent(
  view: RefundsView,
  event: RefundEvent,
  seen: Evidence,
): RefundsView {
  const { refundId } = event.data;
  const known = view.open.find((each) => each.refundId === refundId);
  const others = () => view.open.filter((each) => each !== known);
  switch (event.type) {
    case 'RefundRequested': {
      if (known !== undefined || view.open.length >= limits.openRefundsMax) return view;
      const { amountMinor, gatewayTransactionId: transactionId } = event.data;
      const what = { refundId, amountMinor, transactionId };
      const refund = { ...what, stage: 'ASKED', since: seen } as const;
      return { ...view, open: [...view.open, refund], newest: seen };
    }
    case 'RefundProcessing':
      if (known === undefined || known.stage === 'PROCESSING') return view;
      return { ...view, open: [...others(), { ...known, stage: 'PROCESSING', since: seen }] };
    case 'RefundUnknown':
      // Still asked for, and still not taken: it is the whole time of that which counts.
      return view;
    case 'RefundSucceeded': {
      const { amountMinor, gatewayTransactionId } = event.data;
      const refundedMinor = view.refundedMinor + amountMinor;
      const byNumber = withSum(view.byNumber, gatewayTransactionId, amountMinor);
      return { ...view, open: others(), refundedMinor, byNumber, newest: seen };
    }
    case 'RefundFailed':
      return known === undefined ? view : { ...view, open: others() };
    default:
      return unreachable(event);
  }
}

/** One beyond the limit counts as money of the transaction that paid, of which less may go back. */
function withSum(
  sums: readonly RefundedByNumber[],
  transactionId: string | null,
  minor: bigint,
): readonly RefundedByNumber[] {
  if (transactionId === null) return sums;
  const known = sums.find((each) => each.transactionId === transactionId);
  if (known === undefined && sums.length >= limits.lastingFactsMax) return sums;
  const amountMinor = (known?.amountMinor ?? 0n) + minor;
  return [...sums.filter((each) => each !== known), { transactionId, amountMinor }];
}

/** The same object where the gateway says nothing of it, or the same again. */
export function withGatewayAnswer(
  view: RefundsView,
  { refundedMinor, result }: GatewayAnswer,
  seen: Evidence,
): RefundsView {
  if (refundedMinor === null) return view;
  const saysPaid = result === 'PAID';
  const known = view.atGateway;
  if (refundedMinor === (known?.amountMinor ?? 0n)) return view;
  return { ...view, atGateway: { amountMinor: refundedMinor, seen, saysPaid } };
}

import type { Evidence, GatewayAnswer, PaymentsEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import * as limits from './limits.ts';

/** What the log says of money that goes back: of refunds that have ended only sums. */
export interface RefundsView {
  /** Neither ended nor failed; the oldest first, up to a limit. */
  readonly open: readonly OpenRefund[];
  /** What has gone back, minor units. */
  readonly refundedMinor: bigint;
  /** The newest refund that was asked for or has succeeded. */
  readonly newest: Evidence | null;
  /** What the gateway says that went back; `null` while it never named more than nothing. */
  readonly atGateway: RefundedAtGateway | null;
}

export interface OpenRefund {
  readonly refundId: string;
  readonly amountMinor: bigint;
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
  ...{ open: [], refundedMinor: 0n, newest: null, atGateway: null },
};

/** What went back or may still, minor units. */
export const reservedMinor = ({ open, refundedMinor }: RefundsView): bigint =>
  open.reduce((sum, { amountMinor }) => sum + amountMinor, refundedMinor);

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
      const { amountMinor } = event.data;
      const refund = { refundId, amountMinor, stage: 'ASKED', since: seen } as const;
      return { ...view, open: [...view.open, refund], newest: seen };
    }
    case 'RefundProcessing':
      if (known === undefined || known.stage === 'PROCESSING') return view;
      return { ...view, open: [...others(), { ...known, stage: 'PROCESSING', since: seen }] };
    case 'RefundUnknown':
      // Still asked for, and still not taken: it is the whole time of that which counts.
      return view;
    case 'RefundSucceeded': {
      const refundedMinor = view.refundedMinor + event.data.amountMinor;
      return { ...view, open: others(), refundedMinor, newest: seen };
    }
    case 'RefundFailed':
      return known === undefined ? view : { ...view, open: others() };
    default:
      return unreachable(event);
  }
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

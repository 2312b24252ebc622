import type { OrdersEvent } from '@plumbline/events';

/**
 * Orders as contract and documentation describe them, in as few words as possible. It shares no code
 * with the domain: where the two differ, one is wrong.
 */
export interface ModelOrder {
  readonly status: string;
  readonly amountMinor: bigint;
  /** What of it the buyer's account pays; null for an order that no checkout leads. */
  readonly balanceMinor: bigint | null;
  readonly currency: string;
  readonly payByMs: number;
  readonly payNo: string | null;
  /** Whose word is awaited when the time is over: `nobody`'s, the gateway's, or it was asked for. */
  readonly waitsFor: 'nobody' | 'gateway' | 'answer';
}

const open = ['PENDING', 'WAITING_PAYMENT'];

/** From which status each event may come, and to which it leads; null keeps it. */
const moves: Readonly<
  Record<
    Exclude<OrdersEvent['type'], 'OrderCreated'>,
    { from: readonly string[] | null; to: string | null }
  >
> = {
  OrderAwaitingPayment: { from: ['PENDING'], to: 'WAITING_PAYMENT' },
  OrderPaid: { from: open, to: 'PAID' },
  OrderPaidFromBalance: { from: open, to: 'PAID' },
  OrderFailed: { from: open, to: 'FAILED' },
  OrderExpired: { from: open, to: 'EXPIRED' },
  OrderCancelled: { from: open, to: 'CANCELLED' },
  OrderExpiryRequested: { from: open, to: null },
  OrderPaymentReportRecorded: { from: null, to: null },
};

/** The order after an event, or why the event is impossible. */
export function orderAfter(
  before: ModelOrder | null,
  event: OrdersEvent,
): ModelOrder | { readonly problem: string } {
  if (event.type === 'OrderCreated') {
    if (before !== null) return { problem: 'created twice' };
    const { amountMinor, currency, payBy, purchase } = event.data;
    return {
      status: 'PENDING',
      amountMinor,
      balanceMinor: purchase?.balanceMinor ?? null,
      currency,
      payByMs: payBy,
      payNo: null,
      waitsFor: 'nobody',
    };
  }
  if (before === null) return { problem: `${event.type} of an order that was never created` };
  const { from, to } = moves[event.type];
  if (from !== null && !from.includes(before.status)) {
    return { problem: `${event.type} of an order that is ${before.status}` };
  }
  if (event.type === 'OrderExpiryRequested' && before.waitsFor !== 'gateway')
    return { problem: `asked for an end that only ${before.waitsFor} can bring` };
  // Whose payment is open at a gateway does not expire while nobody has said how that ended.
  if (event.type === 'OrderExpired' && before.waitsFor !== 'nobody')
    return { problem: 'expired while its payment was open at a gateway' };
  const payNo = event.type === 'OrderAwaitingPayment' ? event.data.payNo : before.payNo;
  return { ...before, status: to ?? before.status, payNo, waitsFor: waitsAfter(before, event) };
}

function waitsAfter(before: ModelOrder, event: OrdersEvent): ModelOrder['waitsFor'] {
  switch (event.type) {
    case 'OrderAwaitingPayment':
      return event.data.atGateway ? 'gateway' : 'nobody';
    case 'OrderExpiryRequested':
      return 'answer';
    case 'OrderPaymentReportRecorded':
      return event.data.payNo === before.payNo ? 'nobody' : before.waitsFor;
    case 'OrderCreated':
    case 'OrderPaid':
    case 'OrderPaidFromBalance':
    case 'OrderFailed':
    case 'OrderExpired':
    case 'OrderCancelled':
      return before.waitsFor;
  }
}

export interface ModelTimer {
  readonly name: string;
  readonly dueMs: number;
}

export const orderTimers = (order: ModelOrder): readonly ModelTimer[] =>
  open.includes(order.status) && order.waitsFor !== 'answer'
    ? [{ name: 'expire', dueMs: order.payByMs }]
    : [];

import type { OrdersEvent } from '@plumbline/events';

/**
 * Orders as contract and documentation describe them, in as few words as possible. It shares no code
 * with the domain: where the two differ, one is wrong.
 */
export interface ModelOrder {
  readonly status: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly payByMs: number;
  readonly payNo: string | null;
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
    const { amountMinor, currency, payBy } = event.data;
    return { status: 'PENDING', amountMinor, currency, payByMs: payBy, payNo: null };
  }
  if (before === null) return { problem: `${event.type} of an order that was never created` };
  const { from, to } = moves[event.type];
  if (from !== null && !from.includes(before.status)) {
    return { problem: `${event.type} of an order that is ${before.status}` };
  }
  const payNo = event.type === 'OrderAwaitingPayment' ? event.data.payNo : before.payNo;
  return { ...before, status: to ?? before.status, payNo };
}

export interface ModelTimer {
  readonly name: string;
  readonly dueMs: number;
}

export const orderTimers = (order: ModelOrder): readonly ModelTimer[] =>
  open.includes(order.status) ? [{ name: 'expire', dueMs: order.payByMs }] : [];

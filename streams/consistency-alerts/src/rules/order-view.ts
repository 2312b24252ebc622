import type { Evidence, OrdersEvent } from '@plumbline/events';
import type { Money } from '@plumbline/kernel';

export type OrderStatus =
  'PENDING' | 'WAITING_PAYMENT' | 'PAID' | 'FAILED' | 'EXPIRED' | 'CANCELLED';

export interface OrderView {
  readonly orderNo: string;
  readonly tenant: string;
  readonly status: OrderStatus;
  /** The event that put the order into this status. */
  readonly since: Evidence;
  /** What a channel is to bring, without the part from the buyer's account; `null` as `created`. */
  readonly due: Money | null;
  /** The event that created it; `null` in what an earlier version kept. */
  readonly created: Evidence | null;
  /** By which payment it says that it is paid; `null` where none did, or an earlier version knew. */
  readonly paid: PaidBy | null;
}

export interface PaidBy extends Money {
  readonly payNo: string;
}

export const open: ReadonlySet<OrderStatus> = new Set(['PENDING', 'WAITING_PAYMENT']);
export const endedUnpaid: ReadonlySet<OrderStatus> = new Set(['FAILED', 'EXPIRED', 'CANCELLED']);

const statusAfter = {
  OrderCreated: 'PENDING',
  OrderAwaitingPayment: 'WAITING_PAYMENT',
  OrderPaid: 'PAID',
  OrderPaidFromBalance: 'PAID',
  OrderFailed: 'FAILED',
  OrderExpired: 'EXPIRED',
  OrderCancelled: 'CANCELLED',
} as const satisfies Partial<Record<OrdersEvent['type'], OrderStatus>>;

type StatusEvent = Extract<OrdersEvent, { readonly type: keyof typeof statusAfter }>;

/** The same order where nothing is new; `'backward'` where the event would leave an end. */
export function afterOrderEvent(
  order: OrderView | null,
  event: OrdersEvent,
  since: Evidence,
): OrderView | null | 'backward' {
  if (event.type === 'OrderPaymentReportRecorded') return order;
  if (event.type === 'OrderExpiryRequested') return order;
  const status = statusAfter[event.type];
  if (order !== null && !open.has(order.status))
    return status === order.status ? order : 'backward';
  if (event.type === 'OrderCreated') return created(event.data, since);
  // An event without its order's beginning cannot be: the topic is complete from version 1.
  return order === null ? order : { ...order, status, since, paid: paidBy(event) };
}

function created(
  data: Extract<OrdersEvent, { readonly type: 'OrderCreated' }>['data'],
  since: Evidence,
): OrderView {
  const { orderNo, tenant, purchase, currency } = data;
  const amountMinor = data.amountMinor - (purchase?.balanceMinor ?? 0n);
  const due = { amountMinor, currency };
  return { orderNo, tenant, status: 'PENDING', since, due, created: since, paid: null };
}

function paidBy(event: StatusEvent): PaidBy | null {
  if (event.type !== 'OrderPaid') return null;
  const { payNo, amountMinor, currency } = event.data;
  return { payNo, amountMinor, currency };
}

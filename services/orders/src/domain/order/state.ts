import type { OrderEventOf } from './events.ts';

/**
 *              CreateOrder            AwaitPayment
 *      none ──────────────► PENDING ────────────────► WAITING_PAYMENT
 *                              │                             │
 *                              └──────────────┬──────────────┘
 *             ConfirmPayment ─────────────────┼──► PAID
 *             FailPayment ────────────────────┼──► FAILED
 *             payBy, payment closed by time ──┼──► EXPIRED
 *             CancelOrder, payment closed ────┴──► CANCELLED
 *
 * The four on the right are ends: no event leads out of them, and what a payment reports to an
 * order that has ended is recorded and changes nothing.
 */
export type OrderState = NoOrder | Order;

export interface NoOrder {
  readonly status: 'none';
}

export type Order =
  PendingOrder | WaitingOrder | PaidOrder | FailedOrder | ExpiredOrder | CancelledOrder;

export type OrderStatus = Order['status'];

interface OrderFacts extends Omit<OrderEventOf<'OrderCreated'>, 'payBy' | 'createdAt'> {
  /** Broker time, epoch ms. */
  readonly payByMs: number;
  readonly createdAtMs: number;
  /** Payments events taken in, the newest last: that is the contract's `payment_last_event_id`. */
  readonly paymentEventIds: readonly string[];
}

export interface PendingOrder extends OrderFacts {
  readonly status: 'PENDING';
}

export interface WaitingOrder extends OrderFacts {
  readonly status: 'WAITING_PAYMENT';
  readonly payNo: string;
}

export interface PaidOrder extends OrderFacts {
  readonly status: 'PAID';
  readonly payNo: string;
  readonly paidAtMs: number;
}

export interface FailedOrder extends OrderFacts {
  readonly status: 'FAILED';
  readonly payNo: string | null;
  readonly reason: string;
}

export interface ExpiredOrder extends OrderFacts {
  readonly status: 'EXPIRED';
  readonly payNo: string | null;
}

export interface CancelledOrder extends OrderFacts {
  readonly status: 'CANCELLED';
  readonly payNo: string | null;
  readonly reason: string;
}

export type OpenOrder = PendingOrder | WaitingOrder;

export const initialOrder: OrderState = { status: 'none' };

export const isOpen = (order: Order): order is OpenOrder =>
  order.status === 'PENDING' || order.status === 'WAITING_PAYMENT';

/** The payment that the order knows of. */
export const payNoOf = (order: Order): string | null =>
  order.status === 'PENDING' ? null : order.payNo;

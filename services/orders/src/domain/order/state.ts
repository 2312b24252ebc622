import type { OrderEventOf } from './events.ts';

/**
 *              CreateOrder            AwaitPayment
 *      none ──────────────► PENDING ────────────────► WAITING_PAYMENT
 *                              │                             │
 *                              └──────────────┬──────────────┘
 *    ConfirmPayment, SettleOrder ─────────────┼──► PAID
 *    FailPayment, FailOrder while PENDING ────┼──► FAILED
 *             payBy, payment closed by time ──┼──► EXPIRED
 *             CancelOrder, payment closed ────┴──► CANCELLED
 *
 * The four on the right are ends: no event leads out of them, and what a payment reports to an
 * order that has ended is recorded and changes nothing.
 *
 * At payBy an order whose payment is open at a gateway does not expire: somebody may be paying. It
 * says once that its time is over (OrderExpiryRequested), the payment is asked about and closed at
 * the gateway, and whatever the payment then reports ends the order: PAID, FAILED or EXPIRED.
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
  readonly expiry: OrderExpiry;
}

/**
 * What ends the waiting at payBy: `deadline`, the time itself; `gateway`, only the word of the
 * gateway that has the payment; `requested`, that word, which has been asked for.
 */
export type OrderExpiry = 'deadline' | 'gateway' | 'requested';

export interface PaidOrder extends OrderFacts {
  readonly status: 'PAID';
  /** `null` where the buyer's account paid all of it. */
  readonly payNo: string | null;
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

/** What a payment has to bring: the amount less what the buyer's account pays, minor units. */
export const payableMinorOf = ({ amountMinor, purchase }: Order): bigint =>
  amountMinor - (purchase?.balanceMinor ?? 0n);

/** The payment that the order knows of. */
export const payNoOf = (order: Order): string | null =>
  order.status === 'PENDING' ? null : order.payNo;

/** An order as it stands in a changelog, in the shape of today. */
export function upcastOrder(stored: unknown): OrderState {
  // The changelog has one writer, the orders task, and these are the shapes it ever wrote.
  const state = stored as OrderState;
  if (state.status === 'none') return state;
  // Before there were purchases an order was paid and delivered by others.
  const order: Order = 'purchase' in state ? state : { ...(state as Order), purchase: null };
  if (order.status !== 'WAITING_PAYMENT' || 'expiry' in order) return order;
  // Nobody knew where its payment was: the deadline that it had ends it, as it would have.
  return { ...(order as WaitingOrder), expiry: 'deadline' };
}

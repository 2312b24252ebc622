import type { Evidence, OrdersEvent, PaymentsEvent } from '@plumbline/events';

/**
 * What the two event topics say about one order, joined. Each fact keeps the event that it stands
 * on, so that an alert can show it.
 */
export interface JoinedView {
  readonly order: OrderView | null;
  readonly payment: PaymentView | null;
}

export type OrderStatus =
  'PENDING' | 'WAITING_PAYMENT' | 'PAID' | 'FAILED' | 'EXPIRED' | 'CANCELLED';

export interface OrderView {
  readonly orderNo: string;
  readonly tenant: string;
  readonly status: OrderStatus;
  /** The event that put the order into this status. */
  readonly since: Evidence;
}

export type PaymentStatus = 'INIT' | 'PAYING' | 'SUCCESS' | 'FAILED' | 'CLOSED';

export interface PaymentView {
  readonly payNo: string;
  readonly status: PaymentStatus;
  readonly since: Evidence;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The newest validly signed report that says otherwise than the status, until one agrees again. */
  readonly contradiction: {
    readonly reported: 'SUCCESS' | 'FAILED';
    readonly seen: Evidence;
  } | null;
}

export const emptyView: JoinedView = { order: null, payment: null };

const orderStatusAfter = {
  OrderCreated: 'PENDING',
  OrderAwaitingPayment: 'WAITING_PAYMENT',
  OrderPaid: 'PAID',
  OrderFailed: 'FAILED',
  OrderExpired: 'EXPIRED',
  OrderCancelled: 'CANCELLED',
} as const satisfies Partial<Record<OrdersEvent['type'], OrderStatus>>;

export function withOrderEvent(view: JoinedView, event: OrdersEvent, seen: Evidence): JoinedView {
  if (event.type === 'OrderPaymentReportRecorded') return view;
  if (event.type === 'OrderExpiryRequested') return view;
  const status = orderStatusAfter[event.type];
  if (event.type === 'OrderCreated') {
    const { orderNo, tenant } = event.data;
    return { ...view, order: { orderNo, tenant, status, since: seen } };
  }
  // An event without its order's beginning cannot be: the topic is complete from version 1.
  return view.order === null ? view : { ...view, order: { ...view.order, status, since: seen } };
}

const paymentStatusAfter = {
  PaymentProcessing: 'PAYING',
  PaymentUnknown: 'PAYING',
  PaymentSucceeded: 'SUCCESS',
  PaymentFailed: 'FAILED',
  PaymentClosed: 'CLOSED',
} as const satisfies Partial<Record<PaymentsEvent['type'], PaymentStatus>>;

export function withPaymentEvent(
  view: JoinedView,
  event: PaymentsEvent,
  seen: Evidence,
): JoinedView {
  const { payment } = view;
  switch (event.type) {
    case 'PaymentCreated': {
      const { payNo, amountMinor, currency } = event.data;
      const started = { payNo, amountMinor, currency, status: 'INIT', since: seen } as const;
      return { ...view, payment: { ...started, contradiction: null } };
    }
    case 'PaymentProcessing':
    case 'PaymentUnknown':
    case 'PaymentSucceeded':
    case 'PaymentFailed':
    case 'PaymentClosed': {
      if (payment === null) return view;
      const status = paymentStatusAfter[event.type];
      return { ...view, payment: { ...payment, status, since: seen } };
    }
    case 'PaymentReportContradicted': {
      const reported = event.data.reportedStatus;
      if (payment === null || reported === 'UNKNOWN') return view;
      return { ...view, payment: { ...payment, contradiction: { reported, seen } } };
    }
    case 'PaymentReportConfirmed':
      return payment === null ? view : { ...view, payment: { ...payment, contradiction: null } };
    case 'PaymentCallbackRecorded':
    case 'GatewayCallReported':
    case 'GatewayCallbackRecorded':
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'PaymentCloseRequested':
    case 'PaymentReportMismatched':
    case 'PaymentRequestConflicted':
    case 'PaymentTransactionConflicted':
    case 'RefundFailed':
    case 'RefundProcessing':
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundUnknown':
      return view;
  }
}

import type {
  CheckoutEvent,
  EndpointsEvent,
  Evidence,
  IncidentKind,
  OrdersEvent,
  PaymentsEvent,
  ReceivingEvent,
} from '@plumbline/events';
import type { LastingFacts } from './lasting.ts';
import {
  noLastingFacts,
  withMismatch,
  withOtherRequest,
  withSharedTransaction,
} from './lasting.ts';
import type { ReceivingView } from './received-money.ts';
import { afterReceivingEvent } from './received-money.ts';

/**
 * What the event topics say about one order, joined. Each fact keeps the event that it stands
 * on, so that an alert can show it.
 */
export interface JoinedView {
  readonly order: OrderView | null;
  readonly payment: PaymentView | null;
  /** Of an order that a checkout leads; `null` of any other. */
  readonly checkout: CheckoutView | null;
  /** Under the key of an endpoint, of which there is no order. */
  readonly endpoint: EndpointView | null;
  /** Under the key of an account that people pay into, of which there is no order either. */
  readonly receiving: ReceivingView | null;
}

export interface EndpointView {
  /** Those that are open, the oldest first. */
  readonly incidents: readonly IncidentView[];
}

export interface IncidentView {
  readonly incidentId: string;
  readonly kind: IncidentKind;
  readonly detail: string;
  /** The event that opened it. */
  readonly seen: Evidence;
}

export interface CheckoutView {
  /** What the order costs. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** What it said last; `null` while it has said nothing. */
  readonly newest: Evidence | null;
  /** Goods and money are where they belong, or back where they were. */
  readonly hasEnded: boolean;
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
  /** The event that created it; `null` in what an earlier version kept. */
  readonly created: Evidence | null;
  /** The newest validly signed report that says otherwise than the status, until one agrees again. */
  readonly contradiction: {
    readonly reported: 'SUCCESS' | 'FAILED';
    readonly seen: Evidence;
  } | null;
  readonly lasting: LastingFacts;
}

export const emptyView: JoinedView = {
  ...{ order: null, payment: null, checkout: null, endpoint: null, receiving: null },
};

const orderStatusAfter = {
  OrderCreated: 'PENDING',
  OrderAwaitingPayment: 'WAITING_PAYMENT',
  OrderPaid: 'PAID',
  OrderPaidFromBalance: 'PAID',
  OrderFailed: 'FAILED',
  OrderExpired: 'EXPIRED',
  OrderCancelled: 'CANCELLED',
} as const satisfies Partial<Record<OrdersEvent['type'], OrderStatus>>;

export function withOrderEvent(view: JoinedView, event: OrdersEvent, seen: Evidence): JoinedView {
  if (event.type === 'OrderPaymentReportRecorded') return view;
  if (event.type === 'OrderExpiryRequested') return view;
  const status = orderStatusAfter[event.type];
  if (event.type === 'OrderCreated') {
    const { orderNo, tenant, purchase, amountMinor, currency } = event.data;
    const checkout =
      purchase === null ? null : { amountMinor, currency, newest: null, hasEnded: false };
    return { ...view, order: { orderNo, tenant, status, since: seen }, checkout };
  }
  // An event without its order's beginning cannot be: the topic is complete from version 1.
  return view.order === null ? view : { ...view, order: { ...view.order, status, since: seen } };
}

export function withCheckoutEvent(
  view: JoinedView,
  { type }: CheckoutEvent,
  seen: Evidence,
): JoinedView {
  const { checkout } = view;
  if (checkout === null) return view;
  const hasEnded = type === 'CheckoutCompleted' || type === 'CheckoutCompensated';
  return { ...view, checkout: { ...checkout, newest: seen, hasEnded } };
}

export function withEndpointEvent(
  view: JoinedView,
  event: EndpointsEvent,
  seen: Evidence,
): JoinedView {
  const incidents = view.endpoint?.incidents ?? [];
  if (event.type === 'EndpointIncidentOpened') {
    const { incidentId, kind, detail } = event.data;
    return {
      ...view,
      endpoint: { incidents: [...incidents, { incidentId, kind, detail, seen }] },
    };
  }
  if (event.type !== 'EndpointIncidentEnded') return view;
  const { incidentId } = event.data;
  const open = incidents.filter((each) => each.incidentId !== incidentId);
  return open.length === incidents.length ? view : { ...view, endpoint: { incidents: open } };
}

export function withReceivingEvent(
  view: JoinedView,
  event: ReceivingEvent,
  seen: Evidence,
): JoinedView {
  const receiving = afterReceivingEvent(view.receiving, event, seen);
  return receiving === view.receiving ? view : { ...view, receiving };
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
      const facts = { payNo, amountMinor, currency, created: seen, contradiction: null };
      const lasting = payment?.lasting ?? noLastingFacts;
      return { ...view, payment: { ...facts, lasting, status: 'INIT', since: seen } };
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
    case 'PaymentReportMismatched':
      return withFacts(view, (facts) => withMismatch(facts, event.data, seen));
    case 'PaymentRequestConflicted':
      return withFacts(view, (facts) => withOtherRequest(facts, event.data, seen));
    case 'PaymentTransactionConflicted':
      return withFacts(view, (facts) => withSharedTransaction(facts, event.data, seen));
    case 'PaymentCallbackRecorded':
    case 'GatewayCallReported':
    case 'GatewayCallbackRecorded':
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'GatewayQueryDeferred':
    case 'PaymentCloseRequested':
    case 'RefundFailed':
    case 'RefundProcessing':
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundUnknown':
      return view;
  }
}

/** Of a payment that nobody created nothing is known to compare with: its topic is complete. */
function withFacts(view: JoinedView, change: (facts: LastingFacts) => LastingFacts): JoinedView {
  const { payment } = view;
  if (payment === null) return view;
  const lasting = change(payment.lasting);
  return lasting === payment.lasting ? view : { ...view, payment: { ...payment, lasting } };
}

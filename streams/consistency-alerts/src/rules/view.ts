import type {
  CallbacksEvent,
  CheckoutEvent,
  EndpointsEvent,
  Evidence,
  IncidentKind,
  NotificationsEvent,
  OrdersEvent,
  PaymentsEvent,
  ReceivingEvent,
  SignalsEvent,
} from '@plumbline/events';
import type { ChannelView } from './channel-view.ts';
import { afterSignalEvent } from './channel-view.ts';
import * as limits from './limits.ts';
import type { OrderView } from './order-view.ts';
import { afterOrderEvent } from './order-view.ts';
import type { PaymentView } from './payment-view.ts';
import { afterPaymentEvent } from './payment-view.ts';
import type { ReceivingView } from './received-money.ts';
import { afterReceivingEvent } from './received-money.ts';
import type { StockView } from './stock-view.ts';
import type { ToldView } from './told-view.ts';
import { afterNotificationEvent } from './told-view.ts';
import type { UnclaimedView } from './unclaimed-view.ts';
import { afterCallbacksEvent } from './unclaimed-view.ts';

/**
 * What the event topics say about one order, joined. Each fact keeps the event that it stands
 * on, so that an alert can show it.
 */
export interface JoinedView {
  readonly order: OrderView | null;
  readonly payment: PaymentView | null;
  /** Of an order that a checkout leads; `null` of any other. */
  readonly checkout: CheckoutView | null;
  /** What endpoints were told of how the payment ended; `null` while nothing was. */
  readonly told: ToldView | null;
  /** Under the key of an endpoint, of which there is no order. */
  readonly endpoint: EndpointView | null;
  /** Under the key of an account that people pay into, of which there is no order either. */
  readonly receiving: ReceivingView | null;
  /** Under the key of an item of the stock, of which there is no order either. */
  readonly stock: StockView | null;
  /** Under the key of a channel of payments, and nowhere else. */
  readonly channel?: ChannelView;
  /** Under a payment's number that callbacks named before there was one, and nowhere else. */
  readonly unclaimed?: UnclaimedView;
  /** The oldest first, up to a limit. */
  readonly backward: readonly BackwardEvent[];
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

/** An event that would leave an end of the order or of the payment. The view does not move by it. */
export interface BackwardEvent {
  /** The end that it would leave. */
  readonly was: string;
  readonly seen: Evidence;
}

export const emptyView: JoinedView = {
  ...{ order: null, payment: null, checkout: null, told: null },
  ...{ endpoint: null, receiving: null, stock: null },
  backward: [],
};

export function withOrderEvent(view: JoinedView, event: OrdersEvent, seen: Evidence): JoinedView {
  const order = afterOrderEvent(view.order, event, seen);
  if (order === 'backward') return withBackward(view, view.order?.status, seen);
  if (order === view.order) return view;
  if (event.type !== 'OrderCreated') return { ...view, order };
  const { purchase, amountMinor, currency } = event.data;
  const checkout =
    purchase === null ? null : { amountMinor, currency, newest: null, hasEnded: false };
  return { ...view, order, checkout };
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

/** Of a payment that is not here nothing can be told wrongly. */
export function withNotificationEvent(
  view: JoinedView,
  event: NotificationsEvent,
  seen: Evidence,
): JoinedView {
  if (view.payment === null) return view;
  const { payNo } = view.payment;
  const told = afterNotificationEvent(view.told, event, { payNo, seen });
  return told === view.told ? view : { ...view, told };
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

export const withSignalEvent = (
  view: JoinedView,
  event: SignalsEvent,
  seen: Evidence,
): JoinedView => ({ ...view, channel: afterSignalEvent(event, seen) });

export function withCallbacksEvent(
  view: JoinedView,
  event: CallbacksEvent,
  seen: Evidence,
): JoinedView {
  const unclaimed = afterCallbacksEvent(view.unclaimed, event, seen);
  return unclaimed === view.unclaimed ? view : { ...view, unclaimed };
}

export function withPaymentEvent(
  view: JoinedView,
  event: PaymentsEvent,
  seen: Evidence,
): JoinedView {
  const payment = afterPaymentEvent(view.payment, event, seen);
  if (payment === 'backward') return withBackward(view, view.payment?.status, seen);
  if (payment === view.payment) return view;
  // What was told of another payment is not about this one.
  const told = payment?.payNo === view.payment?.payNo ? view.told : null;
  return { ...view, payment, told };
}

function withBackward(view: JoinedView, was: string | undefined, seen: Evidence): JoinedView {
  const { backward } = view;
  if (was === undefined || backward.length >= limits.lastingFactsMax) return view;
  return { ...view, backward: [...backward, { was, seen }] };
}

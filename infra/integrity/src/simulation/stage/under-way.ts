import type {
  CheckoutEvent,
  Codec,
  EndpointsEvent,
  NotificationsEvent,
  OrdersEvent,
  PaymentsEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import type { Journal } from './journal.ts';

/** Payments, refunds and calls at the gateway that have begun and not ended, as the log tells. */
export function underWayAtGateway(of: {
  readonly broker: MemoryLog;
  readonly codec: Codec;
  readonly journal: Journal;
}): number {
  const { broker, codec, journal } = of;
  const open = new Map<string, string>();
  const spoilt = new Set<string>();
  for (const { topic, partition, offset, key, value } of broker.topicRecords(
    topics.paymentsEvents.name,
  )) {
    const name = key?.toString('utf8') ?? '';
    if (journal.planted.has(`${topic} ${partition}/${offset}`)) spoilt.add(name);
    else follow(codec.decode(topic, value) as PaymentsEvent, name, open);
  }
  // Nobody sees the calls of a payment behind a record that cannot be read.
  return [...open.values()].filter((key) => !spoilt.has(key)).length;
}

function follow(event: PaymentsEvent, key: string, open: Map<string, string>): void {
  const { payNo } = event.data;
  if (event.type === 'PaymentCreated' && event.data.gateway !== null) open.set(payNo, key);
  // What a person has given an account's order that does not fit it ends by hand.
  const isAmiss = event.type === 'PaymentReportMismatched' && event.data.source === 'CALLBACK';
  if (ends.has(event.type) || isAmiss)
    for (const name of [payNo, `${payNo}/call`]) open.delete(name);
  if (event.type === 'RefundRequested') open.set(event.data.refundId, key);
  if (event.type === 'RefundSucceeded' || event.type === 'RefundFailed')
    open.delete(event.data.refundId);
  // The calls about a refund end before the refund does.
  if (event.type === 'GatewayCallRequested' && event.data.refundId === null)
    open.set(`${payNo}/call`, key);
  if (event.type === 'GatewayCallReported' && event.data.refundId === null)
    open.delete(`${payNo}/call`);
}

const ends = new Set(['PaymentSucceeded', 'PaymentFailed', 'PaymentClosed']);

/**
 * Checkouts that have something to do: all but those whose buyer may still pay. One whose order is
 * spoilt hears nothing of its end.
 */
export function checkoutsUnderWay(of: {
  readonly broker: MemoryLog;
  readonly codec: Codec;
  readonly journal: Journal;
}): number {
  const { broker, codec, journal } = of;
  const purchases = new Set<string>();
  const busy = new Set<string>();
  const spoilt = new Set<string>();
  const read = (name: string, take: (event: OrdersEvent | CheckoutEvent, key: string) => void) => {
    for (const { topic, partition, offset, key, value } of broker.topicRecords(name)) {
      const keyText = key?.toString('utf8') ?? '';
      if (journal.planted.has(`${topic} ${partition}/${offset}`)) spoilt.add(keyText);
      // The topic holds nothing else.
      else take(codec.decode(topic, value) as OrdersEvent | CheckoutEvent, keyText);
    }
  };
  read(topics.ordersEvents.name, (event, key) => {
    if (event.type === 'OrderCreated' && event.data.purchase !== null) purchases.add(key);
    if (event.type === 'OrderAwaitingPayment') busy.delete(key);
    else if (purchases.has(key) && movesOn.has(event.type)) busy.add(key);
  });
  read(topics.checkoutEvents.name, ({ type }, key) => {
    if (type === 'CheckoutCompleted' || type === 'CheckoutCompensated') busy.delete(key);
  });
  return [...busy].filter((key) => !spoilt.has(key)).length;
}

/** After these the checkout has something to do. */
const movesOn: ReadonlySet<string> = new Set([
  ...['OrderCreated', 'OrderPaid', 'OrderPaidFromBalance'],
  ...['OrderFailed', 'OrderExpired', 'OrderCancelled'],
]);

/** Notifications that have not ended, less those that wait for an endpoint that takes nothing now. */
export function notificationsUnderWay(of: {
  readonly broker: MemoryLog;
  readonly codec: Codec;
  readonly journal: Journal;
}): number {
  const { broker, codec, journal } = of;
  const open = new Map<string, string>();
  const away = new Set<string>();
  const sound = (name: string) =>
    broker
      .topicRecords(name)
      .filter((each) => !journal.planted.has(`${name} ${each.partition}/${each.offset}`));
  for (const { topic, value } of sound(topics.endpointsEvents.name)) {
    // The topic holds nothing else.
    const { type, data } = codec.decode(topic, value) as EndpointsEvent;
    if (type === 'EndpointPaused' || type === 'EndpointDisabled') away.add(data.endpointId);
    if (type === 'EndpointResumed' || type === 'EndpointRemoved') away.delete(data.endpointId);
  }
  for (const { topic, value } of sound(topics.notificationsEvents.name)) {
    const event = codec.decode(topic, value) as NotificationsEvent;
    if (event.type === 'NotificationsForgotten') continue;
    const { notificationId } = event.data;
    const isReplayed = event.type === 'NotificationAttemptDue' && event.data.trigger === 'REPLAY';
    if (event.type === 'NotificationCreated' || isReplayed)
      open.set(notificationId, event.data.endpointId ?? '');
    else if (isAnEnd(event)) open.delete(notificationId);
  }
  return [...open.values()].filter((endpointId) => !away.has(endpointId)).length;
}

const isAnEnd = (event: NotificationsEvent): boolean =>
  event.type === 'NotificationDelivered' ||
  event.type === 'NotificationAbandoned' ||
  (event.type === 'NotificationAttemptFailed' && event.data.status === 'RETRY_FAILED');

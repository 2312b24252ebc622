import type {
  AlertsEvent,
  EndpointCopied,
  NotificationContent,
  PaymentsEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';
import type { Concerns, InputRecord, ProcessorContext, StoreSpec } from '@plumbline/runtime';
import type { Announce, NotificationCommand, Target } from '../domain/notification/commands.ts';
import { keepLaneSettings } from '../deliveries/due-index.ts';
import type { PaymentFacts } from './content.ts';
import { contentOfAlert, contentOfPayment, heardPayments, isToldOf } from './content.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';
import { subscriberOf, subscribersOf, subscriptionsStore, withCopy } from './subscriptions.ts';

/** By routing key: {@link PaymentFacts}. A payment that has ended can still be refunded. */
const paymentsStore = 'payments';

export const heardTopics: readonly string[] = [
  topics.endpointsCopies.name,
  topics.paymentsEvents.name,
  topics.alertsEvents.name,
];

export const heardStores: readonly StoreSpec[] = [
  { name: subscriptionsStore },
  { name: paymentsStore },
];

const subscriptionsIn = (context: ProcessorContext): Subscriptions =>
  context.store<readonly Subscription[]>(subscriptionsStore);

const targetOf = (
  { endpointId, intervalsMs, inOrder, settingsVersion }: Subscription,
  notificationId: string,
): Target => ({ notificationId, endpointId, intervalsMs, inOrder, settingsVersion });

/** Its id is a function of the event and the endpoint, so that the same is never told twice. */
function announcementOf(
  content: NotificationContent,
  subscribers: readonly Subscription[],
  key: string,
): Announce | null {
  const slot = slotOfRecordKey(key);
  const [first, ...others] = subscribers.map((each) =>
    targetOf(each, derivedUuid(slot, 'notification', content.sourceEventId ?? '', each.endpointId)),
  );
  if (first === undefined) return null;
  return { type: 'Announce', data: { content, targets: [first, ...others] } };
}

function onPayment(input: InputRecord, context: ProcessorContext): NotificationContent | null {
  const payments = context.store<PaymentFacts>(paymentsStore);
  // The topic holds nothing but these; the codec has checked it.
  const event = input.payload as PaymentsEvent;
  if (event.type === 'PaymentCreated') {
    const { payNo, amountMinor, currency, channel } = event.data;
    payments.set(input.key, { payNo, amountMinor, currency, channel });
    return null;
  }
  if (!isToldOf(event)) return null;
  const known = payments.get(input.key) ?? null;
  return contentOfPayment(factOf(input, event), known);
}

const factOf = <Event>(input: InputRecord, event: Event) => ({
  event,
  eventId: input.envelope.id,
  key: input.key,
  atMs: input.envelope.timeMs,
});

/** Most events of a payment are between it and its gateway. */
export const concernsAnnouncements: Concerns = ({ topic, type }) =>
  topic !== topics.paymentsEvents.name || heardPayments.has(type);

/** What an event of somebody else means here: an announcement to whoever asked for such events. */
export function announcementFrom(
  input: InputRecord,
  context: ProcessorContext,
): NotificationCommand | null {
  if (input.topic === topics.endpointsCopies.name) {
    // The catalogue ties the topic to its record.
    const copy = input.payload.data as EndpointCopied;
    withCopy(subscriptionsIn(context), copy);
    keepLaneSettings(copy, context);
    return null;
  }
  // A payment number as key carries callbacks of a payment that nobody created; no order is theirs.
  if (!input.key.includes('/')) return null;
  const content =
    input.topic === topics.paymentsEvents.name
      ? onPayment(input, context)
      : contentOfAlert(factOf(input, input.payload as AlertsEvent));
  if (content === null) return null;
  return announcementOf(content, subscribersOf(subscriptionsIn(context), content), input.key);
}

/** A trial names its endpoint, and what the decision needs of that stands here. */
export function withEndpoint(
  command: NotificationCommand,
  context: ProcessorContext,
): NotificationCommand {
  if (command.type !== 'TriggerNotification') return command;
  const { notificationId, content, endpointId } = command.data;
  const { tenant } = content;
  const subscriber = subscriberOf(subscriptionsIn(context), { tenant, endpointId });
  if (subscriber === null) return command;
  const target = targetOf(subscriber, notificationId);
  return { type: 'Announce', data: { content, targets: [target] } };
}

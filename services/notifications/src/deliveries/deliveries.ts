import type { EndpointCopied, NotificationContent, NotificationsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { digest, unreachable } from '@plumbline/kernel';
import type { InputRecord, KeyValueStore, ProcessorContext, Topology } from '@plumbline/runtime';
import { redrives } from '@plumbline/runtime';
import { attemptKeyOf, dueStore, settingsKeyOf } from '../worker/due-store.ts';

/** What is told to whom: all that the body of a request is made of. */
export interface ToldNotification {
  readonly notificationId: string;
  readonly endpointId: string | null;
  readonly callbackUrl: string | null;
  readonly content: NotificationContent;
  readonly sequence: bigint;
}

/** A notification that has not ended, and the attempt of it that waits for a worker. */
interface OpenNotification {
  readonly told: ToldNotification;
  /** Key in the store of what is due; null while nothing is. */
  readonly dueKey: string | null;
}

const openStore = 'open';

/** Everything for one endpoint waits in one lane; what goes to a caller's URL, by its origin. */
function laneKeyOf({ endpointId, callbackUrl }: ToldNotification): string {
  if (endpointId !== null) return endpointId;
  const url = callbackUrl ?? '';
  const origin = URL.canParse(url) ? new URL(url).origin : url;
  return `url:${digest(origin).toString('hex').slice(0, 16)}`;
}

/**
 * What is to be delivered now: the attempts that are due less those reported, by endpoint and time,
 * and each endpoint as it is. A fold of the log: there is nothing to lose, and whoever takes a
 * partition over goes on with it.
 */
export const notificationDeliveries: Topology = {
  name: 'notification-deliveries',
  ordering: 'arrival',
  paceMs: 0,
  inputs: [
    { kind: 'events', topic: topics.endpointsCopies.name },
    { kind: 'events', topic: topics.notificationsEvents.name },
    redrives,
  ],
  outputs: [],
  changelog: topics.notificationDeliveriesChangelog.name,
  deadLetters: topics.notificationDeliveriesDeadLetters.name,
  stores: [{ name: openStore }, { name: dueStore }],
  owns: [],
  createProcessor: () => ({
    onRecord(record, context) {
      if (record.topic === topics.endpointsCopies.name) foldEndpoint(record, context);
      else fold(record, context);
    },
    onTimer: ({ name }) => {
      throw new Error(`notification-deliveries sets no timers, and yet ${name} fired`);
    },
  }),
};

function foldEndpoint({ payload }: InputRecord, context: ProcessorContext): void {
  // The catalogue ties the topic to its record.
  const { endpointId, tenant, status, settings, secretId } = payload.data as EndpointCopied;
  const lanes = context.store(dueStore);
  const { concurrencyMax, ratePerSecond, timeoutMs } = settings;
  if (status === 'REMOVED') lanes.delete(settingsKeyOf(endpointId));
  else {
    const lane = { status, concurrencyMax, ratePerSecond, timeoutMs };
    lanes.set(settingsKeyOf(endpointId), { ...lane, settings: { ...settings, tenant, secretId } });
  }
}

type OpenStore = KeyValueStore<OpenNotification>;

function fold(record: InputRecord, context: ProcessorContext): void {
  // The topic holds nothing but these; the codec has checked it.
  const event = record.payload as NotificationsEvent;
  const open = context.store<OpenNotification>(openStore);
  const due = context.store(dueStore);
  if (event.type === 'NotificationsForgotten') {
    for (const notificationId of event.data.notificationIds) end(open, due, notificationId);
    return;
  }
  const { notificationId } = event.data;
  const known = open.get(notificationId);

  function put(told: ToldNotification, attempt: number, dueMs: number): void {
    const laneKey = laneKeyOf(told);
    const dueKey = attemptKeyOf({ laneKey, dueMs, notificationId });
    if (known?.dueKey !== undefined && known.dueKey !== null) due.delete(known.dueKey);
    const { correlationId, traceparent } = record.envelope;
    const trace = { correlationId, traceparent };
    const at = { key: record.key, orderKey: record.key, laneKey, notificationId };
    due.set(dueKey, {
      ...at,
      attempt,
      isFirst: attempt === 1,
      dueMs,
      ...trace,
      notification: told,
    });
    open.set(notificationId, { told, dueKey });
  }

  switch (event.type) {
    case 'NotificationCreated': {
      const { endpointId, callbackUrl, content, sequence, status, createdAt } = event.data;
      const told = { notificationId, endpointId, callbackUrl, content, sequence };
      if (status === 'NOTIFYING') put(told, 1, createdAt);
      else open.set(notificationId, { told, dueKey: null });
      return;
    }
    case 'NotificationStatusUpdated': {
      if (known === undefined) return;
      const { paymentStatus, transactionId, status, updatedAt } = event.data;
      const news = { status: paymentStatus, transactionId, occurredAt: updatedAt };
      const told = { ...known.told, content: { ...known.told.content, ...news } };
      if (status === 'NOTIFYING') put(told, 1, updatedAt);
      else open.set(notificationId, { told, dueKey: null });
      return;
    }
    case 'NotificationAttemptDue': {
      const { attempt, dueAt, content, endpointId, callbackUrl, sequence } = event.data;
      // One that had ended is told again whole.
      const again =
        content === null
          ? undefined
          : { notificationId, endpointId, callbackUrl, content, sequence: sequence ?? 0n };
      const told = again ?? known?.told;
      if (told !== undefined) put(told, attempt, dueAt);
      return;
    }
    case 'NotificationAttemptFailed': {
      const { status, attempt, nextDueAt } = event.data;
      if (known === undefined) return;
      if (status === 'RETRYING' && nextDueAt !== null) put(known.told, attempt + 1, nextDueAt);
      else if (status === 'FAILED') wait(open, due, known);
      else end(open, due, notificationId);
      return;
    }
    case 'NotificationDelivered':
    case 'NotificationAbandoned':
      end(open, due, notificationId);
      return;
    default:
      unreachable(event);
  }
}

/** Nothing of it is due until its time comes. */
function wait(open: OpenStore, due: KeyValueStore<unknown>, known: OpenNotification): void {
  if (known.dueKey !== null) due.delete(known.dueKey);
  open.set(known.told.notificationId, { told: known.told, dueKey: null });
}

function end(open: OpenStore, due: KeyValueStore<unknown>, notificationId: string): void {
  const known = open.get(notificationId);
  if (known === undefined) return;
  if (known.dueKey !== null) due.delete(known.dueKey);
  open.delete(notificationId);
}

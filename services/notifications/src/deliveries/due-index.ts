import type { EndpointCopied, NotificationContent } from '@plumbline/events';
import { digest } from '@plumbline/kernel';
import type { AggregateIndex, ProcessorContext } from '@plumbline/runtime';
import type {
  DueNotification,
  Notification,
  NotificationsState,
} from '../domain/notification/state.ts';
import { notificationsOf } from '../domain/notification/state.ts';
import { attemptKeyOf, dueStore, settingsKeyOf } from '../worker/due-store.ts';
import type { DueDelivery } from '../worker/port.ts';

/** What is told to whom: all that the body of a request is made of. */
export interface ToldNotification {
  readonly notificationId: string;
  readonly endpointId: string | null;
  readonly callbackUrl: string | null;
  readonly content: NotificationContent;
  readonly sequence: bigint;
}

/** Everything for one endpoint waits in one lane; what goes to a caller's URL, by its origin. */
function laneKeyOf({ endpointId, callbackUrl }: ToldNotification): string {
  if (endpointId !== null) return endpointId;
  const url = callbackUrl ?? '';
  const origin = URL.canParse(url) ? new URL(url).origin : url;
  return `url:${digest(origin).toString('hex').slice(0, 16)}`;
}

const isDue = (one: Notification): one is DueNotification =>
  one.status === 'NOTIFYING' || one.status === 'RETRYING';

/**
 * What is to be delivered now, by endpoint and time: the attempts at hand of all notifications of a
 * partition. What is due and reported is decided where it is indexed, so that there is no second fold
 * of the log to wait for.
 */
export const dueIndex: AggregateIndex<NotificationsState> = {
  store: dueStore,
  partsOf(state) {
    const parts = new Map<string, DueNotification>();
    for (const one of notificationsOf(state)) {
      if (!isDue(one)) continue;
      const { notificationId, dueMs } = one;
      parts.set(attemptKeyOf({ laneKey: laneKeyOf(one), dueMs, notificationId }), one);
    }
    return parts;
  },
  entryOf(part, { key, cause }): DueDelivery {
    // The parts are those above.
    const { notificationId, endpointId, callbackUrl, content, sequence, attempt, dueMs } =
      part as DueNotification;
    const notification: ToldNotification = {
      ...{ notificationId, endpointId, callbackUrl, content, sequence },
    };
    const { correlationId, traceparent } = cause;
    return {
      ...{ key, orderKey: key, laneKey: laneKeyOf(notification), notificationId, attempt },
      ...{ isFirst: attempt === 1, dueMs, correlationId, traceparent, notification },
    };
  },
};

/**
 * Beside what is due stands each endpoint as it is, for whoever delivers. What is due to one that was
 * removed is kept.
 */
export function keepLaneSettings(copy: EndpointCopied, context: ProcessorContext): void {
  const { endpointId, tenant, status, settings, secretId } = copy;
  const lanes = context.store(dueStore);
  const { concurrencyMax, ratePerSecond, timeoutMs } = settings;
  if (status === 'REMOVED') lanes.delete(settingsKeyOf(endpointId));
  else {
    const lane = { status, concurrencyMax, ratePerSecond, timeoutMs };
    lanes.set(settingsKeyOf(endpointId), { ...lane, settings: { ...settings, tenant, secretId } });
  }
}

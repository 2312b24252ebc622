import { unreachable } from '@plumbline/kernel';
import type { NotificationEvent, NotificationEventOf } from './events.ts';
import { keptAbandonedMs } from './limits.ts';
import type { Notification, NotificationsState } from './state.ts';
import { notificationsOf } from './state.ts';

function created(data: NotificationEventOf<'NotificationCreated'>): Notification {
  const { notificationId, sequence, endpointId, callbackUrl, content, settingsVersion } = data;
  const base = {
    ...{ notificationId, sequence, endpointId, callbackUrl, content, settingsVersion },
    ...{ inOrder: data.inOrder, intervalsMs: data.intervalsMs, step: 0 },
    ...{ createdAtMs: data.createdAt, expireAtMs: data.expireAt },
  };
  return data.status === 'NOTIFYING'
    ? { ...base, status: 'NOTIFYING', attempt: 1, dueMs: data.createdAt }
    : { ...base, status: 'PENDING', attempt: 0, held: data.inOrder };
}

function updated(
  before: Notification,
  data: NotificationEventOf<'NotificationStatusUpdated'>,
): Notification {
  const { paymentStatus, transactionId, updatedAt } = data;
  const content = {
    ...before.content,
    ...{ status: paymentStatus, transactionId, occurredAt: updatedAt },
  };
  if (data.status !== 'NOTIFYING') return { ...before, content };
  return { ...baseOf(before), content, status: 'NOTIFYING', attempt: 1, dueMs: updatedAt };
}

/** What holds of a notification whatever becomes of it. */
function baseOf(before: Notification) {
  const { notificationId, sequence, endpointId, callbackUrl, content, inOrder } = before;
  const { intervalsMs, settingsVersion, createdAtMs, expireAtMs, attempt, step } = before;
  const told = { notificationId, sequence, endpointId, callbackUrl, content, inOrder };
  return { ...told, intervalsMs, settingsVersion, createdAtMs, expireAtMs, attempt, step };
}

function attemptDue(
  before: Notification,
  data: NotificationEventOf<'NotificationAttemptDue'>,
): Notification {
  const { attempt, dueAt: dueMs, step } = data;
  const status = data.status === 'NOTIFYING' ? 'NOTIFYING' : 'RETRYING';
  return { ...baseOf(before), status, attempt, dueMs, step };
}

function attemptFailed(
  before: Notification,
  data: NotificationEventOf<'NotificationAttemptFailed'>,
): Notification {
  const { attempt, step, nextDueAt, levelMs } = data;
  const base = { ...baseOf(before), attempt, step };
  if (nextDueAt === null) return { ...base, status: 'RETRY_FAILED' };
  // The endpoint is gone: the next attempt is due, and waits for it to come back.
  if (data.status === 'RETRYING')
    return { ...base, attempt: attempt + 1, dueMs: nextDueAt, status: 'RETRYING' };
  return { ...base, status: 'FAILED', nextDueMs: nextDueAt, levelMs };
}

const onOne = (
  state: NotificationsState,
  notificationId: string,
  change: (notification: Notification) => Notification,
): NotificationsState =>
  state.status === 'none'
    ? state
    : {
        ...state,
        notifications: state.notifications.map((each) =>
          each.notificationId === notificationId ? change(each) : each,
        ),
      };

export function evolve(state: NotificationsState, event: NotificationEvent): NotificationsState {
  switch (event.type) {
    case 'NotificationCreated': {
      const notifications = [...notificationsOf(state), created(event.data)];
      return { status: 'open', sequence: event.data.sequence, notifications };
    }
    case 'NotificationStatusUpdated':
      return onOne(state, event.data.notificationId, (one) => updated(one, event.data));
    case 'NotificationAttemptDue':
      return onOne(state, event.data.notificationId, (one) => attemptDue(one, event.data));
    case 'NotificationAttemptFailed':
      return onOne(state, event.data.notificationId, (one) => attemptFailed(one, event.data));
    case 'NotificationDelivered':
      return onOne(state, event.data.notificationId, (one) => {
        const { attempt } = event.data;
        return { ...baseOf(one), attempt, status: 'SUCCESS' };
      });
    case 'NotificationAbandoned':
      return onOne(state, event.data.notificationId, (one) => {
        const { reason, abandonedAt } = event.data;
        const expireAtMs = Math.max(one.expireAtMs, abandonedAt + keptAbandonedMs);
        return { ...baseOf(one), expireAtMs, status: 'ABANDONED', reason };
      });
    case 'NotificationsForgotten': {
      if (state.status === 'none') return state;
      const gone = new Set(event.data.notificationIds);
      const notifications = state.notifications.filter((each) => !gone.has(each.notificationId));
      return { ...state, notifications };
    }
    default:
      return unreachable(event);
  }
}

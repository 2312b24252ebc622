import type { Json } from '@plumbline/kernel';
import type { NotificationCommand } from './commands.ts';
import type { Notification, NotificationsState } from './state.ts';
import { findNotification, newestAskedOfPayment, newestOfPayment } from './state.ts';

/** A notification as an answer shows it: amounts as text of minor units, times in epoch ms. */
function shown(one: Notification): Json {
  const { notificationId, endpointId, callbackUrl, content, attempt, sequence } = one;
  const { type, tenant, orderNo, paymentId, refundId, currency, status } = content;
  const { paymentMethod, transactionId, occurredAt, amountMinor } = content;
  return {
    ...{ notificationId, endpointId, callbackUrl, type, tenant, orderNo, paymentId, refundId },
    ...{ amountMinor: amountMinor?.toString() ?? null, currency, status, paymentMethod },
    ...{ transactionId, occurredAt, attempt, sequence: sequence.toString() },
    notificationStatus: one.status,
    nextDueMs: one.status === 'FAILED' ? one.nextDueMs : null,
    reason: one.status === 'ABANDONED' ? one.reason : null,
    ...{ createdAtMs: one.createdAtMs, intervalsMs: [...one.intervalsMs] },
  };
}

const orNull = (one: Notification | null): Json => (one === null ? null : shown(one));

/** What somebody asked for who waits for the answer; `null` for what nobody waits for. */
export function answer(state: NotificationsState, command: NotificationCommand): Json {
  switch (command.type) {
    case 'CreateNotification':
    case 'ReplayNotification':
      return orNull(findNotification(state, command.data.notificationId));
    case 'UpdatePaymentStatus':
      return orNull(newestAskedOfPayment(state, command.data.paymentId));
    case 'RetryNotification':
    case 'AbandonNotification': {
      const { notificationId, paymentId } = command.data;
      if (notificationId !== null) return orNull(findNotification(state, notificationId));
      return paymentId === null ? null : orNull(newestOfPayment(state, paymentId));
    }
    case 'Announce': {
      const [{ notificationId }] = command.data.targets;
      return orNull(findNotification(state, notificationId));
    }
    case 'TellAgain':
    case 'TriggerNotification':
    case 'ReportAttempt':
    case 'StartAttempt':
    case 'RetryDue':
    case 'Expire':
      return null;
  }
}

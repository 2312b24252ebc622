import type { AggregateTimer, Decider, Decision, DecisionContext } from '@plumbline/kernel';
import { invariant, rejected, unreachable } from '@plumbline/kernel';
import {
  abandonNotification,
  expire,
  replayNotification,
  reportAttempt,
  retryNotification,
  startAttempt,
} from './attempts.ts';
import type { NotificationCommand } from './commands.ts';
import { tellAgain } from './correct.ts';
import type { NotificationPolicy } from './create.ts';
import { announce, createNotification, updatePaymentStatus } from './create.ts';
import type { NotificationEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { notificationRejection } from './rejections.ts';
import { answer } from './shown.ts';
import type { NotificationsState } from './state.ts';
import { noNotifications, notificationsOf } from './state.ts';

const expireTimer = 'expire';
const retryTimer = /^retry:(.+):(\d+)$/;

/** One for each wait that no delay topic keeps, and one for the notification that expires first. */
function timers(state: NotificationsState): readonly AggregateTimer[] {
  const all = notificationsOf(state);
  const waits = all.flatMap((one) =>
    one.status === 'FAILED' && one.levelMs === null
      ? [{ name: `retry:${one.notificationId}:${one.attempt + 1}`, dueMs: one.nextDueMs }]
      : [],
  );
  if (all.length === 0) return waits;
  const dueMs = Math.min(...all.map(({ expireAtMs }) => expireAtMs));
  return [...waits, { name: expireTimer, dueMs }];
}

function onTimer({ name }: AggregateTimer): NotificationCommand {
  if (name === expireTimer) return { type: 'Expire', data: {} };
  const [, notificationId, attempt] = retryTimer.exec(name) ?? [];
  invariant(notificationId !== undefined, `not a timer of a notification: ${name}`);
  return { type: 'RetryDue', data: { notificationId, attempt: Number(attempt) } };
}

/**
 * What is told to whom, when, and how often. A repeat of any command changes nothing: notifications
 * are recognised by their id, attempts by their number.
 */
export function createNotificationDecider(
  policy: NotificationPolicy,
): Decider<NotificationsState, NotificationCommand, NotificationEvent> {
  function decide(
    command: NotificationCommand,
    state: NotificationsState,
    context: DecisionContext,
  ): Decision<NotificationEvent> {
    switch (command.type) {
      case 'CreateNotification':
        return createNotification(command.data, state, context, policy);
      case 'UpdatePaymentStatus':
        return updatePaymentStatus(command.data, state, context, policy);
      case 'Announce':
        return announce(command.data, state, context, policy);
      case 'TriggerNotification':
        // Whoever knows the endpoints makes an announcement of it; of this one nobody knew.
        return rejected(notificationRejection('ENDPOINT_NOT_FOUND'));
      case 'ReportAttempt':
        return reportAttempt(command.data, state, context, policy);
      case 'StartAttempt':
        return startAttempt(command.data, state, context);
      case 'RetryDue':
        return startAttempt({ ...command.data, trigger: 'SCHEDULE' }, state, context);
      case 'RetryNotification':
        return retryNotification(command.data, state, context);
      case 'AbandonNotification':
        return abandonNotification(command.data, state, context);
      case 'ReplayNotification':
        return replayNotification(command.data, state, context);
      case 'TellAgain':
        return tellAgain(command.data, state, context, policy);
      case 'Expire':
        return expire(state, context);
      default:
        return unreachable(command);
    }
  }
  return { initialState: noNotifications, decide, evolve, answer, timers, onTimer };
}

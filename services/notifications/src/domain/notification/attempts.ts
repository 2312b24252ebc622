import type { AttemptReport } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, rejected, unchanged } from '@plumbline/kernel';
import type { NotificationCommandOf } from './commands.ts';
import type { NotificationPolicy } from './create.ts';
import { isAhead } from './create.ts';
import type { NotificationEvent, NotificationEventOf } from './events.ts';
import { waitMsMax } from './limits.ts';
import { notificationRejection } from './rejections.ts';
import type { EndedNotification, FailedNotification, Notification } from './state.ts';
import type { NotificationsState, PendingNotification } from './state.ts';
import { findNotification, hasEnded, newestOfPayment, notificationsOf } from './state.ts';

/** Said by the worker of an endpoint that was removed: there is nothing to try again. */
export const endpointRemovedCode = 'ENDPOINT_REMOVED';

/** Why it is given up when its time is over. */
export const expiredReason = 'it was not delivered in its time';

/**
 * How an attempt ended. Only the attempt at hand counts: what comes late, or twice, or after it was
 * given up, changes nothing.
 */
export function reportAttempt(
  { notificationId, attempt, report }: NotificationCommandOf<'ReportAttempt'>,
  state: NotificationsState,
  context: DecisionContext,
  policy: NotificationPolicy,
): Decision<NotificationEvent> {
  const one = findNotification(state, notificationId);
  if (one === null || one.attempt !== attempt) return unchanged;
  if (one.status !== 'NOTIFYING' && one.status !== 'RETRYING') return unchanged;
  const { atMs } = context;
  if (report.outcome === 'DELIVERED') {
    const data = { notificationId, attempt, report, deliveredAt: atMs };
    return ending(state, one, { type: 'NotificationDelivered', data }, context);
  }
  if (report.code === endpointRemovedCode)
    return ending(state, one, abandoned(one, 'the endpoint was removed', atMs), context);
  const failed = { notificationId, attempt, report, failedAt: atMs };
  const type = 'NotificationAttemptFailed';
  // Of an endpoint that is gone no wait is used up: what it did not take is kept for it. A URL has
  // nothing that could be disabled and resumed: there it is a failure like others.
  if (report.outcome === 'GONE' && one.endpointId !== null) {
    const { step } = one;
    const data = { ...failed, status: 'RETRYING', nextDueAt: atMs, levelMs: null, step } as const;
    return accepted<NotificationEvent>({ type, data });
  }
  const interval = one.intervalsMs[one.step];
  if (interval === undefined) {
    const none = {
      status: 'RETRY_FAILED',
      nextDueAt: null,
      levelMs: null,
      step: one.step,
    } as const;
    return ending(state, one, { type, data: { ...failed, ...none } }, context);
  }
  const { waitMs, levelMs } = waitOf(interval, report, policy);
  const next = { status: 'FAILED', nextDueAt: atMs + waitMs, levelMs, step: one.step + 1 } as const;
  return accepted<NotificationEvent>({ type, data: { ...failed, ...next } });
}

/** The later of the schedule and what the endpoint asks for, capped. */
function waitOf(
  intervalMs: number,
  { retryAfterMs }: AttemptReport,
  { levelsMs }: NotificationPolicy,
) {
  const hintMs = Math.min(retryAfterMs ?? 0, waitMsMax);
  const waitMs = Math.max(intervalMs, hintMs);
  // A delay topic has one constant delay, or its head would hold up what is behind it.
  const levelMs = levelsMs.includes(waitMs) ? waitMs : null;
  return { waitMs, levelMs };
}

const abandoned = (
  { notificationId }: Notification,
  reason: string,
  abandonedAt: number,
): NotificationEvent => ({
  type: 'NotificationAbandoned',
  data: { notificationId, reason, abandonedAt },
});

/** An end, and with it the beginning of what waited for it. */
const ending = (
  state: NotificationsState,
  one: Notification,
  event: NotificationEvent,
  context: DecisionContext,
): Decision<NotificationEvent> => accepted(event, ...released(state, [one], context));

/** What waited for those that end: the oldest of each endpoint to which nothing is on its way. */
function released(
  state: NotificationsState,
  ending: readonly Notification[],
  { atMs }: DecisionContext,
): readonly NotificationEvent[] {
  const endpoints = new Set(ending.map(({ endpointId }) => endpointId));
  return [...endpoints].flatMap((endpointId) => {
    const left = notificationsOf(state).filter(
      (each) => !ending.includes(each) && isAhead(each, endpointId),
    );
    const isBusy = left.some(({ status }) => status !== 'PENDING');
    const next = left.find(isHeld);
    if (next === undefined || isBusy) return [];
    return [due(next, { trigger: 'ORDER', dueAt: atMs, atMs })];
  });
}

const isHeld = (one: Notification): one is PendingNotification =>
  one.status === 'PENDING' && one.held;

type Due = NotificationEventOf<'NotificationAttemptDue'>;

export function due(
  one: PendingNotification | FailedNotification | EndedNotification,
  by: {
    readonly trigger: Due['trigger'];
    readonly dueAt: number;
    readonly atMs: number;
    readonly reason?: string | null;
  },
): NotificationEvent {
  const { notificationId, attempt, step, endpointId, callbackUrl, content, sequence } = one;
  const { trigger, dueAt, atMs: startedAt, reason = null } = by;
  const status = one.status === 'PENDING' ? 'NOTIFYING' : 'RETRYING';
  // Whoever delivers has forgotten what had ended.
  const again = hasEnded(one)
    ? { endpointId, callbackUrl, content, sequence, step: 0 }
    : { endpointId: null, callbackUrl: null, content: null, sequence: null, step };
  return {
    type: 'NotificationAttemptDue',
    data: {
      ...{ notificationId, attempt: attempt + 1, trigger, dueAt, startedAt, status, reason },
      ...again,
    },
  };
}

/** The time of a retry has come, by a delay topic, a timer, or a sweep that found it overdue. */
export function startAttempt(
  of: {
    readonly notificationId: string;
    readonly attempt: number;
    readonly trigger: Due['trigger'];
  },
  state: NotificationsState,
  { atMs }: DecisionContext,
): Decision<NotificationEvent> {
  const one = findNotification(state, of.notificationId);
  if (one?.status !== 'FAILED' || of.attempt !== one.attempt + 1) return unchanged;
  // Never early: what comes before its time, comes again.
  if (atMs < one.nextDueMs) return unchanged;
  return accepted(due(one, { trigger: of.trigger, dueAt: one.nextDueMs, atMs }));
}

/** The notification that a caller means: the one named, or the newest of the payment. */
function meant(
  state: NotificationsState,
  which: { readonly notificationId: string | null; readonly paymentId: string | null },
): Notification | null {
  const { notificationId, paymentId } = which;
  if (notificationId !== null) return findNotification(state, notificationId);
  return paymentId === null ? null : newestOfPayment(state, paymentId);
}

const notFound = ({ notificationId }: { readonly notificationId: string | null }) =>
  rejected(
    notificationRejection(notificationId === null ? 'PAYMENT_NOT_FOUND' : 'NOTIFICATION_NOT_FOUND'),
  );

/** By hand, at once. It supersedes the attempt that waited, which then comes to nothing. */
export function retryNotification(
  data: NotificationCommandOf<'RetryNotification'>,
  state: NotificationsState,
  { atMs }: DecisionContext,
): Decision<NotificationEvent> {
  const one = meant(state, data);
  if (one === null) return notFound(data);
  if (one.status !== 'PENDING' && one.status !== 'FAILED')
    return rejected(notificationRejection('RETRY_NOT_ALLOWED', { status: one.status }));
  return accepted(due(one, { trigger: 'MANUAL', dueAt: atMs, atMs, reason: data.reason }));
}

export function replayNotification(
  data: NotificationCommandOf<'ReplayNotification'>,
  state: NotificationsState,
  { atMs }: DecisionContext,
): Decision<NotificationEvent> {
  const one = findNotification(state, data.notificationId);
  if (one === null) return notFound(data);
  if (one.status !== 'SUCCESS' && one.status !== 'RETRY_FAILED')
    return rejected(notificationRejection('REPLAY_NOT_ALLOWED', { status: one.status }));
  return accepted(due(one, { trigger: 'REPLAY', dueAt: atMs, atMs, reason: data.reason }));
}

/** Once more with the same reason is no news; with another it is refused, and the first one stays. */
export function abandonNotification(
  data: NotificationCommandOf<'AbandonNotification'>,
  state: NotificationsState,
  context: DecisionContext,
): Decision<NotificationEvent> {
  const one = meant(state, data);
  if (one === null) return notFound(data);
  if (one.status === 'ABANDONED' && one.reason === data.reason) return unchanged;
  if (hasEnded(one)) {
    const reason = one.status === 'ABANDONED' ? { reason: one.reason } : {};
    const details = { status: one.status, ...reason };
    return rejected(notificationRejection('ABANDON_NOT_ALLOWED', details));
  }
  return ending(state, one, abandoned(one, data.reason, context.atMs), context);
}

/** What has ended is forgotten; what has not is given up, and can be seen for some days more. */
export function expire(
  state: NotificationsState,
  context: DecisionContext,
): Decision<NotificationEvent> {
  const { atMs } = context;
  const over = notificationsOf(state).filter(({ expireAtMs }) => expireAtMs <= atMs);
  const ended = over.filter(hasEnded).map(({ notificationId }) => notificationId);
  const forgotten: readonly NotificationEvent[] =
    ended.length === 0
      ? []
      : [{ type: 'NotificationsForgotten', data: { notificationIds: ended, forgottenAt: atMs } }];
  const late = over.filter((each) => !hasEnded(each));
  const givenUp = late.map((each) => abandoned(each, expiredReason, atMs));
  const [first, ...others] = [...forgotten, ...givenUp, ...released(state, late, context)];
  return first === undefined ? unchanged : accepted(first, ...others);
}

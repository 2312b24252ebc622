import type { AttemptReport, NotificationContent } from '@plumbline/events';
import { anyContext, given } from '@plumbline/kernel/testing';
import type { NotificationCommand, NotificationCommandOf, Target } from './commands.ts';
import type { NotificationPolicy } from './create.ts';
import type { NotificationEvent } from './events.ts';
import { createNotificationDecider } from './notification.ts';
import type { NotificationsState } from './state.ts';

const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const dayMs = 1_440 * minuteMs;

/** The ladder of contract 2, each wait a delay topic. */
export const levelsMs: readonly number[] = [
  30 * secondMs,
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  30 * minuteMs,
];
export const policy: NotificationPolicy = { intervalsMs: levelsMs, levelsMs, keepMs: 90 * dayMs };
export const decider = createNotificationDecider(policy);

/** When the first command of a history comes. */
export const { atMs: startMs } = anyContext;

/** A payment number that belongs to the slot of every test: 0. */
export const payNo = 'PAY176722560000000000000000001';
export const callbackUrl = 'https://merchant.example/notify';

export const contentOf = (over: Partial<NotificationContent> = {}): NotificationContent => ({
  ...{ type: 'payment.succeeded', sourceEventId: null, tenant: 'main', orderNo: 'O-1' },
  ...{ paymentId: payNo, refundId: null, amountMinor: 10_000n, currency: 'CNY' },
  ...{ status: 'SUCCESS', paymentMethod: 'MOCK', transactionId: 'T-1' },
  ...{ occurredAt: startMs, data: null, ...over },
});

/** How an attempt ended. */
export const reportOf = (over: Partial<AttemptReport> = {}): AttemptReport => ({
  ...{ outcome: 'FAILED', code: 'HTTP_500', message: null, httpStatus: 500, retryAfterMs: null },
  ...{ startedAt: startMs, durationMs: 5, dnsMs: null, connectMs: null, firstByteMs: 4 },
  ...{ requestBytes: 200, response: null, responseTruncated: false, ...over },
});

export const create = (
  notificationId: string,
  over: Partial<NotificationContent> = {},
  url = callbackUrl,
): NotificationCommand => ({
  type: 'CreateNotification',
  data: { notificationId, content: contentOf(over), callbackUrl: url },
});

export const update = (
  status: NotificationCommandOf<'UpdatePaymentStatus'>['status'],
  transactionId: string | null = null,
  paymentId = payNo,
): NotificationCommand => ({
  type: 'UpdatePaymentStatus',
  data: { paymentId, status, transactionId },
});

export const targetOf = (notificationId: string, over: Partial<Target> = {}): Target => ({
  ...{ notificationId, endpointId: 'ep-1', settingsVersion: 1, intervalsMs: null },
  ...{ inOrder: false, ...over },
});

export const announce = (
  target: Target,
  others: readonly Target[] = [],
  over: Partial<NotificationContent> = {},
): NotificationCommand => ({
  type: 'Announce',
  data: { content: contentOf({ sourceEventId: 'e-1', ...over }), targets: [target, ...others] },
});

/** The same to an endpoint that is told in order. */
export const announceInOrder = (notificationId: string): NotificationCommand =>
  announce(targetOf(notificationId, { inOrder: true }));

export const trigger = (notificationId: string): NotificationCommand => ({
  type: 'TriggerNotification',
  data: { notificationId, content: contentOf({ type: 'endpoint.test' }), endpointId: 'ep-1' },
});

export const report = (
  notificationId: string,
  attempt: number,
  over: Partial<AttemptReport> = {},
): NotificationCommand => ({
  type: 'ReportAttempt',
  data: { notificationId, attempt, report: reportOf(over) },
});

const well = { outcome: 'DELIVERED', code: null, httpStatus: 200 } as const;
export const delivered = (notificationId: string, attempt: number): NotificationCommand =>
  report(notificationId, attempt, well);

export const gone = (notificationId: string, attempt: number): NotificationCommand =>
  report(notificationId, attempt, { outcome: 'GONE', code: 'HTTP_410', httpStatus: 410 });

export const start = (
  notificationId: string,
  attempt: number,
  over: Partial<NotificationCommandOf<'StartAttempt'>> = {},
): NotificationCommand => ({
  type: 'StartAttempt',
  data: { notificationId, attempt, dueAt: startMs, trigger: 'SCHEDULE', ...over },
});

export const retryDue = (notificationId: string, attempt: number): NotificationCommand => ({
  type: 'RetryDue',
  data: { notificationId, attempt },
});

export const retry = (notificationId: string | null, paymentId = payNo): NotificationCommand => ({
  type: 'RetryNotification',
  data: { notificationId, paymentId, reason: 'they asked for it' },
});

export const abandon = (notificationId: string | null, reason = 'no use'): NotificationCommand => ({
  type: 'AbandonNotification',
  data: { notificationId, paymentId: payNo, reason },
});

export const replay = (notificationId: string): NotificationCommand => ({
  type: 'ReplayNotification',
  data: { notificationId, reason: 'it is there again' },
});

export const tellAgain = (
  over: Partial<NotificationCommandOf<'TellAgain'>> = {},
): NotificationCommand => ({
  type: 'TellAgain',
  data: { correctionId: 'c-1', paymentId: payNo, reason: 'rule U', ...over },
});

export const expire: NotificationCommand = { type: 'Expire', data: {} };

/** A command, and when it comes after the start, ms. */
export type Timed = readonly [command: NotificationCommand, afterMs: number];

/** Events that a decider itself makes of the commands. */
export function told(
  commands: readonly (NotificationCommand | Timed)[],
  of = decider,
): readonly NotificationEvent[] {
  const events: NotificationEvent[] = [];
  for (const each of commands) {
    const [command, afterMs] = 'type' in each ? [each, 0] : each;
    const context = { atMs: startMs + afterMs };
    events.push(...given(of, events).when(command, context).events);
  }
  return events;
}

export const stateOf = (events: readonly NotificationEvent[]): NotificationsState =>
  given(decider, events).state;

/** `n1 FAILED 1, n2 PENDING 0`: each notification with its status and newest attempt. */
export const summaryOf = (state: NotificationsState): string =>
  state.status === 'none'
    ? 'none'
    : state.notifications
        .map(({ notificationId, status, attempt }) => `${notificationId} ${status} ${attempt}`)
        .join(', ');

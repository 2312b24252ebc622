import type { AttemptReport, NotificationsEvent, NotifiedStatus } from '@plumbline/events';

/** Events of notifications of one order as their service writes them, for tests of the rules. */
const report: AttemptReport = {
  ...{ outcome: 'DELIVERED', code: null, message: null, httpStatus: 200, retryAfterMs: null },
  ...{ startedAt: 0, durationMs: 1, dnsMs: null, connectMs: null, firstByteMs: 1 },
  ...{ requestBytes: 1, response: null, responseTruncated: false },
};

const typeOf: Readonly<Partial<Record<NotifiedStatus, string>>> = {
  ...{ SUCCESS: 'payment.succeeded', FAILED: 'payment.failed', TIMEOUT: 'payment.closed' },
  ...{ CANCELLED: 'payment.closed', REFUNDED: 'refund.succeeded' },
};

interface Of {
  readonly sequence: bigint;
  readonly status: NotifiedStatus;
  readonly endpointId?: string;
  readonly paymentId?: string;
  readonly refundId?: string;
}

const contentOf = ({ status, paymentId = 'PAY1', refundId }: Of) => ({
  ...{ type: typeOf[status] ?? 'payment', sourceEventId: 'p2', tenant: 'main', orderNo: 'H1' },
  ...{ paymentId, refundId: refundId ?? null, amountMinor: 9_990n, currency: 'CNY', status },
  ...{ paymentMethod: 'MOCK', transactionId: null, occurredAt: 0, data: null },
});

export const notified = (notificationId: string, of: Of): NotificationsEvent => ({
  type: 'NotificationCreated',
  data: {
    ...{ notificationId, endpointId: of.endpointId ?? 'ep_1', callbackUrl: null },
    ...{ content: contentOf(of), sequence: of.sequence, status: 'NOTIFYING', inOrder: false },
    ...{ intervalsMs: [1_000], settingsVersion: 1, createdAt: 0, expireAt: 0 },
  },
});

export const delivered = (notificationId: string): NotificationsEvent => ({
  type: 'NotificationDelivered',
  data: { notificationId, attempt: 1, report, deliveredAt: 0 },
});

export const usedUp = (notificationId: string): NotificationsEvent => ({
  type: 'NotificationAttemptFailed',
  data: {
    ...{ notificationId, attempt: 2, report: { ...report, outcome: 'FAILED' }, failedAt: 0 },
    ...{ status: 'RETRY_FAILED', nextDueAt: null, levelMs: null, step: 1 },
  },
});

/** Once more after its end: what it tells is said again. */
export const replayed = (notificationId: string, of: Of): NotificationsEvent => ({
  type: 'NotificationAttemptDue',
  data: {
    ...{ notificationId, attempt: 3, trigger: 'REPLAY', dueAt: 0, startedAt: 0, step: 0 },
    ...{ status: 'RETRYING', reason: 'replay', endpointId: of.endpointId ?? 'ep_1' },
    ...{ callbackUrl: null, content: contentOf(of), sequence: of.sequence },
  },
});

import type { Rejection } from '@plumbline/kernel';

/** Every refusal of a notification, with what it means. The HTTP edge maps the codes to statuses. */
export const notificationRejections = {
  NOTIFICATION_NOT_FOUND: 'there is no such notification, or its time is over',
  PAYMENT_NOT_FOUND: 'nobody was notified of this payment',
  NOTIFICATION_CONFLICT: 'this was notified before, with other parameters',
  STATUS_FOLLOWS_LOG: 'the status of this payment comes from its own events',
  RETRY_NOT_ALLOWED: 'only a notification that is PENDING or FAILED can be retried',
  REPLAY_NOT_ALLOWED: 'only a notification that ended as SUCCESS or RETRY_FAILED can be replayed',
  ABANDON_NOT_ALLOWED: 'a notification that has ended cannot be given up',
  NOTHING_TO_TELL:
    'whoever was told of the payment knows how it ended, is being told, or was given up',
  ENDPOINT_NOT_FOUND: 'there is no such endpoint, or this task has not heard of it yet',
  TOO_MANY_NOTIFICATIONS: 'so many notifications of one order cannot be kept',
} as const;

export type NotificationRejectionCode = keyof typeof notificationRejections;

export interface NotificationRejection extends Rejection {
  readonly code: NotificationRejectionCode;
}

export const notificationRejection = (
  code: NotificationRejectionCode,
  details?: NonNullable<Rejection['details']>,
): NotificationRejection => ({
  code,
  message: notificationRejections[code],
  ...(details === undefined ? {} : { details }),
});

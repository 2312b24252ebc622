import type { NotificationContent, NotificationStatus, NotifiedStatus } from '@plumbline/events';

/**
 * Everything that is told about one order, or about one payment that only a caller knows.
 *
 *     PENDING ──due──► NOTIFYING ──2xx──────────────────────► SUCCESS
 *        │                 └─ failed ─► FAILED ◄─┐ failed, a wait is left
 *        │                                │      │
 *        │                      its time, │      │
 *        │                      or a hand ▼      │
 *        │                             RETRYING ─┴─2xx──────► SUCCESS
 *        │                                └─ no wait is left ► RETRY_FAILED
 *        └── given up, from anywhere before an end ──────────► ABANDONED
 *
 * A replay begins with RETRYING again from SUCCESS and RETRY_FAILED. An attempt has a number, and
 * whoever reports another one than the attempt at hand changes nothing. Where an endpoint is told in
 * order, what a person retries or replays does not wait for the others; they wait for it.
 */
export type NotificationsState = NoNotifications | Notifications;

export interface NoNotifications {
  readonly status: 'none';
}

export interface Notifications {
  readonly status: 'open';
  /** Given to the newest. */
  readonly sequence: bigint;
  /** The oldest first. */
  readonly notifications: readonly Notification[];
}

interface NotificationBase {
  readonly notificationId: string;
  readonly sequence: bigint;
  /** Exactly one of the two. */
  readonly endpointId: string | null;
  readonly callbackUrl: string | null;
  readonly content: NotificationContent;
  readonly inOrder: boolean;
  readonly intervalsMs: readonly number[];
  readonly settingsVersion: number | null;
  /** The newest attempt that was due; 0 before the first. */
  readonly attempt: number;
  /** Waits of the schedule used so far. */
  readonly step: number;
  readonly createdAtMs: number;
  readonly expireAtMs: number;
}

/** `held`: due as soon as the one before it has ended. */
export type PendingNotification = NotificationBase & {
  readonly status: 'PENDING';
  readonly held: boolean;
};

/** Somebody delivers it now, or will as soon as the endpoint takes something. */
export type DueNotification = NotificationBase & {
  readonly status: 'NOTIFYING' | 'RETRYING';
  readonly dueMs: number;
};

export type FailedNotification = NotificationBase & {
  readonly status: 'FAILED';
  readonly nextDueMs: number;
  /** The delay topic that it waits in; null where a timer keeps it. */
  readonly levelMs: number | null;
};

export type EndedNotification = NotificationBase &
  (
    | { readonly status: 'SUCCESS' | 'RETRY_FAILED' }
    | { readonly status: 'ABANDONED'; readonly reason: string }
  );

export type Notification =
  PendingNotification | DueNotification | FailedNotification | EndedNotification;

export const noNotifications: NotificationsState = { status: 'none' };

export const hasEnded = (notification: Notification): notification is EndedNotification =>
  ended.has(notification.status);

const ended: ReadonlySet<NotificationStatus> = new Set(['SUCCESS', 'RETRY_FAILED', 'ABANDONED']);

/** Whether anybody is told of a status (contract 2). */
export const isNotified: Readonly<Record<NotifiedStatus, boolean>> = {
  PROCESSING: false,
  SUCCESS: true,
  FAILED: true,
  CANCELLED: true,
  TIMEOUT: true,
  REFUNDING: false,
  REFUNDED: true,
  UNKNOWN: false,
};

export const notificationsOf = (state: NotificationsState): readonly Notification[] =>
  state.status === 'none' ? [] : state.notifications;

export const findNotification = (
  state: NotificationsState,
  notificationId: string,
): Notification | null =>
  notificationsOf(state).find((each) => each.notificationId === notificationId) ?? null;

/** The newest of a payment: what contract 2's calls by payment are about. */
export const newestOfPayment = (
  state: NotificationsState,
  paymentId: string,
): Notification | null =>
  notificationsOf(state).findLast(({ content }) => content.paymentId === paymentId) ?? null;

/** The newest of a payment that a caller asked for: its status is for callers to tell. */
export const newestAskedOfPayment = (
  state: NotificationsState,
  paymentId: string,
): Notification | null =>
  notificationsOf(state).findLast(
    ({ callbackUrl, content }) => callbackUrl !== null && content.paymentId === paymentId,
  ) ?? null;

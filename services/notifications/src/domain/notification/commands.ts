import type { NotificationContent, NotificationsCommand } from '@plumbline/events';

/** An endpoint that is to be told, as it was when the event came. */
export interface Target {
  readonly notificationId: string;
  readonly endpointId: string;
  readonly settingsVersion: number;
  /** Waits before the retries, ms; null for those of the platform. */
  readonly intervalsMs: readonly number[] | null;
  readonly inOrder: boolean;
}

/**
 * Something happened that endpoints asked to be told of. It follows from an event, and never stands
 * on a topic.
 */
export interface Announce {
  readonly type: 'Announce';
  readonly data: {
    readonly content: NotificationContent;
    readonly targets: readonly [Target, ...Target[]];
  };
}

/** What the time of a retry says that no delay topic keeps. */
export interface RetryDue {
  readonly type: 'RetryDue';
  readonly data: { readonly notificationId: string; readonly attempt: number };
}

/** What the time of the notification says that expires first. */
export interface Expire {
  readonly type: 'Expire';
  readonly data: Readonly<Record<string, never>>;
}

export type NotificationCommand = NotificationsCommand | Announce | RetryDue | Expire;

export type NotificationCommandOf<T extends NotificationCommand['type']> = Extract<
  NotificationCommand,
  { readonly type: T }
>['data'];

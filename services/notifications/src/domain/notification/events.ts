import type { NotificationsEvent } from '@plumbline/events';

export type NotificationEvent = NotificationsEvent;

export type NotificationEventOf<T extends NotificationEvent['type']> = Extract<
  NotificationEvent,
  { readonly type: T }
>['data'];

import type { ReceivingEvent } from '@plumbline/events';

export type AccountEvent = ReceivingEvent;

export type AccountEventOf<T extends AccountEvent['type']> = Extract<
  AccountEvent,
  { readonly type: T }
>['data'];

import type { AccountsEvent } from '@plumbline/events';

export type AccountEvent = AccountsEvent;

export type AccountEventOf<T extends AccountEvent['type']> = Extract<
  AccountEvent,
  { readonly type: T }
>['data'];

import type { RemediesEvent } from '@plumbline/events';

export type RemedyEvent = RemediesEvent;

export type RemedyEventOf<T extends RemedyEvent['type']> = Extract<
  RemedyEvent,
  { readonly type: T }
>['data'];

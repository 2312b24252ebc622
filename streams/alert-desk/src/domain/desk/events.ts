import type { DesksEvent } from '@plumbline/events';

export type DeskEvent = DesksEvent;

export type DeskEventOf<T extends DeskEvent['type']> = Extract<
  DeskEvent,
  { readonly type: T }
>['data'];

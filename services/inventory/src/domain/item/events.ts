import type { InventoryEvent } from '@plumbline/events';

export type ItemEvent = InventoryEvent;

export type ItemEventOf<T extends ItemEvent['type']> = Extract<
  ItemEvent,
  { readonly type: T }
>['data'];

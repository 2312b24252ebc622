import type { InventoryCommand } from '@plumbline/events';

/**
 * What the time of the reservation that ends first says when it has come. A timer's command: it
 * never stands on a topic.
 */
export interface ExpireReservations {
  readonly type: 'ExpireReservations';
  readonly data: Readonly<Record<string, never>>;
}

export type ItemCommand = InventoryCommand | ExpireReservations;

export type ItemCommandOf<T extends ItemCommand['type']> = Extract<
  ItemCommand,
  { readonly type: T }
>['data'];

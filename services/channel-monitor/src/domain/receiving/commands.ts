import type { ReceivingCommand } from '@plumbline/events';

/**
 * What the time of the order that ends first says when it has come. A timer's command: it never
 * stands on a topic.
 */
export interface ExpireOrders {
  readonly type: 'ExpireOrders';
  readonly data: Readonly<Record<string, never>>;
}

export type AccountCommand = ReceivingCommand | ExpireOrders;

export type AccountCommandOf<T extends AccountCommand['type']> = Extract<
  AccountCommand,
  { readonly type: T }
>['data'];

import type { OrdersCommand } from '@plumbline/events';

/** What the order's own deadline says when it passes. A timer's command: it never stands on a topic. */
export interface ExpireOrder {
  readonly type: 'ExpireOrder';
  readonly data: Readonly<Record<string, never>>;
}

export type OrderCommand = OrdersCommand | ExpireOrder;

export type OrderCommandOf<T extends OrderCommand['type']> = Extract<
  OrderCommand,
  { readonly type: T }
>['data'];

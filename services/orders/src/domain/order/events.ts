import type { OrdersEvent } from '@plumbline/events';

export type OrderEvent = OrdersEvent;

export type OrderEventOf<T extends OrderEvent['type']> = Extract<
  OrderEvent,
  { readonly type: T }
>['data'];

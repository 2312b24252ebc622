import type { PaymentsEvent } from '@plumbline/events';

export type PaymentEvent = PaymentsEvent;

export type PaymentEventOf<T extends PaymentEvent['type']> = Extract<
  PaymentEvent,
  { readonly type: T }
>['data'];

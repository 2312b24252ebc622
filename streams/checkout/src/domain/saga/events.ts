import type { CheckoutEvent } from '@plumbline/events';

export type SagaEvent = CheckoutEvent;

export type SagaEventOf<T extends SagaEvent['type']> = Extract<
  SagaEvent,
  { readonly type: T }
>['data'];

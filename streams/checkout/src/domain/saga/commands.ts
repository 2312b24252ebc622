import type { CheckoutCommand } from '@plumbline/events';

/** Nobody answered in time. A timer's command: it never stands on a topic. */
export interface RepeatCheckout {
  readonly type: 'RepeatCheckout';
  readonly data: Readonly<Record<string, never>>;
}

export type SagaCommand = CheckoutCommand | RepeatCheckout;

export type SagaCommandOf<T extends SagaCommand['type']> = Extract<
  SagaCommand,
  { readonly type: T }
>['data'];

import type { PaymentsCommand } from '@plumbline/events';

/** The channel has taken the payment. A timer's command: it never stands on a topic. */
export interface AcceptByChannel {
  readonly type: 'AcceptByChannel';
  readonly data: Readonly<Record<string, never>>;
}

export type PaymentCommand = PaymentsCommand | AcceptByChannel;

export type PaymentCommandOf<T extends PaymentCommand['type']> = Extract<
  PaymentCommand,
  { readonly type: T }
>['data'];

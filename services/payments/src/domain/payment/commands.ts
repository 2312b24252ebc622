import type { PaymentsCommand } from '@plumbline/events';

type Nothing = Readonly<Record<string, never>>;

/** What the payment's timers say. None of these ever stands on a topic. */
export type TimerCommand =
  /** A channel that people serve by hand has taken the payment. */
  | { readonly type: 'AcceptByChannel'; readonly data: Nothing }
  /** Its time is over. */
  | { readonly type: 'Expire'; readonly data: Nothing }
  /** The next call about the payment is due, or the one under way was never reported. */
  | { readonly type: 'Proceed'; readonly data: Nothing }
  | { readonly type: 'ProceedRefund'; readonly data: { readonly refundId: string } };

export type PaymentCommand = PaymentsCommand | TimerCommand;

export type PaymentCommandOf<T extends PaymentCommand['type']> = Extract<
  PaymentCommand,
  { readonly type: T }
>['data'];

import type { Rejection } from '@plumbline/kernel';

/** Every refusal of a payment, with what it means. The HTTP edge maps the codes to statuses. */
export const paymentRejections = {
  PAYMENT_NOT_FOUND: 'there is no such payment',
  PAYMENT_PARAMETERS_DIFFER: 'the order has a payment with another amount, currency or channel',
  PAYMENT_AT_GATEWAY: 'the payment is at the gateway, which must be asked before it is closed',
  CHANNEL_UNKNOWN: 'this channel is not known',
  CALLBACK_STATUS_UNKNOWN: 'this callback status is not known',
  AMOUNT_OUT_OF_RANGE: 'the amount is not above zero, or above the largest',
  CURRENCY_NOT_SUPPORTED: 'payments in this currency are not supported',
  LIFETIME_NOT_POSITIVE: 'a payment lives longer than that',
} as const;

export type PaymentRejectionCode = keyof typeof paymentRejections;

export interface PaymentRejection extends Rejection {
  readonly code: PaymentRejectionCode;
}

export const paymentRejection = (code: PaymentRejectionCode): PaymentRejection => ({
  code,
  message: paymentRejections[code],
});

import type { Rejection } from '@plumbline/kernel';

/** Every refusal of a payment, with what it means. The HTTP edge maps the codes to statuses. */
export const paymentRejections = {
  PAYMENT_NOT_FOUND: 'there is no such payment',
  PAYMENT_PARAMETERS_DIFFER: 'the order has a payment with another amount, currency or channel',
  PAYMENT_AT_GATEWAY: 'the payment is at the gateway, which must be asked before it is closed',
  PAYMENT_NOT_SUCCEEDED: 'only a payment that succeeded can be refunded',
  CHANNEL_UNKNOWN: 'this channel is not known',
  CHANNEL_BY_HAND: 'nobody asks a gateway about payments of this channel',
  CALLBACK_STATUS_UNKNOWN: 'this callback status is not known',
  AMOUNT_OUT_OF_RANGE: 'the amount is not above zero, or above the largest',
  CURRENCY_NOT_SUPPORTED: 'payments in this currency are not supported',
  CURRENCY_DIFFERS: 'the payment has another currency',
  LIFETIME_NOT_POSITIVE: 'a payment lives longer than that',
  POLICY_OUT_OF_RANGE: 'a number of attempts or an interval is out of range',
  REFUND_ID_INVALID: 'the id of a refund is a UUID',
  REFUND_PARAMETERS_DIFFER: 'there is a refund of this id with another amount or currency',
  REFUND_EXCEEDS_CAPTURED: 'refunds cannot exceed what was paid',
  NO_SECOND_TRANSACTION: 'the gateway has named no second transaction of the payment',
  SECOND_NOT_REFUNDABLE: 'this gateway takes no number of a transaction with a refund',
  TRANSACTIONS_SEVERAL: 'there are several other transactions, and a person has to say which',
  FIRST_REFUNDED: 'money of the first transaction goes back, and a person has to look',
  REFUNDS_TOO_MANY: 'the payment has as many refunds as it can have',
  CALL_NOT_OPEN: 'this call is not under way, or was reported before',
  CALL_NOT_STARTED: 'this call moves money and must be started before it is reported',
  CALL_TAKEN: 'another worker has started this call',
} as const;

export type PaymentRejectionCode = keyof typeof paymentRejections;

export interface PaymentRejection extends Rejection {
  readonly code: PaymentRejectionCode;
}

export const paymentRejection = (code: PaymentRejectionCode): PaymentRejection => ({
  code,
  message: paymentRejections[code],
});

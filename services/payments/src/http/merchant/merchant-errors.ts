import { commonErrorCodes, defineErrorCodes, problemsOf } from '@plumbline/http';

/** Everything that the merchant API refuses, beside what any edge can answer. Closed. */
export const ownMerchantErrorCodes = defineErrorCodes({
  AMOUNT_OUT_OF_RANGE: {
    status: 400,
    description: 'The amount is not a whole number of minor units from 1 to 999,999,999,999.',
  },
  CHANNEL_NOT_CONFIGURED: {
    status: 503,
    description: "The gateway of this app's payments is not configured here. Tell its operators.",
  },
  CURRENCY_NOT_SUPPORTED: {
    status: 400,
    description:
      "Payments in this currency are not supported by the gateway of this app's payments.",
  },
  EXTRA_DATA_TOO_LARGE: {
    status: 400,
    description:
      'extra_data has more than 8 KiB as JSON, or more than 8 levels. Nothing was stored.',
  },
  APP_NOT_YOURS: {
    status: 403,
    description: 'The API key belongs to another app than app_id names.',
  },
  SCOPE_MISSING: {
    status: 403,
    description: 'The API key does not have the scope for this call. Use another, or make one.',
  },
  PAYMENT_NOT_FOUND: {
    status: 404,
    description: 'The app has no such payment order.',
  },
  REFUND_NOT_FOUND: { status: 404, description: 'The app has no such refund order.' },
  PAYMENT_EXISTS: {
    status: 409,
    description:
      'The app has a payment order under this merchant_order_id, asked for with the same ' +
      'parameters. It stands in the answer: go on with it.',
  },
  PAYMENT_PARAMETERS_DIFFER: {
    status: 409,
    description:
      'The merchant_order_id was used with other parameters. Nothing changed; use another number.',
  },
  PAYMENT_NOT_SUCCEEDED: {
    status: 409,
    description: 'Only a payment order that succeeded can be refunded.',
  },
  CHANNEL_BY_HAND: {
    status: 409,
    description: 'The payment was taken by hand: no gateway can be asked to give it back.',
  },
  REFUND_EXCEEDS_CAPTURED: {
    status: 409,
    description: 'Together with the refunds before it, this is more than was paid.',
  },
  REFUNDS_TOO_MANY: {
    status: 409,
    description: 'The payment order has as many refunds as it can have, 1,000.',
  },
  // The id of a refund is a function of its key, so this is the same refusal by the payment itself.
  REFUND_PARAMETERS_DIFFER: {
    status: 422,
    description: 'The Idempotency-Key was used for a refund with other parameters.',
  },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    description: 'A request with this Idempotency-Key is under way. Repeat it after Retry-After.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    description: 'The Idempotency-Key was used for a request with other parameters.',
  },
  READ_MODEL_BEHIND: {
    status: 503,
    description: 'It exists and the read model does not show it yet. Try again.',
  },
});

/** The whole table, for answers and for the documentation. */
export const merchantErrorCodes = defineErrorCodes({
  ...commonErrorCodes,
  ...ownMerchantErrorCodes,
});

export const problem = problemsOf(merchantErrorCodes);

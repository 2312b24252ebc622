import { commonErrorCodes, defineErrorCodes, problemsOf } from '@plumbline/http';

/** Everything that the payments edge refuses, beside what any edge can answer. Closed. */
export const ownErrorCodes = defineErrorCodes({
  AMOUNT_OUT_OF_RANGE: {
    status: 400,
    description: 'The amount is not above zero, or above 9,999,999,999.99.',
  },
  CHANNEL_UNKNOWN: {
    status: 400,
    description: 'The channel is none of MOCK, ALIPAY, WECHAT, PAYPAY, LAKALA, PERSONAL.',
  },
  CHANNEL_NOT_CONFIGURED: {
    status: 400,
    description: 'There is no gateway behind this channel here.',
  },
  POLICY_OUT_OF_RANGE: {
    status: 400,
    description: 'The configured number of attempts or interval of queries is out of range.',
  },
  CURRENCY_NOT_SUPPORTED: {
    status: 400,
    description: 'Payments in this currency are not supported: it has more than two decimals.',
  },
  LIFETIME_NOT_POSITIVE: {
    status: 400,
    description: 'The payment would end before it begins. The lifetime is configured here.',
  },
  CALLBACK_STATUS_UNKNOWN: {
    status: 400,
    description: 'The callback status is neither SUCCESS nor FAILED.',
  },
  SIGNATURE_INVALID: {
    status: 401,
    description:
      'The signature is not MD5(callbackStatus + nonce + payNo + timestamp + secret) in upper-case ' +
      'hex. The callback is kept as refused and uses nothing up.',
  },
  CALLBACK_EXPIRED: {
    status: 401,
    description: 'The timestamp of the callback is outside the configured window.',
  },
  MOCK_CHANNEL_DISABLED: {
    status: 403,
    description: 'The mock channel is off: no callback secret is configured here.',
  },
  SIGNATURE_ENDPOINT_DISABLED: {
    status: 403,
    description: 'Signatures are made for tests only, and that is not enabled here.',
  },
  GATEWAY_UNKNOWN: {
    status: 404,
    description: 'No gateway that is configured here reports to this address.',
  },
  PLATFORM_ORDER_INVALID: {
    status: 400,
    description: 'The number of the money is not 1 to 64 printable characters without spaces.',
  },
  NAME_INVALID: {
    status: 400,
    description: 'The pay way or the name of the channel is empty or longer than 64 characters.',
  },
  CURRENCY_DIFFERS: { status: 409, description: 'The account has money of another currency.' },
  PAYMENT_NOT_FOUND: { status: 404, description: 'There is no such payment.' },
  ACCOUNT_NOT_FOUND: {
    status: 404,
    description: 'The merchant has no such personal account. Nothing was kept.',
  },
  PAYMENT_PARAMETERS_DIFFER: {
    status: 409,
    description:
      'The order has a payment with another amount, currency, channel or account. Nothing changed.',
  },
  PAYMENT_AT_GATEWAY: {
    status: 409,
    description: 'The payment is at the gateway, which alone can say how it ends.',
  },
  COMMAND_ID_REUSED: {
    status: 409,
    description: 'A command id came again with other content. Ids are made here: a defect of ours.',
  },
  TOO_MUCH_UNMATCHED: {
    status: 503,
    description:
      'So much money of this account is matched to no order that no more is taken. Nothing was ' +
      'kept: match some or set it aside, and report again.',
  },
  READ_MODEL_BEHIND: {
    status: 503,
    description: 'The payment exists and the read model does not show it yet. Try again.',
  },
});

/** The whole table, for answers and for the documentation. */
export const paymentsErrorCodes = defineErrorCodes({ ...commonErrorCodes, ...ownErrorCodes });

export const problem = problemsOf(paymentsErrorCodes);

import type { ErrorBody } from '@plumbline/http';
import {
  commonErrorCodes,
  deciderErrorCodes,
  defineErrorCodes,
  envelopeErrors,
  problemsOf,
} from '@plumbline/http';

/** Everything that the monitor's edge refuses, beside what any edge can answer. Closed. */
const ownErrorCodes = defineErrorCodes({
  ...deciderErrorCodes,
  ID_INVALID: { status: 400, description: 'An id is 1 to 32 of A-Z, a-z, 0-9, _ and -.' },
  NAME_INVALID: { status: 400, description: 'A name has 1 to 64 characters.' },
  CHANNELS_INVALID: {
    status: 409,
    description: 'Two channels of the account have one id, or one name by which clients report.',
  },
  SETTINGS_INVALID: { status: 400, description: 'A setting is out of its range.' },
  CURRENCY_DIFFERS: { status: 409, description: 'The account has money of another currency.' },
  AMOUNT_OUT_OF_RANGE: { status: 400, description: 'The amount is above the largest payment.' },
  PLATFORM_ORDER_INVALID: {
    status: 400,
    description: 'platformOrder has 1 to 64 printable characters without spaces.',
  },
  NOT_YOUR_ACCOUNT: {
    status: 403,
    description: 'The client may neither report nor see this account. Repeating is of no use.',
  },
  ACCOUNT_NOT_FOUND: { status: 404, description: 'There is no such account of this merchant.' },
  CLIENT_NOT_FOUND: { status: 404, description: 'There is no such client of this merchant.' },
  MONEY_NOT_FOUND: {
    status: 404,
    description: 'No such money was reported on the account, or it was settled long ago.',
  },
  ORDER_NOT_FOUND: { status: 404, description: 'No account knows such an order.' },
  ACCOUNT_EXISTS: {
    status: 409,
    description: 'The account was registered before, with other parameters. Change it instead.',
  },
  CLIENT_EXISTS: {
    status: 409,
    description: 'The client was registered before, with other parameters. Change it instead.',
  },
  CLIENT_REVOKED: { status: 409, description: 'The client was revoked; register another.' },
  MONEY_SETTLED: { status: 409, description: 'The money is matched, or was set aside.' },
  ORDER_AMBIGUOUS: {
    status: 409,
    description: 'The account has several attempts at this order: name one by its reference.',
  },
  ORDER_PAID: { status: 409, description: 'Other money has paid this order.' },
  TOO_MUCH_UNMATCHED: {
    status: 503,
    description:
      'Too much money of this account is matched to no order; a person has to match it first. ' +
      'The record was not kept.',
  },
  PAYMENT_SIDE_UNAVAILABLE: {
    status: 503,
    description: 'The payment side does not answer. Keep the record and send it again.',
  },
});

/** The whole table, for answers. */
export const monitorErrorCodes = defineErrorCodes({ ...commonErrorCodes, ...ownErrorCodes });

export const problem = problemsOf(monitorErrorCodes);

/** Contract 0's: `{"code","message"}` with the code in lower case. */
export const monitorErrors: ErrorBody = {
  ...envelopeErrors,
  render: ({ code, message }) => ({ code: code.toLowerCase(), message }),
};

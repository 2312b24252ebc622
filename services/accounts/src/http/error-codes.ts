import { commonErrorCodes, deciderErrorCodes, defineErrorCodes, problemsOf } from '@plumbline/http';

/** Everything that the accounts edge refuses, beside what any edge can answer. Closed. */
export const ownErrorCodes = defineErrorCodes({
  ...deciderErrorCodes,
  ACCOUNT_ID_INVALID: { status: 400, description: 'The id of the account is empty or too long.' },
  AMOUNT_NOT_POSITIVE: { status: 400, description: 'An amount is above zero.' },
  AMOUNT_TOO_LARGE: { status: 400, description: 'The amount is above the largest payment.' },
  CURRENCY_INVALID: { status: 400, description: 'A currency is an ISO 4217 code.' },
  HOLD_TIME_OVER: {
    status: 400,
    description: 'The time of the hold was over when it reached the log.',
  },
  HOLD_TIME_TOO_LONG: { status: 400, description: 'A hold ends within 32 days.' },
  ACCOUNT_NOT_FOUND: {
    status: 404,
    description: 'There is no account of this id: the first credit makes it.',
  },
  HOLD_NOT_FOUND: {
    status: 404,
    description: 'There is no hold of this id, or it ended so long ago that it is forgotten.',
  },
  ID_REUSED: {
    status: 409,
    description: 'The id was used before, with other parameters. Nothing changed; use another.',
  },
  FUNDS_INSUFFICIENT: {
    status: 409,
    description: 'There is not as much of the currency on the account that is not held.',
  },
  BALANCE_TOO_LARGE: {
    status: 409,
    description: 'So much of one currency cannot be on an account.',
  },
  TOO_MANY_CURRENCIES: {
    status: 409,
    description: 'An account has money of 20 currencies at most.',
  },
  HOLD_ENDED: {
    status: 409,
    description: 'The hold was given back, before or after it was made, or its time is over.',
  },
  HOLD_CAPTURED: {
    status: 409,
    description: 'What was held has left the account; credit it to give it back.',
  },
  TOO_MANY_HOLDS: {
    status: 409,
    description: 'Too many holds of this account are open. Try again when some have ended.',
  },
});

/** The whole table, for answers and for the documentation. */
export const accountsErrorCodes = defineErrorCodes({ ...commonErrorCodes, ...ownErrorCodes });

export const problem = problemsOf(accountsErrorCodes);

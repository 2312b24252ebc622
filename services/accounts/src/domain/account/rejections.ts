import type { EarmarkRefusal, Rejection } from '@plumbline/kernel';

/** Every refusal of an account, with what it means. The HTTP edge maps the codes to statuses. */
export const accountRejections = {
  ACCOUNT_NOT_FOUND: 'there is no account of this id',
  ACCOUNT_ID_INVALID: 'the id of an account has 1 to 64 characters',
  AMOUNT_NOT_POSITIVE: 'an amount is above zero',
  AMOUNT_TOO_LARGE: 'no amount is larger than the largest payment',
  CURRENCY_INVALID: 'a currency is an ISO 4217 code',
  TOO_MANY_CURRENCIES: 'an account has money of 20 currencies at most',
  BALANCE_TOO_LARGE: 'so much of one currency cannot be on an account',
  FUNDS_INSUFFICIENT: 'there is not as much on the account that is not held',
  ID_REUSED: 'this id was used before, with other parameters',
  HOLD_NOT_FOUND: 'there is no such hold, or it ended long ago',
  HOLD_ENDED: 'the hold has ended, or was given back before it was made',
  HOLD_CAPTURED: 'what was held has left the account',
  HOLD_TIME_OVER: 'the time of the hold was over before it was made',
  HOLD_TIME_TOO_LONG: 'a hold ends within 32 days',
  TOO_MANY_HOLDS: 'too many holds of this account are open',
} as const;

export type AccountRejectionCode = keyof typeof accountRejections;

export interface AccountRejection extends Rejection {
  readonly code: AccountRejectionCode;
}

export const accountRejection = (
  code: AccountRejectionCode,
  details?: NonNullable<Rejection['details']>,
): AccountRejection => ({
  code,
  message: accountRejections[code],
  ...(details === undefined ? {} : { details }),
});

/** What a refusal of an earmark means of a hold. */
export const holdRefusals: Readonly<Record<EarmarkRefusal, AccountRejectionCode>> = {
  ID_REUSED: 'ID_REUSED',
  ENDED: 'HOLD_ENDED',
  TIME_OVER: 'HOLD_TIME_OVER',
  TIME_TOO_LONG: 'HOLD_TIME_TOO_LONG',
  TOO_MANY: 'TOO_MANY_HOLDS',
  NOT_FOUND: 'HOLD_NOT_FOUND',
  TAKEN: 'HOLD_CAPTURED',
};

import type { Rejection } from '@plumbline/kernel';

/** Every refusal of a receiving account, with what it means. Edges map the codes to statuses. */
export const receivingRejections = {
  ACCOUNT_NOT_FOUND: 'there is no such account of this merchant',
  ACCOUNT_EXISTS: 'the account was registered before, with other parameters',
  ACCOUNT_PAUSED: 'no orders are sent to this account now',
  ID_INVALID: 'an id has 1 to 32 of A-Z, a-z, 0-9, _ and -',
  NAME_INVALID: 'a name has 1 to 64 characters',
  CHANNELS_INVALID:
    'an account has 1 to 20 channels, each with an id, a pay way and a name of its own',
  SETTINGS_INVALID: 'a setting is out of its range',
  CHANNEL_NOT_FOUND: 'the account has no such channel that is enabled',
  CURRENCY_DIFFERS: 'the account has money of another currency',
  AMOUNT_OUT_OF_RANGE: 'an amount is above zero and not above the largest payment',
  REFERENCE_REUSED: 'the account knows this reference, with other parameters',
  ORDER_ENDED: 'the order has ended',
  ORDER_NOT_FOUND: 'the account knows no such order, or it ended long ago',
  ORDER_PAID: 'other money has paid this order',
  TOO_MANY_ORDERS: 'too many orders of this account wait for money',
  AMOUNTS_USED_UP: 'every amount that could be told apart is asked for already',
  EXPIRY_OVER: 'the time of the order is over',
  EXPIRY_TOO_LATE: 'an order waits for 32 days at most',
  PLATFORM_ORDER_INVALID: 'the number of the money has 1 to 64 printable characters',
  MONEY_NOT_FOUND: 'no such money was reported, or it was settled long ago',
  MONEY_SETTLED: 'the money is matched, or was set aside',
  TOO_MUCH_UNMATCHED: 'too much money of this account is matched to no order; match it first',
} as const;

export type ReceivingRejectionCode = keyof typeof receivingRejections;

export interface ReceivingRejection extends Rejection {
  readonly code: ReceivingRejectionCode;
}

export const receivingRejection = (
  code: ReceivingRejectionCode,
  details?: NonNullable<Rejection['details']>,
): ReceivingRejection => ({
  code,
  message: receivingRejections[code],
  ...(details === undefined ? {} : { details }),
});

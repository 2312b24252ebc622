import type { Rejection } from '@plumbline/kernel';

/** Every refusal of an order, with what it means. The HTTP edge maps the codes to statuses. */
export const orderRejections = {
  ORDER_NOT_FOUND: 'there is no order of this number',
  ORDER_PARAMETERS_DIFFER: 'an order of this number exists, with other parameters',
  ORDER_WITHOUT_ITEMS: 'an order has at least one item',
  ITEM_QUANTITY_INVALID: 'the quantity of an item is a whole number from 1',
  AMOUNT_MISMATCH: 'the amount is not the sum of the items',
  AMOUNT_NOT_POSITIVE: 'the amount of an order is above zero, the price of an item not below it',
  PAYMENT_DEADLINE_PASSED: 'the payment deadline had passed before the order was placed',
  ORDER_AWAITS_ANOTHER_PAYMENT: 'the order waits for another payment',
  BALANCE_OUT_OF_RANGE:
    'the balance pays at most the amount, and a channel is named exactly when something is left',
  ORDER_AWAITS_PAYMENT: 'the payment that is under way says how the order ends',
  ORDER_NOT_PAID_FROM_BALANCE: 'the order is not paid from a balance alone, or not this sum',
  ORDER_ALREADY_PAID: 'the order is paid',
  ORDER_ENDED: 'the order has ended',
} as const;

export type OrderRejectionCode = keyof typeof orderRejections;

export interface OrderRejection extends Rejection {
  readonly code: OrderRejectionCode;
}

export const orderRejection = (
  code: OrderRejectionCode,
  details?: NonNullable<Rejection['details']>,
): OrderRejection => ({
  code,
  message: orderRejections[code],
  ...(details === undefined ? {} : { details }),
});

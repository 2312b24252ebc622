import { commonErrorCodes, defineErrorCodes, problemsOf } from '@plumbline/http';

/** Everything that the orders edge refuses, beside what any edge can answer. Closed. */
export const ownErrorCodes = defineErrorCodes({
  AMOUNT_MISMATCH: {
    status: 400,
    description: 'The amount is not the sum of quantity × unitAmount over the items.',
  },
  AMOUNT_NOT_POSITIVE: {
    status: 400,
    description: 'The amount of an order is above zero, and no price is below it.',
  },
  ORDER_WITHOUT_ITEMS: { status: 400, description: 'An order has at least one item.' },
  ITEM_QUANTITY_INVALID: {
    status: 400,
    description: 'The quantity of an item is a whole number from 1.',
  },
  BALANCE_OUT_OF_RANGE: {
    status: 400,
    description:
      'The balance pays at most the amount, and a channel is named exactly when something is left.',
  },
  PAYMENT_DEADLINE_PASSED: {
    status: 400,
    description: 'The payment deadline had passed when the order reached the log.',
  },
  ORDER_NOT_FOUND: { status: 404, description: 'There is no order of this number.' },
  ORDER_PARAMETERS_DIFFER: {
    status: 409,
    description:
      'The order number or idempotency key was used for an order with other parameters. Nothing ' +
      'changed; use another.',
  },
  ORDER_ALREADY_PAID: {
    status: 409,
    description: 'The order is paid and cannot be cancelled; refund its payment instead.',
  },
  ORDER_ENDED: {
    status: 409,
    description: 'The order has failed or expired; nothing about it changes any more.',
  },
  ORDER_AWAITS_PAYMENT: {
    status: 409,
    description: 'The payment that is under way says how the order ends.',
  },
  ORDER_NOT_PAID_FROM_BALANCE: {
    status: 409,
    description: 'The order is not paid from a balance alone, or not this sum.',
  },
  ORDER_AWAITS_ANOTHER_PAYMENT: {
    status: 409,
    description: 'The order waits for another payment than this one.',
  },
  COMMAND_ID_REUSED: {
    status: 409,
    description: 'A command id came again with other content. Ids are made here: a defect of ours.',
  },
  READ_MODEL_BEHIND: {
    status: 503,
    description: 'The order exists and the read model does not show it yet. Try again.',
  },
});

/** The whole table, for answers and for the documentation. */
export const ordersErrorCodes = defineErrorCodes({ ...commonErrorCodes, ...ownErrorCodes });

export const problem = problemsOf(ordersErrorCodes);

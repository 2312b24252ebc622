import { commonErrorCodes, deciderErrorCodes, defineErrorCodes, problemsOf } from '@plumbline/http';

/** Everything that the inventory edge refuses, beside what any edge can answer. Closed. */
export const ownErrorCodes = defineErrorCodes({
  ...deciderErrorCodes,
  ITEM_TEXT_INVALID: { status: 400, description: 'The SKU or the name is empty or too long.' },
  ITEM_PRICE_INVALID: {
    status: 400,
    description: 'The price is below zero or above the largest payment.',
  },
  QUANTITY_INVALID: { status: 400, description: 'A quantity is a whole number from 1.' },
  RESERVATION_TIME_OVER: {
    status: 400,
    description: 'The time of the reservation was over when it reached the log.',
  },
  RESERVATION_TIME_TOO_LONG: { status: 400, description: 'A reservation ends within 32 days.' },
  ITEM_NOT_FOUND: { status: 404, description: 'There is no item of this SKU.' },
  RESERVATION_NOT_FOUND: {
    status: 404,
    description:
      'There is no reservation of this id, or it ended so long ago that it is forgotten.',
  },
  ITEM_CURRENCY_FIXED: {
    status: 409,
    description: 'The currency of an item does not change; make another item.',
  },
  ID_REUSED: {
    status: 409,
    description: 'The id was used before, with another quantity. Nothing changed; use another.',
  },
  STOCK_INSUFFICIENT: {
    status: 409,
    description: 'There are not as many pieces that nobody has reserved. Nothing changed.',
  },
  STOCK_TOO_LARGE: { status: 409, description: 'So many pieces of one SKU cannot be in stock.' },
  RESERVATION_ENDED: {
    status: 409,
    description:
      'The reservation was given back, before or after it was made, or its time is over.',
  },
  RESERVATION_CONFIRMED: {
    status: 409,
    description: 'What was reserved has left the stock and cannot be given back like this.',
  },
  TOO_MANY_RESERVATIONS: {
    status: 409,
    description: 'Too many reservations of this SKU are open. Try again when some have ended.',
  },
});

/** The whole table, for answers and for the documentation. */
export const inventoryErrorCodes = defineErrorCodes({ ...commonErrorCodes, ...ownErrorCodes });

export const problem = problemsOf(inventoryErrorCodes);

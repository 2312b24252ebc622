import type { EarmarkRefusal, Rejection } from '@plumbline/kernel';

/** Every refusal of an item, with what it means. The HTTP edge maps the codes to statuses. */
export const itemRejections = {
  ITEM_NOT_FOUND: 'there is no item of this SKU',
  ITEM_TEXT_INVALID: 'a SKU has 1 to 64 characters, the name of an item 1 to 200',
  ITEM_PRICE_INVALID:
    'a price is not below zero, of an ISO 4217 currency, and no payment is larger',
  ITEM_CURRENCY_FIXED: 'the currency of an item does not change',
  QUANTITY_INVALID: 'a quantity is a whole number from 1',
  STOCK_INSUFFICIENT: 'there are not as many pieces that nobody has reserved',
  STOCK_TOO_LARGE: 'so many pieces of one SKU cannot be in stock',
  ID_REUSED: 'this id was used before, with another quantity',
  RESERVATION_NOT_FOUND: 'there is no such reservation, or it ended long ago',
  RESERVATION_ENDED: 'the reservation has ended, or was given back before it was made',
  RESERVATION_CONFIRMED: 'what was reserved has left the stock',
  RESERVATION_TIME_OVER: 'the time of the reservation was over before it was made',
  RESERVATION_TIME_TOO_LONG: 'a reservation ends within 32 days',
  TOO_MANY_RESERVATIONS: 'too many reservations of this SKU are open',
} as const;

export type ItemRejectionCode = keyof typeof itemRejections;

export interface ItemRejection extends Rejection {
  readonly code: ItemRejectionCode;
}

export const itemRejection = (
  code: ItemRejectionCode,
  details?: NonNullable<Rejection['details']>,
): ItemRejection => ({
  code,
  message: itemRejections[code],
  ...(details === undefined ? {} : { details }),
});

/** What a refusal of an earmark means of a reservation. */
export const reservationRefusals: Readonly<Record<EarmarkRefusal, ItemRejectionCode>> = {
  ID_REUSED: 'ID_REUSED',
  ENDED: 'RESERVATION_ENDED',
  TIME_OVER: 'RESERVATION_TIME_OVER',
  TIME_TOO_LONG: 'RESERVATION_TIME_TOO_LONG',
  TOO_MANY: 'TOO_MANY_RESERVATIONS',
  NOT_FOUND: 'RESERVATION_NOT_FOUND',
  TAKEN: 'RESERVATION_CONFIRMED',
};

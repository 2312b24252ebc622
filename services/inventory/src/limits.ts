import { nameCharsMax, unitAmountMinorMax } from './domain/item/limits.ts';

export { nameCharsMax, unitAmountMinorMax };

/** Of an id that a client chooses: a UUID, or a name with a number. */
export const idCharsMax = 64;

/** Contract 1: an order number has at most 32 characters. */
export const orderNoCharsMax = 32;

/** Pieces of one delivery, correction or reservation, as those of one line of an order. */
export const quantityMax = 1_000_000;

/** Words of a person who takes stock out or gives it back. */
export const reasonCharsMax = 200;

/** A day less than a reservation may last: the clock here and the broker's differ. */
export const expiresInSecondsMax = 31 * 24 * 3_600;

/** SKUs that one call may ask for: the lines of the largest order. They fit on one page. */
export const skusMax = 100;

/** One page of a list. */
export const pageSize = { default: 100, max: 200 } as const;

/** How long a read waits for a row to show what was answered before. Rows follow in about 20 ms. */
export const readYourWritesMs = 1_000;

/** What a client should wait before it repeats a command whose outcome is pending. */
export const retryAfterSeconds = 1;

import { amountMinorMax } from './domain/account/limits.ts';

export { amountMinorMax };

/** Of an id that a client chooses: a UUID, or a name with a number. */
export const idCharsMax = 64;

/** Contract 1: an order number has at most 32 characters. */
export const orderNoCharsMax = 32;

/** Words of a person who books or gives back. */
export const reasonCharsMax = 200;

/** A day less than a hold may last: the clock here and the broker's differ. */
export const expiresInSecondsMax = 31 * 24 * 3_600;

/** One page of a list. */
export const pageSize = { default: 50, max: 200 } as const;

/** How long a read waits for a row to show what was answered before. Rows follow in about 20 ms. */
export const readYourWritesMs = 1_000;

/** What a client should wait before it repeats a command whose outcome is pending. */
export const retryAfterSeconds = 1;

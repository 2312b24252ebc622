/**
 * Callbacks that a payment remembers, by id and status. After the first valid one the payment has
 * ended and later ones change nothing, so forgetting the oldest costs one more row in the log and
 * never money. At about 60 bytes each, 64 keep the state below 4 KiB.
 */
export const callbacksRemembered = 64;

/** Contract 1's largest amount, 9,999,999,999.99: ten digits before the point. */
export const majorDigitsMax = 10;

/** The read model's amount is a decimal(12,2): a third decimal would be rounded away in silence. */
export const minorDigitsMax = 2;

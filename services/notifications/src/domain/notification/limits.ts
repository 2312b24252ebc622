const dayMs = 24 * 3_600_000;

/**
 * Notifications of one order that callers ask for. One takes 700 bytes of state, which is one record
 * of 1,048,576 bytes: 500 are a third, and as many again come from the log at most.
 */
export const askedMax = 500;

/** What a caller may ask to wait, and what a schedule may: three days, as Stripe's. */
export const waitMsMax = 3 * dayMs;

/** What was given up can be looked at for so long, however old it was. */
export const keptAbandonedMs = 7 * dayMs;

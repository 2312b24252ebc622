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

/**
 * How long after the first, second, … call that told nothing the next one is made. What is unknown
 * is mostly known within seconds; a gateway that is down for an hour is asked 60 times.
 */
export const askDelaysMs = [2_000, 5_000, 15_000, 60_000] as const;

/** By how much of it a delay may be shorter. */
export const askJitter = 0.2;

/** How often a gateway may be asked about a payment that nobody has paid yet: at most once a second. */
export const queryIntervalMs = { min: 1_000, max: 3_600_000 } as const;

/**
 * A gateway that knows nothing of a creation may only not know it yet. So long after the creation's
 * own deadline no request of it is under way any more, and it may be sent again.
 */
export const notFoundCountsAfterMs = 10_000;

/** After the deadline of a call, so long until its report may still be on its way through the log. */
export const reportGraceMs = 20_000;

/**
 * A call that waits for a worker for so long is asked for anew: whoever should have seen it has lost
 * it, or none is there. Longer than any outage that is worth no trace in the payment's history.
 */
export const callWaitsMs = 300_000;

/** Requests with other parameters under one number, told for rule Z: after these it is known. */
export const conflictsRemembered = 16;

/** Of more than one only a person can say which is meant: two are as good as any number. */
export const otherTransactionsMax = 2;

/** A call takes seconds. Whoever wants an hour has mistaken the unit. */
export const callDeadlineMsMax = 120_000;

/** Each is a call to the gateway; twenty are an outage. */
export const attemptsMax = 20;

/**
 * Refunds of one payment. About 300 bytes of state each: 1,000 are 300 KB, and still below the
 * largest record. Nobody gives back a payment in more parts.
 */
export const refundsMax = 1_000;

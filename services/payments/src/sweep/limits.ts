/** Payments of one sweep. The remedy that asks about them takes no more, whoever names them. */
export const sweepMax = 200;

/**
 * Without a word for so long a payment is worth a question: each is asked about anyway some seconds
 * after it began, and later in steps that grow to minutes.
 */
export const silentMs = 60_000;

/** After this long a sweep tries again that could not read, or whose word nobody took. */
export const againMs = 5_000;

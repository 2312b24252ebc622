/** How often it is looked for what has expired, and whether Redis has all it had. */
export const careMs = 1_000;

/**
 * How often everything is compared even though nothing seems to be missing. Healing leaves alone
 * what changed in the last 60 s: what one does not mend is mended by the next.
 */
export const healEveryMs = 60_000;

/** After an error: Redis that comes back is found within a second. */
export const againMs = { first: 100, max: 1_000 } as const;

/** Orders of one call: five scripts, tens of milliseconds of Redis. */
export const ordersAtOnce = 1_000;

/** The whole file is written anew: with 100,000 orders these are 16 MB, so not more often. */
export const fileEveryMs = 1_000;

/** How often the file follows what other processes hold, of which nobody tells this one. */
export const fileElsewhereMs = 5_000;

/**
 * Orders of one script: each takes Redis 10 to 30 µs (measured among 100,000), so 200 are 2 to
 * 6 ms, in which it does nothing else.
 */
export const ordersPerScript = 200;

/** Entries, or members of the index, of one page of a healing's walk: about 50 KB. */
export const pageEntries = 500;

/** Expired orders that one call drops on the way: what expires within a second at 100 a second. */
export const expiredPerScript = 100;

/**
 * Healing leaves orders alone that changed less than this before it began: the read model that it
 * is given may be so far behind. It is 60 times what a read model takes when all is well.
 */
export const healGraceMs = 60_000;

/**
 * How long it is remembered when an order changed: the grace, and the longest healing, of which
 * 100,000 orders take 10 s on a busy machine. At 100 changes a second these are 36,000 members of
 * 90 bytes, 3 MB.
 */
export const changesKeptMs = healGraceMs + 300_000;

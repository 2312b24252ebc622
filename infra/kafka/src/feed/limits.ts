/** From before the ring: 20,000 records are read in half a second. */
export const catchUpRecordsMax = 20_000;
export const catchUpMs = 3_000;
export const catchUpFetchMs = 500;
export const catchUpRounds = 3;

/**
 * A client may come from a process that had read further than this one: by a few ms, so by some ten
 * changes of a partition. Who is further ahead than this has no position of this log.
 */
export const aheadMax = 10_000n;

/** Each has a reader of its own, a connection to every broker; the others read anew. */
export const catchUpsMax = 8;

/** A ring of 64,000 is read in a second; a process does not wait longer than this to begin. */
export const feedBeginMs = 5_000;

/** Then sockets have their turn, so that a batch of thousands does not make every client a slow one. */
export const changesPerTurn = 100;

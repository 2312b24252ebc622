/** Streams of one process: at 20 KiB each, and 256 KiB for those that are slow, 276 MiB at most. */
export const streamsMax = 1_000;

/**
 * Alerts in memory, of all partitions: at 2 KiB each 32 MiB. A process that was restarted begins so far
 * before the end, and finds there what its clients have missed.
 */
export const ringAlertsMax = 16_000;

/** Given out of memory when a stream begins: 200 KiB, which its buffer holds. More comes from the log. */
export const fromMemoryMax = 100;

/** What may wait for a client. One that is slower than the alerts is read for by itself, page by page. */
export const waitingBytesMax = 256 * 1024;

/** A client that takes nothing of what waits for it within that is ended. */
export const takeWithinMs = 30_000;

/** Pages read at once; each has a reader of its own, a connection to every broker. */
export const pagesAtOnce = 16;

/** Then it is another client's turn. */
export const pageMs = 2_000;
export const pageFetchMs = 500;

/** A page holds 256 KiB for its client: no partition needs to bring more at once. */
export const pageFetchBytes = 128 * 1024;

/** Then sockets have their turn. */
export const recordsPerTurn = 100;

/** Between attempts to read the log while it is away. */
export const logRetryMs = 1_000;

/** Below the 60 s after which proxies cut what is silent, and the 30 s of impatient ones. */
export const beatMs = 15_000;

/** A tag, and 13 digits at most for each of 256 partitions. */
export const positionCharsMax = 9 + 256 * 14;

/** A list of a filter: all rules have one letter, and types of events some 20. */
export const filterCharsMax = 500;

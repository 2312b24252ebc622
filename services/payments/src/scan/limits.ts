/** Queries under way at once: a tenth of what one process has, so that callers hardly notice. */
export const asksAtOnce = 20;

/** A scan asks at most this many, and its lock is held meanwhile: some seconds, far below an hour. */
export const batchMax = 1_000;

/**
 * Key of the advisory lock that lets one process scan at a time, in the space of 64-bit keys, where
 * the projections use none: the bytes of `PlmbScan`.
 */
export const scanLockKey = 0x506c_6d62_5363_616en;

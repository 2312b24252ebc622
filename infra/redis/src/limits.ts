/** A TCP connection and its handshake: 1 ms on one machine, some ten within a region. */
export const connectTimeoutMs = 1_500;

/**
 * One command: Redis answers within a millisecond, and a request of a client that waits for one
 * must not wait longer than for Postgres (1.2 s).
 */
export const commandTimeoutMs = 1_000;

/** A connection that brings nothing for so many command time-outs (3 s) is dead: another is made. */
export const silentTimeoutsMax = 3;

/** Waits between attempts to connect: the first, and the longest, for ever. */
export const reconnectMs = { first: 50, max: 2_000 } as const;

/** How long closing waits for the answers under way. */
export const closeTimeoutMs = 1_000;

/** A rate limit's burst is spread over so many seconds: it comes back within that. */
export const burstWindowSeconds = 10;

/** Bytes of a request body unless a route says otherwise: a large order is about 4 KiB. */
export const bodyBytesMax = 64 * 1024;

/** Bytes of all request headers together; Node answers 431 beyond. */
export const headerBytesMax = 16 * 1024;

/** A client that needs longer to send its headers, or the whole request, is cut off. */
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 30_000;

/** Longer than the idle time of common load balancers (60 s), so that they close first. */
export const keepAliveTimeoutMs = 65_000;

/**
 * Sockets of one process: 20,000 at about 20 KiB each are 400 MiB. Half of them may be WebSockets,
 * which stay, and leave room for calls.
 */
export const connectionsMax = 20_000;

/** How long a shutdown waits for answers under way: the wait for an outcome (5 s) and as much again. */
export const shutdownGraceMs = 10_000;

/** The end of a stream takes a round trip; who does not take what waits for it is cut. */
export const farewellMs = 1_000;

/** A health check that takes longer has failed; orchestrators give up after a few seconds. */
export const healthCheckMs = 2_000;

/** How long an edge waits for the outcome of a command before it says that it is pending. */
export const outcomeWaitMs = 5_000;

/**
 * Commands that one edge has under way. Two cores with everything on them decide about 450 a second
 * (docs/decisions/0006), so 200 are half a second of backlog; beyond that, waiting helps nobody.
 */
export const commandsInFlightMax = 200;

/** Aggregate versions that an edge remembers: 10,000 keys of about 100 bytes are 1 MiB. */
export const versionsRememberedMax = 10_000;

/** Before a write whose answer was lost is sent again: a broker that restarts is back by then, or not. */
export const repeatWriteMs = 100;

/** A file of a page whose name changes with its content: as long as caches keep anything, a year. */
export const assetMaxAgeSeconds = 365 * 24 * 3_600;

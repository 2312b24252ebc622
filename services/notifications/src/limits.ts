const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** How long a notification can be looked at and replayed, where nothing else is configured. */
export const keepMs = 90 * dayMs;

/** How long an endpoint may fail before somebody is alerted, where nothing else is configured. */
export const alertAfterMs = 5 * minuteMs;

/**
 * Commands under way: calls of clients, and, when partitions go to another process, reports of the
 * 1,024 attempts that are to be written and the 256 under way (worker/limits.ts, lanes/limits.ts).
 */
export const commandsInFlightMax = 2_000;

/**
 * What a busy thread waits at most before it looks for more to tell. Payments gain by waiting longer,
 * since each has a dozen steps; here are two, and at 500 a second the shorter wait costs no processor
 * time that could be seen (docs/benchmarks.md).
 */
export const busyPaceMs = 15;

/** A process that is started beside this one makes the delay topics within seconds, if slowly. */
export const delayTopicsMs = 60_000;
export const delayTopicsPollMs = 250;

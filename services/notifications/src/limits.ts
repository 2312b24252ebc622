const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** How long a notification can be looked at and replayed, where nothing else is configured. */
export const keepMs = 90 * dayMs;

/** How long an endpoint may fail before somebody is alerted, where nothing else is configured. */
export const alertAfterMs = 5 * minuteMs;

/**
 * Commands under way: reports of 1,024 attempts that are to be written and of 256 under way
 * (worker/limits.ts, lanes/limits.ts), and calls of clients beside them. With 1,000 the worker was
 * refused by its own gateway at 900 deliveries a second (docs/benchmarks.md).
 */
export const commandsInFlightMax = 2_000;

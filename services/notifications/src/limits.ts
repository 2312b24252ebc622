const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** How long a notification can be looked at and replayed, where nothing else is configured. */
export const keepMs = 90 * dayMs;

/** How long an endpoint may fail before somebody is alerted, where nothing else is configured. */
export const alertAfterMs = 5 * minuteMs;

/**
 * Commands under way: reports of as many attempts as there may be at once, beside the calls of
 * clients. An edge that only serves clients has 200.
 */
export const commandsInFlightMax = 1_000;

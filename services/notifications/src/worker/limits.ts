/** How long preparing a request may take; reading a secret takes 10 ms, and 10 s bear a failover. */
export const prepareMsMax = 10_000;

/** Pauses of a lane whose requests cannot be prepared now: 1 s, doubled up to 15 s. */
export const laterPauseMs = { first: 1_000, max: 15_000 } as const;

/** Waits before a report is repeated: 100 ms, doubled up to 5 s. */
export const repeatMs = { first: 100, max: 5_000 } as const;

/**
 * Attempts that wait for their report to be written, at which no request begins. 2,000 a second and
 * 100 ms a report are 200; 1,024 bear half a second, each with 4 KiB of an answer.
 */
export const reportingMax = 1_024;

/** Of an answer so much is reported: enough for what an error page says. */
export const responseBytesMax = 4_096;

/** Of a message so much is reported. */
export const messageCharsMax = 200;

/** What an endpoint may ask to wait until its next attempt: as long as a schedule may be. */
export const retryAfterMsMax = 72 * 3_600_000;

/** How long a stopping process waits for what it has begun; then the next owner sends it again. */
export const lastAttemptsMs = 8_000;

/** Entries of one look into a store; one of 2 KiB each is 400 KiB. */
export const rangeEntriesMax = 200;

/** Before a store that could not be read is read again. */
export const readAgainMs = 1_000;

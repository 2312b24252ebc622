/** The service beats every 15 s: what is silent for longer than two of them is not there any more. */
export const silenceMs = 40_000;

/** Between attempts to connect again: doubled up to the longest, for ever. */
export const reconnectMs = { first: 200, most: 10_000 } as const;

/** How long one fetch waits for records; bounds how long ending takes. */
export const fetchWaitMs = 500;

/** One event with all of its evidence is some 20 KiB; a line that goes on for longer is none. */
export const eventCharsMax = 4 * 1024 * 1024;

/** A command is decided within 5 s, or answered with 503 and repeated under the same key. */
export const commandTimeoutMs = 15_000;
export const commandTries = 5;
export const commandRetryMs = { first: 200, most: 5_000 } as const;

/** What a client is told to wait, as other edges say it. */
export const retryAfterSeconds = 1;

/** How long a read waits for what this process answered before. */
export const readYourWritesMs = 2_000;

/** Characters of numbers that callers give: what a header and an index hold. */
export const numberCharactersMax = 64;

/** Digits before the point of an amount: as many as contract 1's largest payment. */
export const amountDigitsMax = 10;

export const reasonCharactersMax = 500;

/** Rows of a page of contract 2's lists, and of the API's. */
export const listRowsMax = 500;
export const pageSize = { default: 50, max: 200 } as const;

/** How often a call that waits for its first delivery looks. */
export const firstDeliveryPollMs = 50;

/** Calls that the mock merchant remembers, for people who try things out. */
export const mockCallsMax = 1_000;
/** The longest that it can be told to take: longer than any time-out of a delivery. */
export const mockDelayMsMax = 60_000;

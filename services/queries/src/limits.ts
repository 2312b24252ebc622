/** One page of a list. */
export const pageSize = { default: 50, max: 200 } as const;

/** Contract 1 allows 32 characters; payments that foreign systems create may have more. */
export const orderNoCharsMax = 64;

/** An alert id is a UUID. */
export const alertIdCharsMax = 64;

/** An incident id is a UUID. */
export const incidentIdCharsMax = 64;

/** Rules are single letters today. */
export const ruleCharsMax = 32;

/**
 * How long an answer waits for the read model to reach the client's position. Rows follow the log in
 * about 20 ms; beyond 2 s something is wrong, and the client is told to come back.
 */
export const positionWaitMs = 2_000;

/** What a client should wait before it asks again. */
export const retryAfterSeconds = 1;

/** Lists, timelines and alerts for people: a tenth of a second late is not late. */
export const overviewPaceMs = 100;

/** As in a routing key. */
export const tenantCharsMax = 32;

/** A few words of what an alert says. */
export const searchCharsMax = 100;

/** Buyers are opaque ids. */
export const buyerCharsMax = 64;

/** Contract 1: a payment number has at most 32 characters. */
export const payNoCharsMax = 32;

/**
 * Events of one order that overtake its first one and are noted again: a purchase has about 30 in
 * all. At 150 bytes each an order that never comes holds 15 KiB, for a day.
 */
export const overtakingMax = 100;

/** As long as the feed keeps its records: nobody resumes from before that. */
export const overtakenKeptMs = 24 * 3_600_000;

/** Somebody looks at the page: no batch is worth waiting for. */
export const changesPaceMs = 10;

/** What stands is counted for the metrics; they are scraped every 15 s as a rule. */
export const standingEveryMs = 15_000;

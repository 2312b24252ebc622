/**
 * Facts of one kind that are kept of one payment: as many as its decider tells of conflicts. Each is
 * an alert that is open for good, so that nobody who looks at sixteen needs a seventeenth; at about
 * 500 bytes with its watch, three kinds of them keep an order below 24 KiB.
 */
export const lastingFactsMax = 16;

/**
 * Money of one account that is watched until somebody says whose it is: as much as the account keeps
 * (unmatchedMax of the channel monitor) before it refuses more. At most 1,160 bytes each, its watch
 * included: names of 64 characters of four bytes, and 5 references of 64. That is 580 KB of the
 * 1,048,076 bytes that a record may have, and 135 KB with names as people give them.
 */
export const unmatchedMoneyMax = 500;

/** References shown of orders that money could be for. The event, which is the evidence, has 20. */
export const candidatesShownMax = 5;

/**
 * Reports of money under another's number that are kept of one account. Each is an alert that a
 * person ends; those that were ended make room. At most 850 bytes each with its watch: 55 KB.
 */
export const otherReportsMax = 64;

/**
 * Refunds of one payment that are under way: as many as its decider takes (refundsMax of payments).
 * About 100 bytes each, and 160 for a watch, are 260 KB.
 */
export const openRefundsMax = 1_000;

/**
 * Endpoints of which is kept what they were told of one payment: the 100 that a tenant may have, and
 * some of operators. About 110 bytes each.
 */
export const endpointsToldMax = 128;

/** Notifications of how one payment ended that are on their way: two for each endpoint. */
export const waitingWordsMax = 2 * endpointsToldMax;

/**
 * Returns of more than was put aside that are kept of one item. Each is an alert until the pieces are
 * written off; at about 400 bytes with its watch 26 KB.
 */
export const excessReturnsMax = 64;

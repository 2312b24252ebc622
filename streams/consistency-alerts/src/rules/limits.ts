/**
 * Facts of one kind that are kept of one payment: as many as its decider tells of conflicts. Each is
 * an alert that is open for good, so that nobody who looks at sixteen needs a seventeenth; at about
 * 500 bytes with its watch, three kinds of them keep an order below 24 KiB.
 */
export const lastingFactsMax = 16;

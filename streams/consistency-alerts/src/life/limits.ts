/**
 * Alerts of one order whose life is kept once they have ended: of more, the oldest can no longer be
 * reopened. An order has one or two; a condition that comes and goes makes one each time. At about
 * 150 bytes they stay below 10 KiB.
 */
export const endedAlertsMax = 64;

/** A reason is for people to read: as long as a paragraph. Characters. */
export const reasonCharsMax = 1_000;

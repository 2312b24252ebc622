/**
 * Alerts of one order whose life is kept once they have ended: of more, the oldest can no longer be
 * reopened. An order has one or two; a condition that comes and goes makes one each time. At about
 * 150 bytes, and 60 more with a loss or the end of a suppression, they stay below 14 KiB.
 */
export const endedAlertsMax = 64;

/** A reason is for people to read: as long as a paragraph. Characters. */
export const reasonCharsMax = 1_000;

/** What nobody wants to see for longer is suppressed for good. */
export const suppressionDaysMax = 366;

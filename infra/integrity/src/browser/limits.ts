/** A cold start of Chromium on two busy cores takes 3 s. */
export const launchTimeoutMs = 30_000;

/** One step of a person, with all that happens behind it: ten times what it takes. */
export const actionTimeoutMs = 30_000;

export const pollMs = 50;

/** Twenty who buy at once look a tenth as often, and wait three times as long. */
export const buyerPollMs = 500;
export const toBePaidWithinMs = 90_000;

/** A common laptop, and a small phone. */
export const viewport = { width: 1_280, height: 860 } as const;
export const narrowWidth = 380;

/** The shop has some 30 stops; a page with more than that is not for a keyboard. */
export const tabStopsMax = 60;

/** Of a picture in the documentation. */
export const pictureBytesMax = 150_000;

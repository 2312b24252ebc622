const hourMs = 3_600_000;

/** As long as any that a gateway or browser takes (docs/ssrf.md). */
export const urlCharactersMax = 2_048;
export const descriptionCharactersMax = 200;
/** More types than there are, so that a list may name them all. */
export const eventTypesMax = 32;
export const templatesMax = 8;

/** Retries of one endpoint's schedule, and how long each may wait: three days, as Stripe's. */
export const retriesMax = 25;
export const waitMsMin = 1_000;
export const waitMsMax = 72 * hourMs;

/** Contract 2's time-out is 30 s; a longer one would keep a socket for nothing. */
export const timeoutMsMin = 1_000;
export const timeoutMsMax = 60_000;
export const concurrencyMax = 64;
export const ratePerSecondMax = 1_000;

/** So old, an incident that nothing else ends is over; the next thing that shows it alerts anew. */
export const quietMs = 24 * hourMs;

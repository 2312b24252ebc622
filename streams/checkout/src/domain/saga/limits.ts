/**
 * An order expires once its payment has closed, and a gateway may take its time to say so: what is
 * put aside stays so for a day longer. It is a safety net, for a checkout ends what it began.
 */
export const reserveBeyondDeadlineMs = 24 * 3_600_000;

/** Pushes that a checkout remembers: a client that repeats one does so before the next eight. */
export const pushesRemembered = 8;

/**
 * Answers take some 50 ms and seconds under a backlog: asked again too soon, a question only adds to
 * it. 5, 10, 20 … 320 s, then every 10 min for ever: whoever was away for a while is asked within as
 * long again, and a checkout that nobody helps adds a few records an hour. Each wait is up to a fifth
 * shorter, so that those who were held up together do not come back together.
 */
export const repeatMs = { first: 5_000, max: 600_000, soonerPart: 5 } as const;

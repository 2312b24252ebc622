/** What a client is told to wait, as other edges say it. */
export const retryAfterSeconds = 1;

/** What a client is told to wait while the payment side is away: a restart takes some seconds. */
export const paymentSideRetryAfterSeconds = 5;

/** How long a read waits for what this process answered before. */
export const readYourWritesMs = 2_000;

/** What a client saw on a screen: a notification has some hundred bytes, its details some thousand. */
export const rawPayloadBytesMax = 32 * 1024;

/** 32 KiB whose every byte is escaped as `\u00XX`, and the other fields. */
export const recordBytesMax = 6 * rawPayloadBytesMax + 8 * 1024;

/** The decision waits 5 s for its outcome at most; beyond that nobody answers any more. */
export const paymentSideTimeoutMs = 8_000;

/** An answer of the payment side is some hundred bytes. */
export const paymentSideAnswerBytesMax = 64 * 1024;

/** Connections to the payment side: what one of its processes decides at once. */
export const paymentSideConnectionsMax = 64;

/** Payments keep two decimals (contract 1). */
export const priceDigitsMax = 2;

/** Rows of a page. */
export const pageSize = { default: 50, max: 200 } as const;

/** Words of a person. */
export const reasonCharactersMax = 500;

export const orderIdCharactersMax = 64;

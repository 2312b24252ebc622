/** Contract 1: an order number has at most 32 characters. */
export const orderNoCharsMax = 32;

/** A stock keeping unit is a code, not a description. */
export const skuCharsMax = 64;

/** Lines of one order: 100 lines of 100 bytes keep command, event and state near 10 KiB. */
export const itemsMax = 100;

export const quantityMax = 1_000_000;

/** 9,999,999,999.99, contract 1's largest payment: a larger order could not be paid at once. */
export const amountMinorMax = 999_999_999_999n;

/** Buyers are opaque ids, such as 31 characters of hash. */
export const buyerCharsMax = 64;

/** Names of channels are short words; which there are is the payments context's to say. */
export const channelCharsMax = 32;

/** Words of a person who cancels. */
export const reasonCharsMax = 200;

/** Keys of clients are UUIDs or similar; 255 is what common clients send at most. */
export const idempotencyKeyCharsMax = 255;

/** An order that may be paid for longer than 30 days is a subscription, which this is not. */
export const paymentDeadlineSecondsMax = 30 * 24 * 3_600;

/** One page of a list. */
export const pageSize = { default: 50, max: 200 } as const;

/** How long a read waits for a row to show what was answered before. Rows follow in about 20 ms. */
export const readYourWritesMs = 1_000;

/** What a client should wait before it repeats a command whose outcome is pending. */
export const retryAfterSeconds = 1;

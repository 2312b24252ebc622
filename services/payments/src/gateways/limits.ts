/** 9,999,999,999.99: contract 1's largest amount, and the 12 digits of Lakala's fields. */
export const amountMinorMax = 999_999_999_999n;

/** Ids that gateways give; the longest that is documented is PayPay's and Lakala's 64. */
export const gatewayIdCharsMax = 64;

/** A gateway's code that is longer is none: the longest documented one has 37 characters. */
export const codeCharsMax = 64;

/** What people read of an answer in a log or on a page. */
export const messageCharsMax = 200;

/** 2,048 is what browsers and proxies carry; pay URLs seen have below 300. */
export const payUrlCharsMax = 2_048;

/** 9999-12-31T23:59:59Z: beyond it a year has five digits. */
export const epochSecondsMax = 253_402_300_799;

/**
 * How long a whole call may take, from waiting for a connection to the answer's last byte. PayPay
 * asks its clients to wait for 30 s, the longest of the gateways; a second is added for the way.
 */
export const callDeadlineMs = 31_000;

/** A handshake of TCP and TLS takes below 1 s across the world; 5 s bear two lost packets. */
export const connectTimeoutMs = 5_000;

/** Calls under way at one gateway: at 200 ms a call, 16 are 80 calls a second. */
export const connectionsMax = 16;

/** Below the 60 s after which load balancers usually drop what is idle. */
export const keepAliveMs = 30_000;

/** The largest answer documented, a Lakala order with 20 parts, has about 16 KiB. */
export const answerBytesMax = 256 * 1024;

/** What a gateway's headers may have in all; signatures are about 400 bytes. */
export const answerHeaderBytesMax = 16 * 1024;

/** What personal accounts hold; each knows its own currency and refuses any other. */
export const personalCurrencies = ['CNY'] as const;

/**
 * How often a personal account is asked about an order that nobody has paid yet. It tells a payment
 * of its money by itself, in the transaction that matches it, so that a question finds something new
 * only after a defect: 100,000 orders that wait are 170 questions a second.
 */
export const personalQueryMs = 600_000;

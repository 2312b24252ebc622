/** Contract 1: order and payment numbers have at most 32 characters, a channel's own number 64. */
export const orderNoCharsMax = 32;
export const payNoCharsMax = 32;
export const channelTradeNoCharsMax = 64;

/** A nonce is chance: 128 characters are four times what 512 bits need in hex. */
export const nonceCharsMax = 128;

/** An MD5 in hex has 32; what is longer is no signature and need not be compared. */
export const signatureCharsMax = 64;

/** 9,999,999,999.99, contract 1's largest amount; the digits before the point are what counts. */
export const majorMax = 9_999_999_999n;

/** A callback is about 300 bytes; what is refused is kept as it came, so it must stay small. */
export const callbackBytesMax = 8 * 1024;

/** One page of a list. */
export const pageSize = { default: 50, max: 200 } as const;

/** Callbacks shown of one payment, the newest: after the first, each changes nothing. */
export const callbacksShownMax = 200;

/** Calls and refunds shown of one payment, the newest. */
export const gatewayRowsShownMax = 200;

/** What gateways send is a few KB; what is not signed is kept as it came, so it must stay small. */
export const gatewayCallbackBytesMax = 32 * 1024;

/** The length of a payment number of ours; what follows in a reference names the attempt. */
export const ownPayNoChars = 30;

/** Anybody can send what is not signed: it makes a gateway be asked once a second at most. */
export const hintEveryMs = 1_000;

/** How long a read waits for a row to show what was answered before. Rows follow in about 20 ms. */
export const readYourWritesMs = 1_000;

/** Payment numbers whose order this process remembers: 10,000 of about 100 bytes are 1 MiB. */
export const payNosRememberedMax = 10_000;

/** What a client should wait before it repeats a command whose outcome is pending. */
export const retryAfterSeconds = 1;

/** Contract 4 gives no limit: twice contract 1's, for numbers with a prefix and a date. */
export const merchantOrderIdCharsMax = 64;

/** What a payer reads; gateways cut it further (docs/gateways.md). */
export const subjectCharsMax = 256;

/** A merchant's own data: notes and ids, 8 KiB as JSON, which a record carries several times over. */
export const extraDataBytesMax = 8 * 1024;
export const extraDataDepthMax = 8;

/** Browsers and gateways cut what is longer. */
export const returnUrlCharsMax = 2_048;

/** Words for people about a refund; gateways cut them. */
export const refundReasonCharsMax = 256;

/** 9,999,999,999.99 in minor units: contract 1's largest amount holds here, too. */
export const merchantAmountMinorMax = 999_999_999_999n;

/** As the draft of the IETF's Idempotency-Key header has it in practice: a UUID, or up to 255. */
export const idempotencyKeyCharsMax = 255;

/** A request waits 5 s for its outcome and its write as long again; after that nobody waits for it. */
export const keyBusyMs = 15_000;

/** How long a used Idempotency-Key is recognised for what it was used for. */
export const keyRememberedMs = 30 * 24 * 3_600_000;

/** Payment orders read a moment ago: 10,000 of about 2 KiB are 20 MiB. */
export const ordersCachedMax = 10_000;

/** Clients poll once a second: those who poll together are answered with one read. */
export const orderFreshMs = 1_000;

/** What a monitor client saw on its screen, and what it stands in; kept for who looks into it. */
export const moneyPayloadBytesMax = 32 * 1024;

/** JSON writes a character of that as six at most (\u0000), and the other fields are below 4 KiB. */
export const moneyReportBytesMax = 6 * moneyPayloadBytesMax + 4 * 1024;

/** A channel's name, a pay way, a monitor client: as the account takes them. */
export const moneyNameCharsMax = 64;

/** How long a refund that nobody here has heard of is looked for: another instance may just have answered it. */
export const unseenRefundWaitMs = 300;

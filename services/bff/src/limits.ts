/** An ID token is about 1 KB (Firebase) to 4 KB (one with many groups). */
export const tokenBytesMax = 8 * 1024;

/** The body of a log-in: what is too large for a token is still refused as one, up to here. */
export const loginBytesMax = 128 * 1024;

/** OpenID Connect Core 1.0, section 2: a subject has at most 255 ASCII characters. */
export const subjectCharsMax = 255;

/** A key id is a hash or a name. */
export const keyIdCharsMax = 256;

/** What is shown of a name. */
export const nameCharsMax = 100;

/** A set of keys is a few KB: it comes within some 100 ms, or the log-in is told to come back. */
export const keysTimeoutMs = 2_000;

/** After a set was fetched, an unknown key id fetches no other for so long: guessing costs nothing. */
export const keysCooldownMs = 30_000;

/** An issuer that failed is not asked again for so long. */
export const keysRetryMs = 1_000;

/** A withdrawn key is refused after that, and a little later while the issuer does not answer. */
export const keysFreshMs = 10 * 60_000;
export const keysKeptMs = 60 * 60_000;

/** One command of Redis takes a millisecond. A call makes at most two, and is refused in a second. */
export const redisCommandTimeoutMs = 300;

/** The same when the very first connection is not there yet. */
export const redisAnswerMs = 350;

/** A use is written down so often, so that reading a page costs Redis no writes. */
export const sessionTouchMs = 60_000;

/** 2^128 cannot be guessed. */
export const sessionIdBytes = 16;
export const csrfBytes = 16;

/** A user id of the local issuer is a name that a person types. */
export const localUserCharsMax = 100;

/** An hour, as Firebase's. */
export const localTokenSeconds = 3_600;

/** A connection within one network takes a few ms. */
export const connectTimeoutMs = 1_000;

/** Reads wait up to 2 s for each of two read models, and then say so themselves. */
export const readDeadlineMs = 6_000;

/** An edge waits 5 s for the outcome of a command, and then says so itself. */
export const writeDeadlineMs = 8_000;

/** Connections to one service: with reads of 10 ms they carry 5,000 calls a second. */
export const connectionsMax = 50;

/** Longer than the pause between two clicks, shorter than the 65 s after which services close. */
export const keepAliveMs = 30_000;

/** A page of 200 entries of a timeline, 20 KiB each. */
export const answerBytesMax = 4 * 1024 * 1024;

/** Where a record stands is asked for once the work is done: without it the answer is still right. */
export const positionDeadlineMs = 1_000;

/** What a client should wait before it asks again. */
export const retryAfterSeconds = 1;

/** As in payments: what gateways send is a few KB. */
export const webhookBytesMax = 32 * 1024;

/** One page of a list, as in queries. */
export const pageSizeMax = 200;

/** Contract 1 allows 32 characters; payments that foreign systems create may have more. */
export const orderNoCharsMax = 64;

/** Contract 1: a payment number. */
export const payNoCharsMax = 32;

/** As in orders, for an order that is placed here. */
export const newOrderNoCharsMax = 32;
export const skuCharsMax = 64;
export const linesMax = 100;
export const quantityMax = 1_000_000;
export const reasonCharsMax = 200;

/** 9,999,999,999.99, contract 1's largest payment. */
export const amountMinorMax = 999_999_999_999n;

/** Orders takes 255, of which 32 are the buyer's. */
export const idempotencyKeyCharsMax = 223;

/** Line by line the address of a question about prices stays below 8 KiB, half of what is read. */
export const askedSkusCharsMax = 6_000;

/** A small shop on one page. */
export const itemsShownMax = 500;
export const itemsPageMax = 200;

/** A few words of what an alert says, as in queries. */
export const searchCharsMax = 100;

/** Alerts of which one thing is said at once: a page of a list. Each is a command of its own. */
export const alertsAtOnceMax = 100;

/** An alert id is a UUID, a rule a letter, a tenant part of a routing key. */
export const alertIdCharsMax = 64;
export const ruleCharsMax = 32;
export const tenantCharsMax = 32;
export const userIdCharsMax = 64;

/**
 * Changes in memory, of all partitions: at 500 bytes each 32 MiB. At 100 purchases a second of 20
 * events each they are 32 s, and a client that lost its connection is back within 5.
 */
export const ringChangesMax = 64_000;

/**
 * Missed changes that a client is given one by one: 200 of 700 bytes are 140 KiB, which its buffer
 * holds. Who missed more reads what it shows anew, which is less.
 */
export const replayChangesMax = 200;

/** A tag, and 13 digits at most for each of 256 partitions. */
export const positionCharsMax = 9 + 256 * 14;

/** WebSockets of one process: at about 20 KiB each 200 MiB, half the sockets that the server takes. */
export const liveConnectionsMax = 10_000;

/** Tabs of one person, on several devices. */
export const connectionsPerUserMax = 20;

/** `{"type":"ping"}` is 15 bytes. */
export const clientMessageBytesMax = 1_024;

/** A client pings every few seconds at most. */
export const pingsMax = 20;
export const pingsWindowMs = 10_000;

/**
 * What is missed at most (140 KiB) and as much again. A client that does not read is closed then: a
 * thousand of them at once are 256 MiB.
 */
export const sendBufferBytesMax = 256 * 1024;

/** A closing handshake takes a round trip; who does not answer is cut. */
export const farewellMs = 1_000;

/** Below the 60 s after which proxies cut what is silent; two unanswered are 40 s. */
export const heartbeatMs = 20_000;
export const heartbeatsMissedMax = 2;

/** Ten thousand sessions every 5 s are 2,000 commands a second, 200 at a time. */
export const sessionCheckMs = 5_000;
export const sessionChecksAtOnce = 200;

/** Redis restarts within that; beyond, nobody is shown anything that may not be theirs any more. */
export const sessionsUnknownMs = 15_000;

/** Characters of a URL: what browsers, proxies and server logs take without cutting it off. */
export const urlCharactersMax = 2_048;

/** Of a name and of one of its labels (RFC 1035, 2.3.4). */
export const nameCharactersMax = 253;
export const labelCharactersMax = 63;

/**
 * Connections to one origin. At 100 ms an answer 16 of them carry 160 requests/s, and an endpoint
 * that hangs holds 16 sockets, not the 3,000 that 100 requests/s of 30 s each would take.
 */
export const connectionsPerOriginMax = 16;

/**
 * Connections in all, those that idle included: 500 requests/s to origins that are all different
 * leave 500 × 4 s = 2,000 idle ones behind. At the bound the one that idles longest goes.
 */
export const connectionsMax = 2_500;

/** Requests that wait for a connection to one origin. The caller bounds what it sends; this is the net below. */
export const waitingPerOriginMax = 1_000;

/** Bytes of an answer's body: enough for a person to see what an endpoint says of its error. */
export const bodyBytesMax = 4 * 1024;

/** Bytes of an answer's status line and headers, as Node's own servers take them. */
export const headerBytesMax = 16 * 1024;

/** Bytes of the caller's headers together; most servers answer 431 beyond 8 KiB. */
export const requestHeaderBytesMax = 8 * 1024;

/** How long a connection idles: below the 5 s after which a Node server closes, so that we close first. */
export const keepAliveMs = 4_000;

/**
 * A connection this old takes no further request. A name that leads elsewhere now is followed within
 * a minute even where requests come so often that no connection ever idles.
 */
export const connectionAgeMs = 60_000;

/** How long an address is tried while another is left: a handshake round the world takes 0.3 s. */
export const connectAttemptMs = 1_000;

/** Addresses of one name that are tried. */
export const addressesTriedMax = 4;

/** Addresses in one answer. Real ones have up to a few dozen; all of them are vetted. */
export const addressesMax = 64;

/** Look-ups at once. libuv has 4 threads for them, which file access and hashing need as well. */
export const lookupsMax = 3;

/**
 * Of these, how many may be for names that have not answered lately. A name server that hangs holds
 * its look-up for seconds; names that have answered keep a place of their own.
 */
export const strangeLookupsMax = 2;

/** Names that wait for a look-up: at 20 ms each and 2 at once the last waits 10 s. */
export const lookupsWaitingMax = 1_000;

/** The system's own resolver gives a name server 5 s, twice. */
export const lookupTimeoutMs = 10_000;

/** How long an answer holds: 500 requests/s to one name are one look-up in 5 s. */
export const answerFreshMs = 5_000;

/** How long it holds that there is no such name, or that its server gave an error. */
export const failureFreshMs = 1_000;

/** How long a name is left alone whose server did not answer: three times what it cost. */
export const hungFreshMs = 30_000;

/** Names that are remembered: 10,000 of about 300 bytes are 3 MB. */
export const namesHeldMax = 10_000;

/** The longest deadline; `setTimeout` takes more than 24 days as none at all. */
export const deadlineMsMax = 10 * 60_000;

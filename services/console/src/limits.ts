/** What keeps a page from waiting for ever: a read of the API ends by itself within 6 s, a write 8. */
export const answerTimeoutMs = 12_000;

/** Connecting again: 0.5 s, doubled up to 15 s, each cut by up to half so that not all come at once. */
export const reconnectMinMs = 500;
export const reconnectMaxMs = 15_000;

/** An upgrade is one round trip and one look at the session. */
export const connectTimeoutMs = 10_000;

/** A connection that says nothing is asked whether it is there, and is given up without an answer. */
export const pingMs = 25_000;
export const pongMs = 10_000;

/** As the API: places in one Plumbline-Position. Read models are behind by less than a minute. */
export const placesMax = 16;
export const placeKeptMs = 60_000;

/** Asking again where something is away: 1 s, doubled up to 15 s. */
export const retryMinMs = 1_000;
export const retryMaxMs = 15_000;

/** Changes come in bursts of some 20 an order: one read serves those of a quarter of a second. */
export const settleMs = 250;

/** The same of a list, which operators see of all orders: half a read a second, whatever happens. */
export const listSettleMs = 2_000;

/** As the API: lines of a basket, pieces of one item, entries of a page. */
export const linesMax = 100;
export const quantityMax = 1_000_000;
export const pageEntries = 100;

/** A timeline of 20 pages of 100 is a thing for the command line. */
export const timelinePagesMax = 20;

/** Found by number, an order or alert has at most so many characters. */
export const idCharsMax = 64;
export const userCharsMax = 100;

/** As the API: alerts of which one thing is said at once. */
export const alertsAtOnceMax = 100;

/** As the API: a few words of what an alert says. */
export const searchCharsMax = 100;

/** As the API: why an order is cancelled, or an alert acknowledged. */
export const reasonCharsMax = 200;

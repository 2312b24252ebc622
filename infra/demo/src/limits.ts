/** Enough that every story is told several times, and few enough for a run of a minute. */
export const ordersDefault = 300;

/** Each of the 16 stories at least once, and some that are simply paid. */
export const ordersMin = 20;

/** Everything is kept in memory and asked for one by one; beyond this it is a benchmark. */
export const ordersMax = 5_000;

/** Purchases for each order: some ten commands each, and a run is not to be 20 s longer for them. */
export const purchasesPerOrder = 0.06;

/** Each look of a browser is four calls behind the shop: more often and they are most of the work. */
export const purchasePollMs = 1_000;

/**
 * How long a buyer looks at a pay page. A notification that nobody signed asks nothing within a second
 * of the answer before it, and whoever paid faster than a person can would wait for the next query.
 */
export const payPageMs = 2_000;

/** Purchases under way at once: buyers come one after the other, beside the stories. */
export const purchasesUnderWayMax = 10;

/** Deadline of a purchase that is not to be paid: several times what it takes to the pay page. */
export const purchaseDeadlineMs = 8_000;

/**
 * Far below the 500 commands that an edge admits at once. Tasks commit what has come together, so
 * that more at once costs less each: 24 made the run 10 s longer.
 */
export const requestsInFlightMax = 80;

/**
 * Stories that go on at once, besides those that only wait. An order that is to expire must have its
 * payment before that, so no story may stand in a long queue between two of its steps.
 */
export const storiesUnderWayMax = 100;

/** An edge answers 503 after 5 s at the latest; twice that means that nobody answers. */
export const requestTimeoutMs = 10_000;

/** A killed process is back within 15 s; four times that and it will not come back. */
export const retryForMs = 60_000;

/** Between two attempts of the same call: doubled from the first to the last. */
export const retryWaitMs = { first: 100, max: 1_000 } as const;

/** Between two looks at an order that should change. */
export const pollMs = 400;

/** How long one step of a story may wait for what it waits for. */
export const awaitForMs = 60_000;

/** Deadline of the orders that are to expire: some ten times what placing an order takes. */
export const shortDeadlineMs = 6_000;

/** Deadline of an order that is paid into an account too late: its payment begins beside all others. */
export const paidInDeadlineMs = 12_000;

/** Deadline of all others: beyond the longest run. */
export const longDeadlineMs = 30 * 60_000;

/** Rule A's grace while orders are paid and nobody is there to notice. */
export const graceMs = 4_000;

/** Rule A's own grace, which holds before and afterwards. */
export const graceDefaultMs = 60_000;

/**
 * How much longer than the grace the outage lasts after the last payment, so that no clock has to be
 * exact: commands are decided within 0.1 s, frontiers move every 0.1 s.
 */
export const outageMarginMs = 2_000;

/** For every order to show what it should, and for every record to be read. */
export const settleForMs = 60_000;

/** A notification of a payment has some 500 bytes. */
export const deliveryBytesMax = 64 * 1024;

/** How the merchant has failed notifications tried again: soon, since a demonstration is short. */
export const retryAfterMs = 1_000;
export const retriesMax = 5;

/** Fewer than the five in a row after which an endpoint is asked rarely, and no more than its retries. */
export const failuresAtFirst = 3;

/** For everything to be told: nothing waits longer than its retries. */
export const tellForMs = 30_000;

/** A line about what goes on. */
export const progressEveryMs = 2_000;

/** Differences that are printed; the JSON report has them all. */
export const differencesShownMax = 20;

/** Rates of the part `money`, records a second. */
export const moneyRatesDefault = [25, 50, 100, 200] as const;

/** Merchants of the part `money`, each with one account and one client, paid into in turn. */
export const moneyMerchants = 50;

/** Records before the first that count: the code of a fresh broker and of all processes is cold. */
export const moneyWarmUp = { perSecond: 50, seconds: 20 } as const;

/** An account takes 300 that wait; where more records are sent, there are more accounts. */
export const ordersPerAccountMax = 250;

/** The only endpoint takes all: as many at once as one may. */
export const moneyEndpointConcurrency = 64;

/** Payments under way while they are opened: a tenth of what an edge admits. */
export const openingAtOnce = 20;

/** An account that has not decided for so long does not. */
export const activePatienceMs = 60_000;

/** Between two looks at what waits. */
export const waitingPollMs = 200;

/** Sizes of the part `active-orders`, over all accounts. */
export const orderCountsDefault = [100, 1_000, 10_000, 100_000] as const;
export const orderCountMax = 100_000;

/** Of the merchant whose list is asked for, at every size. */
export const listedOrders = 20;

/** Of the merchant whose orders are paid one after another, at every size. */
export const paidOrders = 50;

/** What is looked at at every size; whatever is beyond it are orders of others. */
export const orderCountMin = listedOrders + paidOrders;

/** The others share what is left. */
export const otherAccounts = orderCountMax / ordersPerAccountMax;

/** 200 calls of both at each size, so that a 99th percentile has two beyond it. */
export const paidRounds = 4;
export const listCalls = paidRounds * paidOrders;

/** Long beside the whole run, since orders are to wait and not to end. */
export const orderWaitsMs = 24 * 3_600_000;

/** Orders written in one transaction: some 500 KB. */
export const ordersPerTransaction = 1_000;

/** Between what was just written and what is measured, so that nobody is still busy with it. */
export const settleMs = 3_000;

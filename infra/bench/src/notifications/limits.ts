/** Endpoints of the part `deliveries`, each of a tenant of its own. */
export const deliveryEndpoints = 20;

/**
 * Requests at one endpoint at once: 20 endpoints with 32 are more than the 256 of the whole process,
 * so that no endpoint's own settings are the limit.
 */
export const endpointConcurrency = 32;

/** Rates of the part `deliveries`, events a second. */
export const deliveryRatesDefault = [50, 200, 500, 1_000, 2_000] as const;

/**
 * Deliveries before the first that count, so that every endpoint is proven and the code is compiled: a
 * fresh broker spends some 15 s of a core on that, a third of what it takes in the first minute.
 */
export const deliveriesWarmUp = { perSecond: 300, seconds: 40 } as const;

/**
 * Between two transactions of the writer: 50 events a second are one each, and 20 ms are little beside
 * the 100 that are aimed at.
 */
export const paymentWaveMs = 20;

/** A payment is created so long before it succeeds, at the same pace. */
export const createdBeforeMs = 1_000;

/** Between two looks at what has arrived. */
export const sinkPollMs = 250;

/** What has not arrived so long after the last that did is lost. */
export const arrivalPatienceMs = 10_000;

/** A breaker leaves an endpoint alone for up to a minute; what waits behind it comes after. */
export const hungPatienceMs = 75_000;

/** Endpoints of the part `hanging`, and how many of them hang. */
export const hangingOf = { endpoints: 100, hanging: 10 } as const;

/** Events a second over all of them: two for each. */
export const hangingPerSecond = 200;

/** Alerts a second of the part `subscribers`: what a storm of one rule brings, and ten times as much. */
export const subscriberRates = [10, 100] as const;

/** Before the first that count: the endpoint is proven then, and the code compiled. */
export const subscribersWarmUp = { perSecond: 50, seconds: 15 } as const;

/** Orders in one transaction, six records each, before anything is measured. */
export const subscribersOpenedAtOnce = 100;

/** Longer than the time-out of 30 s, so that requests that hang end, and others follow them. */
export const hangingSeconds = 40;

/** With and without, in turn, so often. */
export const hangingRounds = 2;

/** Waits of retries of what hung: none of them is a level of default, and all end within the run. */
export const hangingIntervals = ['5s', '10s', '20s', '30s'] as const;

/** Levels of the part `retries`, short enough that the run ends, beside the one of what only waits. */
export const retryLevels = ['10s', '20s', '30s', '45s', '1m'] as const;
export const ballastLevel = '1h';

/** Endpoints of each level. */
export const endpointsPerLevel = 4;

/** First attempts a second that fail, over all levels, and for how long: 1,200 retries a level. */
export const retriesLoad = { perSecond: 100, seconds: 60 } as const;

/** Records that wait, in the part `retries` and in the part `waiting`. */
export const retriesWaiting = 100_000;
export const millionWaiting = 1_000_000;
export const waitingMax = 10_000_000;

/** Records of ballast in one transaction: some 2 MB. */
export const ballastPerTransaction = 4_000;

/** Width and number of the bins of lateness: half a second, and one bin for what is later. */
export const latenessBins = { binMs: 10, count: 50 } as const;

/** What is aimed at: of a hundred retries 99 within so many ms after they were due. */
export const latenessAimMs = 250;

/** Requests that the generator lets be under way; beyond, a server that stalls is not asked more. */
export const inFlightMax = 2_000;

/** Sockets of the generator: 500/s at 100 ms are 50; ten times that leaves room for a stall. */
export const connectionsMax = 500;

/** A request that has no answer by then is an error; an edge answers after 5 s at the latest. */
export const requestTimeoutMs = 10_000;

/** Requests that are sent and not counted before each measurement, so that the code is compiled. */
export const warmUp = { perSecond: 50, seconds: 3 } as const;

/** Between two measurements, so that neither works off what the other left. */
export const pauseMs = 2_000;

export const ratesDefault = [50, 500] as const;
export const rateMax = 20_000;
export const secondsDefault = 20;
export const secondsMax = 3_600;

/** Warm starts; the middle one is shown. */
export const startsDefault = 3;

/** Between two looks at the first order. */
export const pollMs = 20;

/** A platform that has not paid its first order by then does not work. */
export const firstOrderMs = 60_000;

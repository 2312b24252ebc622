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

/** A line now and then while something long goes on. */
export const progressEveryMs = 5_000;

/** Of every topic that concerns orders, as locally. */
export const partitions = 4;

export const recordsDefault = 600_000;
export const recordsMax = 50_000_000;

/** Fewer and the orders of seven waves would share keys. */
export const coursesPerWave = 600;

/** Records of the filling in one transaction: a few MB, far from the transaction's 5 s. */
export const prefillPerTransaction = 4_000;

/** The grace of rule A in a prepared log, which takes seconds to write: long beside its waves. */
export const graceMs = 1_000;

/** No alert for so long means that a program has stopped. */
export const stalledMs = 60_000;

/** Threads of Kafka Streams: one for each of two cores. */
export const streamThreadsDefault = 2;

/** Heap of the JVM: several times what a million orders take in memory. */
export const streamHeap = '-Xmx4g';

/** Maven fetches some 90 MB on the first day. */
export const mavenTimeoutMs = 10 * 60_000;

/** From the polite signal to SIGKILL. */
export const stopMs = 15_000;

/** Until a program that was started runs its tasks. */
export const readyMs = 120_000;

/** Topics that were just deleted are made again after 20, 40, … ms: 4 s in all. */
export const renewAttemptsMax = 20;

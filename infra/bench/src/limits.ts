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

/** Rates of the part `payments`, full flows a second. */
export const flowRatesDefault = [25, 50, 100, 150, 200, 300] as const;

/** Rates of the part `checkouts`, purchases a second. */
export const checkoutRatesDefault = [5, 10, 20, 30, 40] as const;

/** Log-ins and goods are made so many at a time, far below what an edge admits. */
export const askedAtOnce = 50;

/** Of a call that nobody answers. */
export const repeatsMax = 5;

/** Attempts, a second apart, at what a platform cannot do that has just started or is busy. */
export const patientAsksMax = 30;

/** So many goods that none of them is hot, and more of each than anybody buys. */
export const shopSkus = Array.from({ length: 20 }, (_, at) => `goods-${at}`);
export const shopPieces = 1_000_000;
export const shopPrice = '10.00';
/** Of each buyer: 100,000 purchases. */
export const shopCredit = '1000000.00';

/** 330 purchases of each kind, so that a 99th percentile has some beyond it; far from any limit. */
export const serviceLevelPerSecond = 5;
export const serviceLevelSeconds = 66;

/** A payer finds the page, looks at it, and pays: some before the first query of 30 s, some after. */
export const payersPay = { firstMs: 2_000, lastMs: 40_000 } as const;

/** Of webhooks that are late; others come after 20 and 30 s. */
export const latestWebhookMs = 40_000;

/** After the last request: payers take up to 40 s, and what is aimed at is 60. */
export const paidWithinMs = 150_000;

/** Between two looks at a purchase that the log has as paid. */
export const lookEveryMs = 20;

export const hotBuyers = 1_000;
export const hotPieces = 100;
export const hotWithinMs = 120_000;
/** What `Retry-After` says. */
export const repeatAfterMs = 1_000;

/** As many as a BFF takes, 20 a user, who has no more. */
export const liveConnections = 10_000;
export const connectionsPerUser = 20;
export const talkingConnections = 1_000;
/** Each with half of the sockets, far below the usual limit of open files. */
export const clientProcesses = 2;
export const opensAtOnce = 50;
/** 200 purchases of some ten events, each told to 20 connections: 1,000 messages a second. */
export const liveLoad = { perSecond: 5, seconds: 40 } as const;
/** Until what was just done is collected. */
export const calmMs = 15_000;

/** Between two looks at which flows have ended. */
export const flowPollMs = 50;

/** A flow that has not ended so long after the one before it is not waited for. */
export const flowTailMs = 5_000;

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

/**
 * The grace of rule A in a prepared log, whose 600,000 records take some 20 s to write: long beside
 * the second that a wave takes on a busy machine, so that only orders that are stuck have alerts.
 */
export const graceMs = 5_000;

/** No alert for so long means that a program has stopped. */
export const stalledMs = 60_000;

/** Records of each log of the part `alerts`, so that three rounds of five runs take four minutes. */
export const alertRecordsDefault = 210_000;

/** Runs of each program in the part `alerts`: a middle one, and how far the others are from it. */
export const roundsDefault = 3;
export const roundsMax = 100;

/** Orders that are open at once in the part `alerts`. */
export const openOrdersDefault = [10_000, 100_000, 500_000] as const;
export const openOrdersMax = 5_000_000;

/** Variants other than the production one are measured up to here: they grow as it does. */
export const smallOpenOrders = 100_000;

/** Open orders are written so many at a time, which a process takes in a few seconds. */
export const openOrdersAtOnce = 100_000;

/** A collection of a heap of a gigabyte takes a second or two. */
export const inspectorTimeoutMs = 60_000;

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

/** Topics that were just deleted are made again after 20, 40, … ms: 37 s in all, if a machine is busy. */
export const renewAttemptsMax = 60;

/** Keys of the part `keys`: the same records over each of them. */
export const keyCounts = [10_000, 100_000, 1_000_000] as const;

/** Records a second of the part `lateness`. */
export const loadsDefault = [5_000, 10_000] as const;
export const loadMax = 200_000;

/** Between two waves of a sustained load: often enough that an alert is not late by waiting for one. */
export const waveEveryMs = 50;

/**
 * A steady load begins so long before what counts: a JVM takes some 10 s of processor time until its
 * code is compiled, and is late by seconds meanwhile.
 */
export const latenessWarmUpMs = 20_000;

/** After the last record of a sustained load: alerts that are later are lost for the figures. */
export const latenessTailMs = 2_000;

/** State of the parts `restore` and `takeover`, in keys. */
export const restoreKeys = 100_000;

/** Between two probes of the part `takeover`: how fine its times are. */
export const probeEveryMs = 100;

/** Probing before the kill, so that both processes are seen to work. */
export const probeBeforeMs = 3_000;

/** A partition whose first answer after the kill takes longer was one of the killed process. */
export const lostSilenceMs = 1_000;

/** Records of the naive projector: at some hundreds a second it takes long enough to measure. */
export const naiveRecords = 3_000;

/** Sizes of the part `transactions`, in records. */
export const transactionSizes = [1, 10, 100, 1_000] as const;
export const producerCounts = [1, 4] as const;
export const transactionSeconds = 5;
export const transactionValueBytes = 200;

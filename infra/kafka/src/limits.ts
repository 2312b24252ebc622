import type { Patience } from './client/patience.ts';

/**
 * With key, value, headers and their lengths. Broker default `message.max.bytes` 1,048,588 less the
 * framing of a batch of one record (61), and room for what text outside of ASCII adds.
 */
export const recordBytesMax = 1_048_588 - 512;

/** An abandoned transaction hides later records from committed readers for this long at most. */
export const transactionTimeoutMs = 5_000;

/** Brought for one partition unless asked otherwise: twice the largest batch a broker takes. */
export const fetchBytesPerPartition = 2 * 1_048_576;

/** A batch of 1 MiB of JSON unpacks to about 10; a crafted one to a thousand times its size. */
export const unpackedBatchBytesMax = 64 * 1_048_576;

/** Of one answer: 24 full partitions. The broker's own bound is `fetch.max.bytes`, 55 MiB. */
export const fetchBytesMax = 48 * 1_048_576;

/** A broker that restarts takes 3 to 10 s; a leader election under 1 s. */
export const reconnectPatience: Patience = { firstMs: 20, mostMs: 500, totalMs: 10_000 };

/** A reader keeps trying for this long before its fetch says {@link Unavailable}. */
export const fetchUnavailableAfterMs = 10_000;

/**
 * Longest wait of a fetch from several brokers. What one of them brings may make it urgent to know that
 * the others have nothing older, and a request that is under way to them cannot be taken back.
 */
export const apartFetchWaitMs = 100;

/** kafkajs's own default is 1 s, too short across regions with TLS. */
export const connectionTimeoutMs = 3_000;

/** Longest answer to a short request. Above the transaction time-out there is nothing to save. */
export const requestTimeoutMs = 10_000;

/** The broker gives up waiting for replicas this much before the client gives up waiting for it. */
export const produceMarginMs = 1_000;

/**
 * The coordinator still writes the markers of the transaction before (2–10 ms measured), or aborts
 * the one that a dead producer left open (at most its time-out and one scan of the broker, 6 s).
 */
export const concurrentTransactionsPatience: Patience = { firstMs: 1, mostMs: 5, totalMs: 8_000 };

/** kafkajs needed seconds for 16,000 records in one batch; these sizes are where it levels off. */
export const chunkRecordsMax = 1_000;
export const chunkBytesMax = 512 * 1024;

/** 10,000 records of 6 KiB would be 60 MiB: what a stalled broker may cost a process. */
export const edgeQueueRecordsMax = 10_000;
export const edgeQueueBytesMax = 64 * 1_048_576;

/** How long an edge record may wait for a broker before it is given back as not sent. */
export const edgeDeliveryTimeoutMs = 10_000;

/** Broker time is asked for this often when nothing else is produced. */
export const calibrationIntervalMs = 10_000;

/** Quartz is within 100 ppm and NTP slews by up to 500 ppm: a lower bound runs slower by that. */
export const clockDriftMax = 0.0005;

/** After three calibrations an older sample gives way even if it promises more. */
export const clockSampleAgeMaxMs = 30_000;

/**
 * A record has its time before readers can see it: the append must finish, and with replicas the
 * followers must have it. On one replica 15 ms for 99 of 100 records and 44 ms at most were
 * measured (docs/kafka-client.md); a hundred are twice that, and a tenth of what an alert may be
 * late.
 */
export const visibilityLagMs = 100;

/** The broker's floor (`group.min.session.timeout.ms`), and time for one lost heartbeat and the next. */
export const sessionTimeoutMs = 6_000;

/** Members hear with a heartbeat of one that comes or leaves: it is a part of every hand-over. */
export const heartbeatIntervalMs = 500;

/** Half a session: there is time to connect again and still be a member. */
export const heartbeatTimeoutMs = 3_000;

/** How long the others wait in a rebalance for a member that does not come back. */
export const rebalanceTimeoutMs = 10_000;

/** Between attempts to join again after the group was lost. */
export const rejoinPatience: Patience = { firstMs: 100, mostMs: 2_000, totalMs: Infinity };

/** What closing may take: a farewell to the broker that does not answer is not waited for. */
export const farewellTimeoutMs = 1_000;

/** Over how long a thread's load is measured: longer than a batch takes, shorter than a wave of calls. */
export const busySampleMs = 250;

/**
 * What a busy thread waits between two fetches that bring little: nothing while it has a quarter of its
 * time left, and the whole of it when it has none. Measured with payments at gateways on two cores:
 * docs/benchmarks.md.
 */
export const busyPace = { fromShare: 0.75, mostMs: 120, littleRecords: 100 } as const;

/** How long one fetch at the end of a topic waits for records; bounds how long closing takes. */
export const tailFetchWaitMs = 500;

/** Brokers show new topics within a second; one that is not there after ten is not there. */
export const tailShownWithinMs = 10_000;

/** Waits between attempts to read the end of a topic again: doubled up to the longest, for ever. */
export const tailReconnectMs = { first: 100, max: 5_000 } as const;

/** Results of one script: 100 are 0.8 ms of Redis (measured), which does nothing else meanwhile. */
export const entriesPerScript = 100;

/** Bytes brought by one fetch of one partition: some 1,000 results, ten scripts. */
export const fetchBytes = 524_288;

/** What an entry may come later for the sake of batches, like a row of a read model. */
export const fetchPaceMs = 20;

/** Longest wait of an idle fetch: how long a stop takes. */
export const fetchWaitMs = 500;

/** An idle pump asks Redis so often whether it still has what was written: one HGET a partition. */
export const checkEveryMs = 1_000;

/** Trimming looks at both streams and their groups: milliseconds, once a minute. */
export const trimEveryMs = 60_000;

/** Waits between attempts while Redis, Kafka or the registry is away. */
export const retryMs = { first: 100, max: 2_000 } as const;

/** When somebody else moved the position: it has just been written. */
export const movedWaitMs = 20;

/** One script takes milliseconds; a Redis that reads its data back in takes seconds. */
export const scriptTimeoutMs = 5_000;

/** Broker default `message.max.bytes` 1,048,588 less the framing of a batch of one record. */
export const recordBytesMax = 1_048_588 - 512;

/** An abandoned transaction hides later records from committed readers for this long at most. */
export const transactionTimeoutMs = 5_000;

/** Brought for one partition unless asked otherwise: about 5,000 records of 200 bytes. */
export const fetchBytesPerPartition = 1_048_576;

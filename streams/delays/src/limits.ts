/** One administrative request to Kafka; making 16 topics takes under a second locally. */
export const adminTimeoutMs = 15_000;

/** A topic that was made is known to every broker within some 100 ms. */
export const topicShownMs = 10_000;
export const topicShownPollMs = 100;

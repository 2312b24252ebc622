/** Every limit of the runtime, with its reason. */
export const limits = {
  /**
   * Records in one transaction. A transaction costs about 4 ms whatever its size, so a few hundred
   * records make that cost vanish, and 1,000 small events with outcome and state stay near 1 MB.
   */
  recordsPerTransaction: 1_000,
  /**
   * Bytes of outputs in one transaction. Well inside the transaction timeout of 5 s at 10 MB/s, so
   * that a slow disk does not turn a full batch into an abandoned one.
   */
  bytesPerTransaction: 8 * 1024 * 1024,
  /**
   * State and positions without an output are committed this often. Nobody waits for them, and a
   * transaction costs about 3 ms of two cores: a takeover reads half a second of records again.
   */
  lazyCommitMs: 500,
  /**
   * Decoded values that a task keeps at hand, twice this: some 2 KB each make 40 MB a task. What is
   * not at hand is read from the local copy in microseconds.
   */
  cachedValuesPerGeneration: 10_000,
  /** Parked records that one redrive takes: half a transaction's worth. The tool asks again. */
  recordsPerRedrive: 500,
  /**
   * Bytes of a parked record that is kept whole: in base64 a third more, 933,334 at most, with room
   * for its names below the 1,048,076 that the broker takes.
   */
  parkedRecordBytes: 700_000,
  /** Committed changes go into the local copy this often: what a restart takes in again. */
  copyWriteMs: 1_000,
  /** Or when so many keys have changed: some 250 bytes each make 5 MB a task. */
  unstoredEntries: 20_000,
  /** At once: random keys cost LMDB about 12 µs each, and the event loop stands meanwhile. */
  copiedEntriesPerWrite: 1_000,
  /** Changelog entries of one local transaction at restore: a few megabytes. */
  restoredEntriesPerWrite: 5_000,
  /**
   * A local copy older than this is thrown away: half of the changelogs' `delete.retention.ms` (7
   * days), since compaction may have eaten a tombstone that the copy has not seen.
   */
  checkpointAgeMaxMs: 3.5 * 24 * 3_600_000,
  /** Buffered records per input beyond which no more are fetched: four transactions' worth. */
  bufferedRecordsPerInput: 4_000,
  /**
   * Records of a delayed input that wait in memory, of however many in the log. They are sent on 500
   * in some 10 ms, so that a burst that is due at once leaves at tens of thousands a second.
   */
  delayedRecordsPerInput: 500,
  /** And their bytes: 2 KB each. With one more fetch 16 levels of 4 partitions make 72 MB. */
  delayedBytesPerInput: 1_048_576,
  /** Brought at once for a partition of a topology with delayed inputs, if no batch is larger. */
  delayedFetchBytes: 128 * 1_024,
  /**
   * Longest wait of a fetch while nothing is under way. Whatever comes ends it, and what is due; a
   * hundred tasks that ask ten times a second take half a core to hear nothing.
   */
  idleFetchWaitMs: 1_000,
  /**
   * And while records are being decided, or a follower may speak: a timer that is set meanwhile fires
   * at most this much later, a tenth of the second that alerts may be late.
   */
  busyFetchWaitMs: 100,
  /**
   * A follower may speak for this long after the last record or word: longer than a call to a gateway
   * or a merchant may take. One that speaks later makes a timer up to a second late.
   */
  followerBusyMs: 60_000,
  /** How often the group is told how far its tasks are: what `plumbline lag` can be behind. */
  positionReportMs: 1_000,
  /**
   * What a follower says waits this long for a batch that is committed anyway, since nobody is in a
   * hurry for it: where much is told much comes, and a transaction less is 15 ms less for what comes.
   */
  toldWaitMs: 60,
  /** Back-off between attempts of a task that lost its producer, broker or registry. */
  restartBackoffMs: { first: 50, max: 2_000 },
  /** A fenced task asks whether it is still a member after this: session time-out (6 s) and one. */
  fencedPauseMs: 7_000,
  /** Waiting for a schema when the registry cannot be reached; the partition stands meanwhile. */
  schemaRetryMs: 500,
  /**
   * Command ids, with their outcomes, that an aggregate remembers: more than one client repeats. As
   * many of people and clients as of our own processes.
   */
  recentCommandsPerAggregate: 4,
  /** A task that is told to stop has this long to finish its transaction (session: 6 s). */
  stopMs: 1_500,
} as const;

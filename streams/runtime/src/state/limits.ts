/** Every limit of the local copies, with its reason. */
export const copyLimits = {
  /**
   * Address space of one copy, not disk: the file grows as it is written. A partition of 10 million
   * keys at 1 KB fills a third of it, and 100 copies take 6.4 of the 128 TB that a process has. The
   * same for all, since a map that moves under its readers is the part of LMDB least walked.
   */
  mapBytes: 64 * 1024 ** 3,
  /**
   * Bytes of a key that are kept as they are. LMDB takes 1,978; a longer key keeps this many, for its
   * order, followed by its digest (32), and stands in full beside its value.
   */
  keyBytesMax: 1_024,
  /**
   * A running owner has this long to let go of a copy that was given to us: a graceful hand-over ends
   * within 2 s. After that the owner is taken for a zombie, and the copy begins anew.
   */
  handoverMs: 2_000,
  handoverPollMs: 20,
  /**
   * Owners in a row that died before they had a copy open for `settledMs`, after which the copy itself
   * is taken for the cause: reading a damaged file can kill the process that reads it, and a task
   * reads its timers and positions within the first second.
   */
  quickDeathsMax: 3,
  settledMs: 2_000,
} as const;

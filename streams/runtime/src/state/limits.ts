/** Every limit of the local copies, with its reason. */
export const copyLimits = {
  /**
   * Of one copy's file. A partition of 10 million keys at 1 KB fills a third of it; past that,
   * partitions are the way to grow.
   */
  bytesMax: 64 * 1024 ** 3,
  /**
   * Address space of one copy, not disk: the file grows as it is written. As much as the file may
   * have, since a map that moves under its readers is the part of LMDB least walked; 100 copies take
   * 6.4 of the 128 TB of a process.
   */
  mapBytes: 64 * 1024 ** 3,
  /** Less room on the disk, and no copy is opened: an empty one takes 16 KB. */
  freeBytesMin: 1024 * 1024,
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
  /**
   * Owners in a row that did not close a copy, after which it is read through when it is opened, 0.2 s
   * for 100,000 entries: if it kills whom it kills, it shall be before they have settled.
   */
  deathsMax: 3,
} as const;

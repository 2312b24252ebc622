/** One entry of a changelog; a null value deletes. */
export interface ChangelogEntry {
  readonly key: string;
  readonly value: Buffer | null;
}

/** Up to where a local copy has taken in its changelog. */
export interface Checkpoint {
  /** Identity of the changelog topic: offsets of another one mean nothing. */
  readonly incarnation: string;
  /** The next changelog offset to take in. */
  readonly offset: bigint;
  /** Broker time of the last write, epoch ms: how old the copy is. */
  readonly atMs: number;
}

/**
 * The local copy of one task's changelog: keys to encoded values, and the checkpoint that they stand
 * for. It is never ahead of what is committed, and may be thrown away at any time.
 */
export interface LocalStore {
  /** Null while it is empty. */
  checkpoint(): Checkpoint | null;
  /** The buffer is the caller's to keep, not to change. */
  get(key: string): Buffer | undefined;
  /**
   * All whose key begins so, by the bytes of their keys; with `after`, those behind that key, and what
   * stands before it is not read. Read as they are asked for. Not while writing.
   */
  entries(prefix: string, after?: string): Iterable<readonly [key: string, value: Buffer]>;
  /**
   * Puts and deletes the entries and moves the checkpoint, all in one local transaction. False, and
   * nothing is written, if the copy no longer stands at `from`: another process has taken it over.
   * A resolved write survives kill -9. One at a time.
   */
  write(
    entries: readonly ChangelogEntry[],
    step: { readonly from: Checkpoint | null; readonly to: Checkpoint },
  ): Promise<boolean>;
  /** Forgets everything, the checkpoint too. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

/** Where the tasks of a process keep their local copies. */
export interface LocalStores {
  /** Errors: what the disk says, with the path. */
  open(task: { readonly topology: string; readonly partition: number }): Promise<LocalStore>;
  close(): Promise<void>;
}

export const isSameCheckpoint = (a: Checkpoint | null, b: Checkpoint | null): boolean =>
  a === null || b === null
    ? a === b
    : a.incarnation === b.incarnation && a.offset === b.offset && a.atMs === b.atMs;

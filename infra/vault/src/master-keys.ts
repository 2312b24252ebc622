/** AES-256 keys that wrap the keys of subjects. */
export interface MasterKeys {
  /** Wraps what is new. */
  readonly current: Buffer;
  /** Only unwraps: the one before, or the one to come while processes are replaced. */
  readonly previous: Buffer | null;
}

/**
 * Keys of personal data: one per subject, such as `app:demo_app` or `gateway:LAKALA`, so that a
 * subject can be forgotten while the log stays. Errors of every call: PostgresDown for a key that
 * this process does not hold while Postgres is away; {@link WrongMasterKey}.
 */
export interface KeyRing {
  /**
   * `enc:v1:<key id>:<base64url of nonce, ciphertext, tag>`, different each time. At most
   * `textBytesMax` bytes of UTF-8; a lone surrogate comes back as U+FFFD. The subject's first use
   * makes its key.
   */
  encrypt(subject: string, text: string): Promise<string>;
  /**
   * `null`: its key was erased, or the vault that had it is lost. Errors: {@link AlteredText} for
   * anything that was not written by `encrypt`, or was changed since.
   */
  decrypt(text: string): Promise<string | null>;
  /**
   * The same for the same parts, 64 hex digits; nobody without the subject's key can try out what
   * they were. HMAC-SHA256. After an erasure it differs.
   */
  digest(subject: string, ...parts: readonly string[]): Promise<string>;
  /** Reads or makes the keys of these subjects, so that they work with Postgres away. */
  warm(subjects: readonly string[]): Promise<void>;
  /** Erases the subject's keys for good and forgets them here; other processes do within 60 s. */
  erase(subject: string, reason: string): Promise<Erasure>;
}

export interface Erasure {
  /** Of the keys that are gone now; none for a subject that had none. */
  readonly keyIds: readonly string[];
}

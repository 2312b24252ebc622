import { randomBytes } from 'node:crypto';
import { invariant } from '@plumbline/kernel';
import { createBoundedMap } from './bounded-map.ts';
import type { DataKeyRows } from './data-key-rows.ts';
import type { DataKey } from './encrypted-text.ts';
import { dataKeyOf, decryptText, digestOf, encryptText, keyIdOfText } from './encrypted-text.ts';
import type { RecordErasure } from './erasures.ts';
import { eraseKey, eraseThoseThere } from './erasures.ts';
import * as limits from './limits.ts';
import type { MasterKeys, WrappedKey } from './master-keys.ts';
import { unwrapKey, wrapKey } from './master-keys.ts';
import { keyBytes } from './seal.ts';

/**
 * Keys of personal data: one per subject, such as `app:demo_app` or `gateway:LAKALA`, so that a
 * subject can be forgotten while the log stays.
 *
 *   (none) ──first use──► live ──erase──► erased, for good; the next use makes another key
 *                          └──rewrap──► live, under another master key
 *
 * Errors of every call: PostgresDown for a key that this process does not hold while Postgres is
 * away; {@link WrongMasterKey}.
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
  /**
   * Erases the subject's key for good and forgets it here; other processes do within 60 s. It is
   * written down before, so that a vault that is restored from a backup forgets it again. Errors:
   * those of who writes it down; then nothing is erased, and a repeat is right.
   */
  erase(subject: string, reason: string): Promise<Erasure>;
  /** Erases keys that were erased before and are there again. */
  eraseAgain(erased: readonly ErasedKey[]): Promise<Erasure>;
}

export interface Erasure {
  /** Of the keys that are gone now; none for a subject that had none. */
  readonly keyIds: readonly string[];
}

/** A key as the log says that it was erased. */
export interface ErasedKey {
  readonly keyId: string;
  readonly reason: string;
  /** Epoch ms. */
  readonly erasedAt: number;
}

export interface RunningKeyRing extends KeyRing {
  /** Lets go of the keys that were erased elsewhere. What is asked for with Postgres away changes nothing. */
  forgetErased(): Promise<void>;
}

export function createKeyRing(options: {
  readonly rows: DataKeyRows;
  readonly masterKeys: MasterKeys;
  /** Epoch ms. */
  readonly nowMs: () => number;
  /** Writes an erasure down for good; left out where nobody erases. */
  readonly recordErasure?: RecordErasure | undefined;
}): RunningKeyRing {
  const { rows, masterKeys, nowMs, recordErasure } = options;
  const bySubject = createBoundedMap<DataKey>(limits.dataKeysHeldMax);
  const byId = createBoundedMap<DataKey | 'erased'>(limits.dataKeysHeldMax);
  const loading = new Map<string, Promise<DataKey>>();

  function opened(row: WrappedKey): DataKey {
    const { keyId, subject } = row;
    const key = dataKeyOf({ keyId, subject, secret: unwrapKey(masterKeys, row) });
    byId.set(keyId, key);
    return key;
  }

  async function loadOrMake(subject: string): Promise<DataKey> {
    for (let tried = 0; tried < limits.keyAttemptsMax; tried += 1) {
      const row = await rows.live(subject);
      if (row !== null) {
        const key = opened(row);
        bySubject.set(subject, key);
        return key;
      }
      const keyId = randomBytes(keyIdBytes).toString('base64url');
      // Whichever process is first: all read back the one that is there, and committed.
      await rows.insert(wrapKey(masterKeys, { keyId, subject }, randomBytes(keyBytes)), nowMs());
    }
    throw new Error(`the key of ${subject} was erased again and again while it was made`);
  }

  async function keyOf(subject: string): Promise<DataKey> {
    checkSubject(subject);
    const held = bySubject.get(subject);
    if (held !== undefined) return held;
    const loaded =
      loading.get(subject) ?? loadOrMake(subject).finally(() => loading.delete(subject));
    loading.set(subject, loaded);
    return loaded;
  }

  async function keyById(keyId: string): Promise<DataKey | null> {
    const held = byId.get(keyId);
    if (held !== undefined) return held === 'erased' ? null : held;
    const row = await rows.byId(keyId);
    if (row === 'missing') return null;
    if (row !== 'erased') return opened(row);
    byId.set(keyId, 'erased');
    return null;
  }

  return {
    encrypt: async (subject, text) => encryptText(await keyOf(subject), text),
    digest: async (subject, ...parts) => digestOf(await keyOf(subject), parts),
    async decrypt(text) {
      const key = await keyById(keyIdOfText(text));
      return key === null ? null : decryptText(key, text);
    },
    async warm(subjects) {
      for (const subject of subjects) await keyOf(subject);
    },
    async erase(subject, reason) {
      checkSubject(subject);
      const { keyIds } = await eraseKey({ rows, recordErasure, nowMs }, { subject, reason });
      bySubject.delete(subject);
      for (const keyId of keyIds) byId.set(keyId, 'erased');
      return { keyIds };
    },
    async eraseAgain(erased) {
      const keyIds = await eraseThoseThere(rows, erased);
      const gone = new Set(keyIds);
      for (const [subject, { keyId }] of [...bySubject.entries()])
        if (gone.has(keyId)) bySubject.delete(subject);
      for (const keyId of keyIds) byId.set(keyId, 'erased');
      return { keyIds };
    },
    async forgetErased() {
      const held = new Map<string, DataKey>();
      for (const [, key] of bySubject.entries()) held.set(key.keyId, key);
      for (const [, key] of byId.entries()) if (key !== 'erased') held.set(key.keyId, key);
      if (held.size === 0) return;
      const live = await rows.liveAmong([...held.keys()]);
      for (const [keyId, { subject }] of held) {
        if (live.has(keyId)) continue;
        byId.delete(keyId);
        if (bySubject.get(subject)?.keyId === keyId) bySubject.delete(subject);
      }
    },
  };
}

/** 22 characters of base64url: two keys never get the same one. */
const keyIdBytes = 16;

const subjectForm = /^[a-z][a-z0-9-]{0,31}:[\x21-\x7e]{1,128}$/;

/** `<kind>:<name>` without spaces; what else comes here is a mistake of ours. */
export const isSubject = (text: string): boolean => subjectForm.test(text);

const checkSubject = (subject: string): void =>
  invariant(isSubject(subject), `${JSON.stringify(subject)} is no subject such as app:demo_app`);

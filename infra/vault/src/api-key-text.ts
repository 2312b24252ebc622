import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * `pk_<16 hex digits: key id>_<43 of base64url: 32 random bytes>`. At rest is its SHA-256: there is
 * nothing to guess about 256 random bits, so neither salt nor slowness would add anything.
 */
const form = /^pk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

export interface NewKeyText {
  readonly keyId: string;
  /** Shown once, kept nowhere. */
  readonly text: string;
  readonly digest: Buffer;
}

export function newKeyText(): NewKeyText {
  const keyId = randomBytes(8).toString('hex');
  const text = `pk_${keyId}_${randomBytes(32).toString('base64url')}`;
  return { keyId, text, digest: digestOfKey(text) };
}

/** `null`: no text of ours. */
export const keyIdOf = (text: string): string | null => form.exec(text)?.[1] ?? null;

export const digestOfKey = (text: string): Buffer =>
  createHash('sha256').update(text, 'utf8').digest();

/** In constant time. */
export const isSameKey = (a: Buffer, b: Buffer): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

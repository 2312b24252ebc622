import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Takes as long for a near miss as for nonsense: hashes of one length are compared. */
export const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** A signature with one character changed. */
export const tampered = (signature: string): string =>
  (signature.startsWith('0') ? '1' : '0') + signature.slice(1);

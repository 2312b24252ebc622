import { createHash } from 'node:crypto';

/** `enc:v1:<key id>:<base64url>`: the only form in which personal data may be written. */
const encrypted = /^enc:v1:[A-Za-z0-9._-]{1,128}:[A-Za-z0-9_-]+$/;

export const isEncryptedText = (text: string): boolean => encrypted.test(text);

/**
 * Personal data as a decider may pass it on. Edges encrypt it; what an edge of a version before wrote
 * stands in its command in the clear, and deciders have no keys. Then this is its SHA-256 under a key
 * that nobody has: whoever decrypts it learns nothing, as after an erasure, and the text itself stays
 * in the command that the event's cause names, for as long as commands are kept.
 */
export const encryptedOrDigest = (text: string): string =>
  isEncryptedText(text)
    ? text
    : `enc:v1:not-encrypted:${createHash('sha256').update(text).digest('base64url')}`;

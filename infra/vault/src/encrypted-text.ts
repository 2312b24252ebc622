import { createHmac, hkdfSync } from 'node:crypto';
import { invariant } from '@plumbline/kernel';
import { AlteredText } from './errors.ts';
import { textBytesMax } from './limits.ts';
import { keyBytes, seal, unseal } from './seal.ts';

/** A key of a subject, ready for use. */
export interface DataKey {
  readonly keyId: string;
  readonly subject: string;
  readonly encryption: Buffer;
  readonly digest: Buffer;
}

/** The keys that a subject's 32 bytes stand for: none is used for two things. */
export const dataKeyOf = (of: {
  readonly keyId: string;
  readonly subject: string;
  readonly secret: Buffer;
}): DataKey => ({
  keyId: of.keyId,
  subject: of.subject,
  encryption: derived(of.secret, 'plumbline personal data: encryption v1'),
  digest: derived(of.secret, 'plumbline personal data: digest v1'),
});

/** HKDF (RFC 5869) without salt: the secret is random already. */
const derived = (secret: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', purpose, keyBytes));

/** `enc:v1:<key id>:<base64url>`, the form that the codec lets through (schemas/events, pii.ts). */
const form = /^enc:v1:([A-Za-z0-9_-]{22}):([A-Za-z0-9_-]{38,})$/;

const contextOf = ({ keyId, subject }: DataKey): string => `enc:v1:${keyId}:${subject}`;

export function encryptText(key: DataKey, text: string): string {
  const plaintext = Buffer.from(text, 'utf8');
  invariant(
    plaintext.length <= textBytesMax,
    `${plaintext.length} bytes are to be encrypted, ${textBytesMax} at most`,
  );
  const sealed = seal(plaintext, { key: key.encryption, context: contextOf(key) });
  return `enc:v1:${key.keyId}:${sealed.toString('base64url')}`;
}

/** Errors: {@link AlteredText}. */
export function keyIdOfText(text: string): string {
  const [, keyId] = form.exec(text) ?? [];
  if (keyId === undefined) throw new AlteredText('this is no encrypted text');
  return keyId;
}

/** Errors: {@link AlteredText}. */
export function decryptText(key: DataKey, text: string): string {
  const [, keyId, body = ''] = form.exec(text) ?? [];
  const sealed = Buffer.from(body, 'base64url');
  // Several texts decode to the same bytes; only one of them was written.
  const own = keyId === key.keyId && sealed.toString('base64url') === body;
  const opened = own ? unseal(sealed, { key: key.encryption, context: contextOf(key) }) : null;
  if (opened === null)
    throw new AlteredText(`a text of key ${key.keyId} was altered, or is of another key`);
  return opened.toString('utf8');
}

/** HMAC-SHA256 over the parts, each after its length, so that no two lists of parts are the same. */
export function digestOf(key: DataKey, parts: readonly string[]): string {
  const hmac = createHmac('sha256', key.digest);
  const size = Buffer.alloc(4);
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    size.writeUInt32BE(bytes.length);
    hmac.update(size).update(bytes);
  }
  return hmac.digest('hex');
}

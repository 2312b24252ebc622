import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * AES-256-GCM (NIST SP 800-38D) as `nonce | ciphertext | tag`: 12 bytes, as many as the plaintext,
 * 16 bytes. What stands in `context` must be the same on the way back, or nothing opens.
 */
const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
export const sealBytesMin = nonceBytes + tagBytes;
export const keyBytes = 32;

export interface SealOptions {
  /** 32 bytes. */
  readonly key: Buffer;
  readonly context: string;
}

export function seal(plaintext: Buffer, { key, context }: SealOptions): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(context, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** `null`: another key or context, or a changed byte. */
export function unseal(sealed: Buffer, { key, context }: SealOptions): Buffer | null {
  if (sealed.length < sealBytesMin) return null;
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const opened = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
  try {
    return Buffer.concat([opened, decipher.final()]);
  } catch {
    return null;
  }
}

import type { KeyObject } from 'node:crypto';
import { constants, createHash, privateEncrypt, publicDecrypt } from 'node:crypto';

/** RFC 8017, 9.2: what goes before a SHA-256 digest within a signature. */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');

const encoded = (text: string | Buffer): Buffer =>
  Buffer.concat([digestInfo, createHash('sha256').update(text).digest()]);

/** RSASSA-PKCS1-v1_5 put together from its parts, so that the code's own way is not tried on itself. */
export const signByHand = (text: string | Buffer, key: KeyObject): string =>
  privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encoded(text)).toString('base64');

export const isSignedByHand = (text: string, signature: string, key: KeyObject): boolean =>
  publicDecrypt(
    { key, padding: constants.RSA_PKCS1_PADDING },
    Buffer.from(signature, 'base64'),
  ).equals(encoded(text));

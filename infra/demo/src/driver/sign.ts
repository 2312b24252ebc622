import { createHash } from 'node:crypto';

export interface SignedFields {
  readonly payNo: string;
  readonly callbackStatus: string;
  readonly timestamp: string;
  readonly nonce: string;
}

/** Contract 1: MD5 over status, nonce, payment number, timestamp and secret, upper-case hex. */
export const signatureOf = (fields: SignedFields, secret: string): string =>
  createHash('md5')
    .update(fields.callbackStatus + fields.nonce + fields.payNo + fields.timestamp + secret)
    .digest('hex')
    .toUpperCase();

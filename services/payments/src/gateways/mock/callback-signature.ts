import { createHash } from 'node:crypto';
import { isSameText } from '@plumbline/http';

/** What contract 1's callback signs. */
export interface SignedFields {
  readonly callbackStatus: string;
  readonly nonce: string;
  readonly payNo: string;
  readonly timestamp: string;
}

const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

/** Contract 1: `MD5(callbackStatus + nonce + payNo + timestamp + secret)`, upper-case hex. */
export const signatureOf = (fields: SignedFields, secret: string): string =>
  md5(
    `${fields.callbackStatus}${fields.nonce}${fields.payNo}${fields.timestamp}${secret}`,
  ).toUpperCase();

/** Contract 1's idempotency key of a callback, `MD5(payNo + timestamp + nonce)`, hex. */
export const callbackIdOf = (fields: Omit<SignedFields, 'callbackStatus'>): string =>
  md5(`${fields.payNo}${fields.timestamp}${fields.nonce}`);

/** Compared exactly, case included, and in constant time. */
export const isSignature = (given: string, fields: SignedFields, secret: string): boolean =>
  isSameText(given, signatureOf(fields, secret));

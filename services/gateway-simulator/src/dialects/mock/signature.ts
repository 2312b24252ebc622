import { createHash, createHmac } from 'node:crypto';

const hmac = (secret: string, parts: readonly string[]): string =>
  createHmac('sha256', secret).update(parts.join('\n'), 'utf8').digest('hex');

/** docs/gateway-simulator.md, "MOCK": lower-case hex HMAC-SHA256 over what a request says. */
export const requestSignature = (
  secret: string,
  signed: {
    readonly method: string;
    /** Path with query. */
    readonly target: string;
    readonly timestamp: string;
    readonly nonce: string;
    readonly body: string;
  },
): string =>
  hmac(secret, [signed.method, signed.target, signed.timestamp, signed.nonce, signed.body]);

/** The same over an answer, bound to its request by the request's nonce. */
export const answerSignature = (
  secret: string,
  signed: { readonly status: number; readonly nonce: string; readonly body: string },
): string => hmac(secret, [String(signed.status), signed.nonce, signed.body]);

/** Contract 1: upper-case hex `MD5(callbackStatus + nonce + payNo + timestamp + secret)`. */
export const callbackSignature = (
  secret: string,
  signed: {
    readonly callbackStatus: string;
    readonly nonce: string;
    readonly payNo: string;
    readonly timestamp: string;
  },
): string =>
  createHash('md5')
    .update(`${signed.callbackStatus}${signed.nonce}${signed.payNo}${signed.timestamp}${secret}`)
    .digest('hex')
    .toUpperCase();

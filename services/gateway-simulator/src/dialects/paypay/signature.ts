import { createHash, createHmac } from 'node:crypto';

/**
 * PayPay OPA's HMAC (www.paypay.ne.jp/opa/doc/v1.0/api_authorization.html): the header
 * `Authorization: hmac OPA-Auth:<key>:<mac>:<nonce>:<epoch>:<hash>`, where hash is base64 MD5 over
 * content type and body, and mac is base64 HMAC-SHA256 over the lines below. Without a body both
 * the content type and the hash are the word `empty`.
 */
export interface SignedRequest {
  readonly method: string;
  /** The path alone, without the query. */
  readonly path: string;
  readonly nonce: string;
  /** Seconds. */
  readonly epoch: string;
  /** As it stands in the header. */
  readonly contentType: string;
  readonly body: Buffer;
}

export const bodyHash = (contentType: string, body: Buffer): string =>
  body.length === 0
    ? 'empty'
    : createHash('md5').update(contentType, 'utf8').update(body).digest('base64');

export function macOf(secret: string, request: SignedRequest): string {
  const { path, method, nonce, epoch, contentType, body } = request;
  const shownType = body.length === 0 ? 'empty' : contentType;
  const lines = [path, method, nonce, epoch, shownType, bodyHash(contentType, body)];
  return createHmac('sha256', secret).update(lines.join('\n'), 'utf8').digest('base64');
}

export interface Authorization {
  readonly apiKey: string;
  readonly mac: string;
  readonly nonce: string;
  readonly epoch: string;
  readonly hash: string;
}

export function parseAuthorization(header: string): Authorization | null {
  const match = /^hmac OPA-Auth:([^:\s]+):([^:\s]+):([^:\s]+):(\d{1,12}):([^:\s]+)$/.exec(header);
  const [, apiKey, mac, nonce, epoch, hash] = match ?? [];
  if (!apiKey || !mac || !nonce || !epoch || !hash) return null;
  return { apiKey, mac, nonce, epoch, hash };
}

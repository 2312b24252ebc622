import { createHash, createHmac } from 'node:crypto';

/** What is signed of a request; `contentType` is that of its header, to the letter. */
export interface OpaSigned {
  readonly method: string;
  /** Without the query, which PayPay's own clients leave out. */
  readonly path: string;
  readonly contentType: string;
  /** Empty for none: then neither it nor the content type is signed. */
  readonly body: string;
  readonly nonce: string;
  /** PayPay refuses what is 2 minutes away from its clock. */
  readonly epochSeconds: number;
}

/**
 * The Authorization header of PayPay's Open Payment API: base64 of HMAC-SHA256 over path, method,
 * nonce, time, content type and the MD5 of content type and body.
 * Source: https://www.paypay.ne.jp/opa/doc/v1.0/api_authorization.html
 */
export function opaAuthorization(
  { method, path, contentType, body, nonce, epochSeconds }: OpaSigned,
  { apiKey, apiSecret }: { readonly apiKey: string; readonly apiSecret: string },
): string {
  const [type, digest] =
    body === ''
      ? ['empty', 'empty']
      : [contentType, createHash('md5').update(contentType).update(body).digest('base64')];
  const text = [path, method, nonce, epochSeconds, type, digest].join('\n');
  const mac = createHmac('sha256', apiSecret).update(text).digest('base64');
  return `hmac OPA-Auth:${apiKey}:${mac}:${nonce}:${epochSeconds}:${digest}`;
}

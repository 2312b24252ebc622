import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as limits from '../limits.ts';

/**
 * `<nonce>.<HMAC-SHA256 of the nonce under the session's secret>`: another text each time, so that
 * compressed answers do not give it away bit by bit, and good as long as the session.
 */
export function csrfTokenOf(secret: string): string {
  const nonce = randomBytes(limits.csrfBytes).toString('base64url');
  return `${nonce}.${macOf(secret, nonce).toString('base64url')}`;
}

const macOf = (secret: string, nonce: string): Buffer =>
  createHmac('sha256', secret).update(nonce).digest();

export function isCsrfToken(secret: string, token: string): boolean {
  const [, nonce, mac] = /^([\w-]{16,64})\.([\w-]{43})$/.exec(token) ?? [];
  if (nonce === undefined || mac === undefined) return false;
  const given = Buffer.from(mac, 'base64url');
  const expected = macOf(secret, nonce);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

type Incoming = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Whether a browser says that the call comes from a page of this origin. `Origin` stands in every
 * unsafe call of a browser (Fetch Standard, section 3.2); `Sec-Fetch-Site` can be set by no page.
 */
export function isSameOrigin(headers: Incoming, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return headers['origin'] === undefined ? site !== undefined : headers['origin'] === origin;
}

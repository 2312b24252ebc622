import { createHash, createHmac } from 'node:crypto';
import { invariant } from '@plumbline/kernel';

/** What stands before a signature, and in the first line of what is signed. */
export const signatureVersion = 'v1';

/** Parts of a request that are signed. */
export interface SignedParts {
  readonly method: string;
  /** As it was sent, still percent-encoded, without the query. */
  readonly path: string;
  /** Names and values, decoded, without those that carry the signature itself. */
  readonly query: readonly QueryPair[];
  /** The bytes as they were sent; empty for none. */
  readonly body: Buffer;
  /** As it was sent: seconds since 1970. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly clientId: string;
}

export type QueryPair = readonly [name: string, value: string];

/**
 * Eight lines, joined by a line feed, in UTF-8 (docs/monitor-signatures.md):
 *
 *   v1 · METHOD · path · query · SHA-256 of the body in hex · timestamp · nonce · client
 *
 * No part can hold a line feed: the path and the query are percent-encoded, the others have forms
 * without one. So two requests that differ in a part have different strings. The order of
 * parameters of different names is not part of a request; that of values of one name is.
 */
export function canonicalString(parts: SignedParts): string {
  const { method, path, query, body, timestamp, nonce, clientId } = parts;
  const bodyDigest = createHash('sha256').update(body).digest('hex');
  const lines = [
    ...[signatureVersion, method.toUpperCase(), path, canonicalQuery(query)],
    ...[bodyDigest, timestamp, nonce, clientId],
  ];
  // Node lets none through in a request; a caller with requests of its own must not either.
  invariant(!lines.some((line) => line.includes('\n')), 'a part of a request with a line feed');
  return lines.join('\n');
}

/** `name=value` joined by `&`, both percent-encoded, sorted by name; values of one name as sent. */
export function canonicalQuery(query: readonly QueryPair[]): string {
  return query
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** All but `A-Z a-z 0-9 - . _ ~` (RFC 3986, 2.3), as Python's `quote(text, safe="")`. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** `v1=` and the HMAC-SHA256 in lower-case hex. The key is the secret's text as given out. */
export function signatureOf(canonical: string, secret: string): string {
  const mac = createHmac('sha256', secret).update(canonical, 'utf8').digest('hex');
  return `${signatureVersion}=${mac}`;
}

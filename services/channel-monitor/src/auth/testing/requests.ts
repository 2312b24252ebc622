import { parse } from 'node:querystring';
import { canonicalString, signatureOf } from '../canonical-string.ts';
import type { QueryPair } from '../canonical-string.ts';
import type { RequestFacts } from '../read-credentials.ts';

export const secret = 'ms_0123456789abcdef';
/** 2025-11-24T16:00:00Z, and the timestamp of that second. */
export const nowMs = 1_764_000_000_000;
export const timestamp = '1764000000';
export const nonce = '0f3a1b2c4d5e6f70';

/** A request as its sender means it. */
export interface Sent {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly body: string;
  readonly client: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly secret: string;
}

export const sent = (over: Partial<Sent> = {}): Sent => ({
  ...{ method: 'GET', url: '/api/monitor/orders/active?pid=1000', body: '', client: '1000' },
  ...{ timestamp, nonce, secret },
  ...over,
});

/** As it arrives, parsed as express does; nothing in the headers. */
export function unsigned({ method, url, body }: Sent): RequestFacts {
  const [path = '', query = ''] = url.split('?', 2);
  return { method, path, query: { ...parse(query) }, headers: {}, rawBody: Buffer.from(body) };
}

export function canonicalOf(request: Sent): string {
  const { path, query, rawBody } = unsigned(request);
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value as string | string[]].flat().map((each): QueryPair => [name, each]),
  );
  const { method, client: clientId } = request;
  const parts = { method, path, query: pairs, body: rawBody, clientId };
  return canonicalString({ ...parts, timestamp: request.timestamp, nonce: request.nonce });
}

/** The request with its four fields as headers. */
export const signed = (request: Sent): RequestFacts => ({
  ...unsigned(request),
  headers: {
    ...{ client: request.client, timestamp: request.timestamp, nonce: request.nonce },
    signature: signatureOf(canonicalOf(request), request.secret),
  },
});

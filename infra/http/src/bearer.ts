import type { RawRequest } from './route.ts';

/** Beside a 401: how to say who calls. */
export const bearerChallenge = { 'WWW-Authenticate': 'Bearer realm="plumbline"' } as const;

/**
 * RFC 6750: what follows `Authorization: Bearer`, 1 to 256 visible characters; `null` where nothing of
 * that form does.
 */
export function bearerOf({ headers }: Pick<RawRequest, 'headers'>): string | null {
  const header = headers['authorization'];
  if (typeof header !== 'string') return null;
  return /^Bearer +([\x21-\x7e]{1,256})$/i.exec(header)?.[1] ?? null;
}

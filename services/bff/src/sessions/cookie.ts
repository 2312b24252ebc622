import * as limits from '../limits.ts';

/** RFC 6265, section 4.2.1: `name=value; name=value`. */
const pair = /^\s*sid=([\w-]*)\s*$/;

/** 16 bytes in base64url. */
const idPattern = new RegExp(`^[\\w-]{${Math.ceil((limits.sessionIdBytes * 4) / 3)}}$`);

/**
 * The session id of a Cookie header; `null` when there is none, and when there are two: a
 * neighbouring host may have planted one of them, and nobody can say which.
 */
export function sessionIdOf(header: string | undefined): string | null {
  const named = (header ?? '').split(';').filter((each) => each.trimStart().startsWith('sid='));
  const id = named.length === 1 ? pair.exec(named[0] ?? '')?.[1] : undefined;
  return id !== undefined && idPattern.test(id) ? id : null;
}

export interface CookieOptions {
  /** False only for http in the local stack, where the browser would keep the cookie to itself. */
  readonly secure: boolean;
}

/**
 * Strict: another site's links and forms come without it. The page itself needs no session to load,
 * and what it calls is of its own site, so that a payer who comes back from a gateway is known.
 */
const attributes = ({ secure }: CookieOptions): string =>
  `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

export const sessionCookie = (
  options: CookieOptions & { readonly id: string; readonly maxAgeSeconds: number },
): string => `sid=${options.id}; ${attributes(options)}; Max-Age=${options.maxAgeSeconds}`;

export const endedCookie = (options: CookieOptions): string =>
  `sid=; ${attributes(options)}; Max-Age=0`;

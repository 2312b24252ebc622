import type { Authenticated, RawRequest, RequestContext } from '@plumbline/http';
import { invariant } from '@plumbline/kernel';
import { isRedisDown } from '@plumbline/redis';
import { KeysUnavailable, TokenRefused } from '../identity/issuer.ts';
import type { Person, Role } from '../identity/person.ts';
import type { TokenVerifier } from '../identity/verify-token.ts';
import { sessionIdOf } from '../sessions/cookie.ts';
import { isCsrfToken, isSameOrigin } from '../sessions/csrf.ts';
import type { Session, Sessions } from '../sessions/sessions.ts';
import { problem } from './error-codes.ts';
import { tryAgain } from './retry-after.ts';

/** What says who may call. */
export interface Access {
  readonly sessions: Sessions;
  readonly verifier: TokenVerifier;
  /** Of the pages that may call with a session: scheme, host and port. */
  readonly publicUrl: string;
}

/** Who calls. */
export interface Caller {
  readonly user: Person;
  /** `null` for a call with a token of its own. */
  readonly session: Session | null;
  /** When session or token end. */
  readonly expiresAtMs: number;
}

type Headers = RawRequest['headers'];

/**
 * The `authenticate` of every call under /api but the log-in:
 *
 *   Redis does not answer ──► 503, whoever calls (the gate before all routes, and each look-up)
 *   Authorization: Bearer ──► the token alone counts, whatever cookie there is; no CSRF, since no
 *                             browser adds that header by itself
 *   cookie ──► session ──► unsafe method: same origin and CSRF token, or 403
 *   neither ──► 401
 */
export const authorised =
  (access: Access, needs: { readonly role?: Role; readonly fromOwnPage?: boolean } = {}) =>
  async (request: RawRequest): Promise<Authenticated> => {
    const token = bearerOf(request.headers);
    const caller =
      token === null
        ? await callerBySession(access, request, needs.fromOwnPage ?? false)
        : await callerByToken(access, token);
    if (needs.role !== undefined && !caller.user.roles.includes(needs.role)) {
      throw problem('ROLE_MISSING', `the user does not have the role ${needs.role}`);
    }
    return { actor: `user:${caller.user.id}`, principal: caller };
  };

/** The same of the log-in: a page of ours asks for it, or a stranger could log a victim in as themselves. */
export const fromOwnPage =
  (access: Access) =>
  (request: RawRequest): Authenticated => {
    if (!isSameOrigin(request.headers, access.publicUrl)) throw problem('CSRF_REFUSED');
    return { actor: 'user:unknown', principal: null };
  };

/** Whom `authorised` found. */
export function callerOf({ principal }: RequestContext): Caller {
  invariant(isCaller(principal), 'a route under /api authenticates');
  return principal;
}

const isCaller = (principal: unknown): principal is Caller =>
  typeof principal === 'object' && principal !== null && 'user' in principal;

async function callerByToken(access: Access, token: string): Promise<Caller> {
  const { person, expiresAtMs } = await verified(access.verifier, token);
  return { user: person, session: null, expiresAtMs };
}

/** Errors as this edge answers them: 401 for what is refused, 503 where nobody can say. */
export async function verified(
  verifier: TokenVerifier,
  token: string,
): ReturnType<TokenVerifier['verify']> {
  try {
    return await verifier.verify(token);
  } catch (cause) {
    if (cause instanceof KeysUnavailable) throw tryAgain('DEPENDENCY_DOWN', cause);
    if (!(cause instanceof TokenRefused)) throw cause;
    const headers = { 'WWW-Authenticate': 'Bearer realm="plumbline", error="invalid_token"' };
    throw problem('TOKEN_REFUSED', undefined, { headers, cause });
  }
}

async function callerBySession(
  access: Access,
  request: RawRequest,
  fromOwnPage: boolean,
): Promise<Caller> {
  const { method, headers } = request;
  const session = await sessionOf(access.sessions, headers);
  if (session === null) throw problem('UNAUTHENTICATED', 'log in first');
  if (method !== 'GET' && method !== 'HEAD') {
    const token = headers['x-csrf-token'];
    const fits = typeof token === 'string' && isCsrfToken(session.csrfSecret, token);
    if (!fits || !isSameOrigin(headers, access.publicUrl)) throw problem('CSRF_REFUSED');
  }
  // A WebSocket is no cross-origin call to a browser: any page may open one, and reads what it says.
  if (fromOwnPage && !isSameOrigin(headers, access.publicUrl)) throw problem('CSRF_REFUSED');
  return { user: session.user, session, expiresAtMs: session.expiresAtMs };
}

/** The session that the headers name. `null` is an answer of Redis's, too: 503 when it gives none. */
export async function sessionOf(sessions: Sessions, headers: Headers): Promise<Session | null> {
  const id = sessionIdOf(textOf(headers['cookie']));
  return id === null ? null : orDown(sessions.find(id));
}

/** RFC 6750. Of another scheme, which a proxy in front may need, nothing is taken. */
function bearerOf(headers: Headers): string | null {
  const found = /^Bearer(?: +(.*))?$/i.exec(textOf(headers['authorization']) ?? '');
  return found === null ? null : (found[1] ?? '');
}

const textOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;

/** Redis away: 503, never 401, since nobody knows whether there is a session. */
export async function orDown<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw isRedisDown(cause) ? tryAgain('DEPENDENCY_DOWN', cause) : cause;
  }
}

import type { Authenticated, RawRequest, RequestContext } from '@plumbline/http';
import {
  anonymous,
  bearerChallenge,
  bearerOf,
  strangerOnLoopback,
  tooManyCalls,
} from '@plumbline/http';
import { invariant } from '@plumbline/kernel';
import { readRows } from '@plumbline/postgres';
import type { ApiScope } from '@plumbline/vault';
import { z } from 'zod';
import type { NotificationsEdge } from '../edge.ts';
import { readProblems } from '../edge.ts';
import { problem } from '../error-codes.ts';

const challenge = { headers: bearerChallenge };

/** For whom a call is made. */
export interface Caller {
  /** The app of an API key; the platform itself for internal callers. */
  readonly tenant: string;
  readonly isInternal: boolean;
}

/** What says who calls, and how often they may. */
type CallersEdge = Pick<NotificationsEdge, 'apiKeys' | 'rateLimit' | 'isLoopback' | 'tenant'>;

/**
 * An app by its API key, which needs the scope; without one an internal caller. What is wrong with a
 * key is not told apart. Calls are counted by the key, once it is known; internal ones are not.
 */
export const callersWith =
  (edge: CallersEdge, scope: ApiScope) =>
  async (request: RawRequest): Promise<Authenticated> => {
    if (request.headers['authorization'] === undefined) return internal(edge, request);
    const text = bearerOf(request);
    if (text === null)
      throw problem('UNAUTHENTICATED', 'Authorization: Bearer <API key>', challenge);
    const key = await readRows(() => edge.apiKeys.authenticate(text), readProblems);
    if (key === null) throw problem('UNAUTHENTICATED', undefined, challenge);
    const verdict = await edge.rateLimit.take(key.keyId);
    if (!verdict.allowed) throw tooManyCalls(verdict.retryAfterMs);
    if (!key.scopes.includes(scope))
      throw problem('FORBIDDEN', `the API key does not have the scope ${scope}`);
    const caller: Caller = { tenant: key.appId, isInternal: false };
    return { actor: `api:${key.appId}/${key.keyId}`, principal: caller };
  };

function internal(edge: CallersEdge, request: RawRequest): Authenticated {
  const { actor } = request.context;
  // A key would let them in, wherever they come from.
  if (actor === anonymous && (!edge.isLoopback || strangerOnLoopback(request) !== null))
    throw problem('UNAUTHENTICATED', 'an API key is needed: Authorization: Bearer <API key>', {
      ...challenge,
    });
  const caller: Caller = { tenant: edge.tenant, isInternal: true };
  return { actor, principal: caller };
}

export function callerOf({ principal }: RequestContext): Caller {
  invariant(isCaller(principal), 'a route of the endpoints API authenticates');
  return principal;
}

const isCaller = (principal: unknown): principal is Caller =>
  typeof principal === 'object' && principal !== null && 'isInternal' in principal;

/** `?tenant=`, which internal callers may name. */
export const tenantName = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 of A-Z, a-z, 0-9, _ and -')
    .describe("Another tenant than the platform's own; for internal callers");

export const everyTenantName = '*';

/** The same for lists: `*` is all of them. */
export const tenantsName = () =>
  z
    .union([z.literal(everyTenantName), tenantName()])
    .describe("Another tenant than the platform's own, * for all; for internal callers");

/** The tenant that a call is about. */
export function tenantOf(caller: Caller, named: string | undefined): string {
  if (named === undefined || named === caller.tenant) return caller.tenant;
  if (!caller.isInternal)
    throw problem('INVALID_PARAMETER', 'tenant: leave it out, the API key says whose it is');
  return named;
}

/** The same for a list; `null` for all. */
export function tenantsOf(caller: Caller, named: string | undefined): string | null {
  const tenant = tenantOf(caller, named);
  return tenant === everyTenantName ? null : tenant;
}

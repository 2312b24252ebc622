import type { Authenticated, RawRequest, RequestContext } from '@plumbline/http';
import { tooManyCalls } from '@plumbline/http';
import { invariant } from '@plumbline/kernel';
import type { ApiKey, ApiScope } from '@plumbline/vault';
import { fromDatabase } from '../edge.ts';
import type { MerchantEdge } from './merchant-edge.ts';
import { problem } from './merchant-errors.ts';

const challenge = { 'WWW-Authenticate': 'Bearer realm="plumbline"' } as const;

/**
 * Whose API key a call carries, and whether the key may do this, and now. What is wrong with a key
 * is not told apart: unknown, revoked and expired look the same from outside.
 */
export const authenticateFor =
  (edge: Pick<MerchantEdge, 'apiKeys' | 'rateLimit'>, scope: ApiScope) =>
  async ({ headers }: RawRequest): Promise<Authenticated> => {
    const key = await fromDatabase(() => edge.apiKeys.authenticate(bearerOf(headers)));
    if (key === null) throw problem('UNAUTHENTICATED', undefined, { headers: challenge });
    const verdict = await edge.rateLimit.take(key.keyId);
    if (!verdict.allowed) throw tooManyCalls(verdict.retryAfterMs);
    if (!key.scopes.includes(scope))
      throw problem('SCOPE_MISSING', `the API key does not have the scope ${scope}`);
    return { actor: `api:${key.appId}/${key.keyId}`, principal: key };
  };

/** RFC 6750: `Authorization: Bearer <key>`. */
function bearerOf(headers: RawRequest['headers']): string {
  const header = headers['authorization'];
  const found = typeof header === 'string' ? /^Bearer +([\x21-\x7e]{1,256})$/i.exec(header) : null;
  if (found?.[1] === undefined)
    throw problem('UNAUTHENTICATED', 'an API key is needed: Authorization: Bearer <key>', {
      headers: challenge,
    });
  return found[1];
}

/** The app of the key; `APP_NOT_YOURS` when the request names another. */
export function appOf({ principal }: RequestContext, named: string | undefined): string {
  invariant(isApiKey(principal), 'a route of the merchant API authenticates');
  if (named !== undefined && named !== principal.appId) throw problem('APP_NOT_YOURS');
  return principal.appId;
}

const isApiKey = (principal: unknown): principal is ApiKey =>
  typeof principal === 'object' && principal !== null && 'appId' in principal;

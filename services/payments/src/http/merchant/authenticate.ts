import type { Authenticated, RawRequest, RequestContext } from '@plumbline/http';
import { bearerChallenge, bearerOf, tooManyCalls } from '@plumbline/http';
import { invariant } from '@plumbline/kernel';
import type { ApiKey, ApiScope } from '@plumbline/vault';
import { fromDatabase } from '../edge.ts';
import type { MerchantEdge } from './merchant-edge.ts';
import { problem } from './merchant-errors.ts';

const challenge = { headers: bearerChallenge };

/**
 * Whose API key a call carries, and whether the key may do this, and now. What is wrong with a key
 * is not told apart: unknown, revoked and expired look the same from outside.
 */
export const authenticateFor =
  (edge: Pick<MerchantEdge, 'apiKeys' | 'rateLimit'>, scope: ApiScope) =>
  async (request: RawRequest): Promise<Authenticated> => {
    const text = bearerOf(request);
    if (text === null)
      throw problem(
        'UNAUTHENTICATED',
        'an API key is needed: Authorization: Bearer <key>',
        challenge,
      );
    const key = await fromDatabase(() => edge.apiKeys.authenticate(text));
    if (key === null) throw problem('UNAUTHENTICATED', undefined, challenge);
    const verdict = await edge.rateLimit.take(key.keyId);
    if (!verdict.allowed) throw tooManyCalls(verdict.retryAfterMs);
    if (!key.scopes.includes(scope))
      throw problem('SCOPE_MISSING', `the API key does not have the scope ${scope}`);
    return { actor: `api:${key.appId}/${key.keyId}`, principal: key };
  };

/** The app of the key; `APP_NOT_YOURS` when the request names another. */
export function appOf({ principal }: RequestContext, named: string | undefined): string {
  invariant(isApiKey(principal), 'a route of the merchant API authenticates');
  if (named !== undefined && named !== principal.appId) throw problem('APP_NOT_YOURS');
  return principal.appId;
}

const isApiKey = (principal: unknown): principal is ApiKey =>
  typeof principal === 'object' && principal !== null && 'appId' in principal;

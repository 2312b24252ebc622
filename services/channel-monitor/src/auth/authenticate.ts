import { unreachable } from '@plumbline/kernel';
import { isRedisDown } from '@plumbline/redis';
import type { RateLimit } from '@plumbline/redis';
import type { ClientKey, Signed } from './judge-signature.ts';
import { judgeSignature, judgeTimestamp } from './judge-signature.ts';
import type { NonceStore } from './nonce-store.ts';
import type { RequestFacts } from './read-credentials.ts';
import { readCredentials } from './read-credentials.ts';
import type { Refused } from './refusals.ts';
import { refuse } from './refusals.ts';

/** Whom a call comes from. What it may do is not said here. */
export interface LetIn {
  readonly kind: 'let-in';
  /** A merchant's `pid`, or the id of a monitor client. */
  readonly clientId: string;
  readonly keyId: string;
  readonly by: 'signature' | 'token';
}

/** What became of a token. */
export type TokenFound =
  | { readonly kind: 'good'; readonly clientId: string; readonly keyId: string }
  | { readonly kind: 'unknown' | 'revoked' | 'expired' };

/** Where keys and tokens are kept. Any error of either call means that nobody can say. */
export interface ClientKeys {
  /**
   * Live keys of the client, and those that were revoked or have expired lately, at most
   * `keysTriedMax`; `null` when there is no such client.
   */
  keysOf(clientId: string): Promise<readonly ClientKey[] | null>;
  /** Compares in constant time. */
  token(text: string): Promise<TokenFound>;
}

export interface AuthenticationOptions {
  readonly keys: ClientKeys;
  readonly nonces: NonceStore;
  readonly rateLimit: Pick<RateLimit, 'take'>;
  /** Whether an error of `keys` says that they cannot be read now; others are thrown: defects. */
  readonly isKeyStoreDown: (error: unknown) => boolean;
  /** Epoch ms. */
  readonly nowMs: () => number;
}

export type Authenticate = (facts: RequestFacts) => Promise<LetIn | Refused>;

/**
 * Who calls, or why the call is not let in:
 *
 *   token? ──────────────────────────────► known and good? ─► rate ─► in
 *   forms ─► timestamp ─► client's keys ─► signature right? ─► rate ─► nonce unused? ─► in
 *
 * What costs nothing comes first. A nonce is used up last, only by a request that would be let in:
 * who has no key cannot use up another's nonces nor fill Redis. Errors: what is a defect.
 */
export const createAuthentication = (options: AuthenticationOptions): Authenticate => {
  async function byToken(token: string): Promise<LetIn | Refused> {
    const found = await orDown(() => options.keys.token(token), options.isKeyStoreDown);
    if (found === down) return refuse('key_store_unavailable');
    switch (found.kind) {
      case 'unknown':
        return refuse('token_unknown');
      case 'revoked':
        return refuse('token_revoked');
      case 'expired':
        return refuse('token_expired');
      case 'good': {
        const { clientId, keyId } = found;
        return (await overLimit(clientId)) ?? { kind: 'let-in', clientId, keyId, by: 'token' };
      }
      default:
        return unreachable(found);
    }
  }

  async function bySignature(signed: Signed): Promise<LetIn | Refused> {
    const stale = judgeTimestamp(signed, options.nowMs());
    if (stale !== null) return stale;
    const { clientId, nonce } = signed.parts;
    const keys = await orDown(() => options.keys.keysOf(clientId), options.isKeyStoreDown);
    if (keys === down) return refuse('key_store_unavailable');
    if (keys === null) return refuse('client_unknown');
    const judged = judgeSignature(signed, keys, options.nowMs());
    if (judged.kind === 'refused') return judged;
    const over = await overLimit(clientId);
    if (over !== null) return over;
    const isFirst = await orDown(() => options.nonces.useUp({ clientId, nonce }), isRedisDown);
    if (isFirst === down) return refuse('nonce_store_unavailable');
    if (!isFirst) return refuse('nonce_reused');
    return { kind: 'let-in', clientId, keyId: judged.keyId, by: 'signature' };
  }

  async function overLimit(clientId: string): Promise<Refused | null> {
    const verdict = await options.rateLimit.take(clientId);
    if (verdict.allowed) return null;
    return refuse('rate_limited', { retryAfterMs: verdict.retryAfterMs });
  }

  return async (facts) => {
    const shown = readCredentials(facts);
    switch (shown.kind) {
      case 'refused':
        return shown;
      case 'token':
        return byToken(shown.token);
      case 'signed':
        return bySignature(shown);
      default:
        return unreachable(shown);
    }
  };
};

const down = Symbol('down');

async function orDown<T>(
  work: () => Promise<T>,
  isDown: (error: unknown) => boolean,
): Promise<T | typeof down> {
  try {
    return await work();
  } catch (error) {
    if (isDown(error)) return down;
    throw error;
  }
}

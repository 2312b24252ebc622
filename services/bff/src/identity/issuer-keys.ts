import type { Logger } from '@plumbline/observability';
import type { JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors } from 'jose';
import * as limits from '../limits.ts';
import { KeysUnavailable } from './issuer.ts';

export interface IssuerKeysOptions {
  /** Where the issuer publishes its keys (RFC 7517, section 5). */
  readonly url: URL;
  readonly logger: Logger;
  /** Of {@link limits} unless given. */
  readonly times?: Partial<{
    readonly timeoutMs: number;
    readonly cooldownMs: number;
    readonly retryMs: number;
    readonly freshMs: number;
    readonly keptMs: number;
  }>;
}

/**
 * The keys of an issuer, fetched at first use, when they are no longer fresh, and when a token names
 * one that is not among them. While the issuer does not answer, the keys that it named last hold for
 * a while longer; a token with another key is then {@link KeysUnavailable}, since nobody can say.
 */
export function createIssuerKeys(options: IssuerKeysOptions): JWTVerifyGetKey {
  const { url, logger } = options;
  const times = timesOf(options.times);
  let fetchedAtMs = -Infinity;
  let failedAtMs = -Infinity;

  const paced: typeof fetch = async (input, init) => {
    // The library asks again for every token with a key that it does not know.
    if (performance.now() < failedAtMs + times.retryMs) throw new Error('it failed a moment ago');
    try {
      const response = await fetch(input, init);
      if (response.ok) fetchedAtMs = performance.now();
      else failedAtMs = performance.now();
      return response;
    } catch (error) {
      failedAtMs = performance.now();
      throw error;
    }
  };
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: times.timeoutMs,
    cooldownDuration: times.cooldownMs,
    cacheMaxAge: times.freshMs,
    [customFetch]: paced,
  });

  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (cause) {
      if (isNotAmongThem(cause)) throw cause;
      logger.warn('the keys of the issuer cannot be had', { url: url.href, error: cause });
      const known = remote.jwks();
      if (known !== undefined && performance.now() < fetchedAtMs + times.keptMs) {
        const key = await createLocalJWKSet(known)(header, token).catch(() => null);
        if (key !== null) return key;
      }
      throw new KeysUnavailable('the issuer does not say its keys', { cause });
    }
  };
}

const timesOf = (given: IssuerKeysOptions['times'] = {}) => ({
  timeoutMs: limits.keysTimeoutMs,
  cooldownMs: limits.keysCooldownMs,
  retryMs: limits.keysRetryMs,
  freshMs: limits.keysFreshMs,
  keptMs: limits.keysKeptMs,
  ...given,
});

const isNotAmongThem = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;

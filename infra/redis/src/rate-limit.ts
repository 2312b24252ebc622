import { invariant } from '@plumbline/kernel';
import type { Metrics } from '@plumbline/observability';
import {
  BurstyRateLimiter,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { burstWindowSeconds } from './limits.ts';
import type { Redis } from './open-redis.ts';

/** How a call stands to the limit of its key. */
export type RateVerdict =
  | {
      readonly allowed: true;
      /** Calls left in this second before the burst is touched; 0 within the burst. */
      readonly remaining: number;
    }
  | {
      readonly allowed: false;
      /** After so long a call can succeed again, ms, at least 1: `Retry-After`, rounded up. */
      readonly retryAfterMs: number;
    };

export interface RateLimit {
  /**
   * Counts one call of the key and says whether it may go on. Never rejects: with Redis away each
   * process counts for itself.
   */
  take(keyId: string): Promise<RateVerdict>;
}

export interface RateLimitOptions {
  readonly redis: Redis;
  /** Calls of one key in any second of the clock that began with its first call; at least 1. */
  readonly perSecond: number;
  /** Calls beyond that, within ten seconds; 0 for none. */
  readonly burst: number;
  /** Keeps several limits in one Redis apart. `rate` if unset. */
  readonly name?: string;
  readonly metrics?: Metrics;
}

/**
 * Calls of a key are counted in Redis, in windows, over all processes that share it. While Redis is
 * away every process allows the whole of it for itself, and after a flush counting begins anew: too
 * many calls for a moment, never a call refused for want of Redis. A key that is over its limit is
 * refused from memory until its window ends, so that it costs Redis nothing.
 *
 * Give it ids of keys that were found to be real, or a guesser could fill Redis.
 */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { redis, perSecond, burst, name = 'rate' } = options;
  invariant(
    Number.isInteger(perSecond) && perSecond >= 1,
    'a limit of less than one call a second',
  );
  invariant(Number.isInteger(burst) && burst >= 0, 'a burst that is no whole number');
  const decided = options.metrics?.counter({
    name: 'plumbline_rate_limit_decisions_total',
    help: 'Calls that a rate limit let through or refused',
    labels: ['limit', 'outcome'],
  });
  const window = (kind: string, points: number, seconds: number) => {
    const each = { keyPrefix: `plumbline:${name}:${kind}`, points, duration: seconds };
    return new RateLimiterRedis({
      ...each,
      storeClient: redis.client,
      rejectIfRedisNotReady: true,
      inMemoryBlockOnConsumed: points,
      insuranceLimiter: new RateLimiterMemory(each),
    });
  };
  const steady = window('second', perSecond, 1);
  const limiter =
    burst === 0
      ? steady
      : new BurstyRateLimiter(steady, window('burst', burst, burstWindowSeconds));
  return {
    async take(keyId) {
      const verdict = await limiter.consume(keyId).then(allowed, refused);
      decided?.inc({ limit: name, outcome: verdict.allowed ? 'allowed' : 'refused' });
      return verdict;
    },
  };
}

const allowed = ({ remainingPoints }: RateLimiterRes): RateVerdict => ({
  allowed: true,
  remaining: remainingPoints,
});

/** The library rejects with its result, and with an error when something is wrong with itself. */
function refused(result: unknown): RateVerdict {
  if (!(result instanceof RateLimiterRes)) throw result;
  return { allowed: false, retryAfterMs: Math.max(1, Math.ceil(result.msBeforeNext)) };
}

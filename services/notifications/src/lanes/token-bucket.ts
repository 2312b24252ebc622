/**
 * So many a second, and after a quiet time a second's worth at once. It starts full.
 * Times are of a monotonic clock, ms.
 */
export interface TokenBucket {
  readonly ratePerSecond: number;
  /** When a token is there; in the past or now if one is there. */
  freeAtMs(nowMs: number): number;
  take(nowMs: number): void;
}

/** Tokens are fractions: the last digits of a sum must not cost a millisecond. */
const almost = 1e-9;

export function createTokenBucket(of: {
  readonly ratePerSecond: number;
  readonly nowMs: number;
}): TokenBucket {
  const { ratePerSecond } = of;
  const burst = Math.max(1, ratePerSecond);
  let tokens = burst;
  let filledAtMs = of.nowMs;

  function fill(nowMs: number): void {
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) * ratePerSecond) / 1e3);
    filledAtMs = nowMs;
  }

  return {
    ratePerSecond,
    freeAtMs(nowMs) {
      fill(nowMs);
      const missing = 1 - tokens - almost;
      return missing <= 0 ? nowMs : nowMs + Math.ceil((missing * 1e3) / ratePerSecond);
    },
    take(nowMs) {
      fill(nowMs);
      tokens -= 1;
    },
  };
}

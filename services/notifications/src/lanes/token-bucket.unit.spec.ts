import { describe, expect, it } from 'vitest';
import { createTokenBucket } from './token-bucket.ts';

/** When requests begin that are all there from the start. */
function begins(ratePerSecond: number, count: number): readonly number[] {
  const bucket = createTokenBucket({ ratePerSecond, nowMs: 0 });
  let nowMs = 0;
  return Array.from({ length: count }, () => {
    nowMs = Math.max(nowMs, bucket.freeAtMs(nowMs));
    bucket.take(nowMs);
    return nowMs;
  });
}

describe('a token bucket', () => {
  it('gives a second of its rate at once, and then each in its time', () => {
    expect(begins(4, 8)).toEqual([0, 0, 0, 0, 250, 500, 750, 1_000]);
  });

  it('gives one at once, however slow it is', () => {
    expect(begins(0.5, 3)).toEqual([0, 2_000, 4_000]);
  });

  it('is never ahead of its rate, whatever that is', () => {
    for (const rate of [1, 3, 7, 30, 333]) {
      const at = begins(rate, rate * 4);
      expect(at.at(-1), `${rate} a second`).toBeGreaterThanOrEqual(((rate * 3) / rate) * 1e3 - 1);
      expect(at.at(-1), `${rate} a second`).toBeLessThan(3_000 * 1.4);
    }
  });

  it('saves up no more than a second', () => {
    const bucket = createTokenBucket({ ratePerSecond: 2, nowMs: 0 });
    for (const nowMs of [60_000, 60_000]) bucket.take(nowMs);
    expect(bucket.freeAtMs(60_000)).toBe(60_500);
  });
});

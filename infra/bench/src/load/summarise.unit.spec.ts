import { describe, expect, it } from 'vitest';
import { percentile, summarise } from './summarise.ts';

describe('percentiles', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => at + 1);

  it('are values that were measured, by nearest rank', () => {
    expect([50, 90, 99, 100].map((p) => percentile(hundred, p))).toEqual([50, 90, 99, 100]);
    expect(percentile([7], 50)).toBe(7);
    expect(percentile([1, 2], 50)).toBe(1);
    expect(percentile([], 50)).toBeNull();
  });
});

describe('a summary', () => {
  it('takes latencies from successes only, and counts each error', () => {
    const sample = (latencyMs: number, error: string | null = null) => ({
      ...{ latencyMs, lateMs: 1, error },
    });
    expect(
      summarise([sample(30), sample(10), sample(9_000, '503'), sample(20), sample(1, '503')]),
    ).toEqual({
      ...{ sent: 5, succeeded: 3, errors: { 503: 2 } },
      ...{ p50Ms: 20, p90Ms: 30, p95Ms: 30, p99Ms: 30, maxMs: 30, generatorLateP99Ms: 1 },
    });
  });

  it('of nothing has no latencies', () => {
    expect(summarise([])).toMatchObject({ sent: 0, p50Ms: null, maxMs: null });
  });
});

import { describe, expect, it } from 'vitest';
import type { LatencyResult } from './measure/latency.ts';
import { medianOf, resultLine } from './print.ts';

describe('what is printed', () => {
  it('is one line a result', () => {
    const latency: LatencyResult = {
      ...{ part: 'latency', call: 'POST /orders', perSecond: 50, seconds: 20 },
      ...{ sent: 1_000, succeeded: 998, errors: { '503': 2 } },
      ...{ beganAtMs: 0, endedAtMs: 20_000, p50Ms: 9.25, p90Ms: 15, p95Ms: 20, p99Ms: 24.4 },
      ...{ maxMs: 80, generatorLateP99Ms: 1.2 },
    };
    expect(resultLine(latency)).toBe(
      'POST /orders      50/s   p50 9.3 ms   p90 15 ms   p99 24 ms   max 80 ms   ' +
        '998 of 1000 answered 200   errors 2 × 503   generator late p99 1.2 ms',
    );
    const start = { part: 'start', kind: 'warm', readyMs: 12_340, firstPaidMs: 13_000 } as const;
    expect(resultLine(start)).toBe('warm start: ready after 12.3 s, first order PAID after 13.0 s');
  });

  it('shows the middle of several', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2);
    expect(medianOf([])).toBeNull();
  });
});

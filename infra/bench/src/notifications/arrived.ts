import { percentile } from '../load/summarise.ts';
import type { Arrival } from './sink-job.ts';

/** What has come in, by notification. */
export interface Arrived {
  take(arrivals: readonly Arrival[]): void;
  /** When it was first taken with 200, epoch ms. */
  deliveredMs(notificationId: string): number | undefined;
  /** When it came a second time, whatever was answered, epoch ms. */
  secondMs(notificationId: string): number | undefined;
  /** How many have been taken with 200. */
  delivered(): number;
  /** Requests that were taken with 200 although an earlier one had been. */
  repeated(): number;
}

export function createArrived(): Arrived {
  const delivered = new Map<string, number>();
  const second = new Map<string, number>();
  const seen = new Set<string>();
  let repeated = 0;
  return {
    take(arrivals) {
      for (const [id, atMs, status] of arrivals) {
        if (seen.has(id) && !second.has(id)) second.set(id, atMs);
        seen.add(id);
        if (status !== 200) continue;
        if (delivered.has(id)) repeated += 1;
        else delivered.set(id, atMs);
      }
    },
    deliveredMs: (id) => delivered.get(id),
    secondMs: (id) => second.get(id),
    delivered: () => delivered.size,
    repeated: () => repeated,
  };
}

/** Times in ms, of those that came. */
export interface Times {
  readonly count: number;
  readonly leastMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

export function timesOf(values: readonly number[]): Times {
  const ascending = [...values].sort((a, b) => a - b);
  return {
    count: ascending.length,
    leastMs: ascending[0] ?? null,
    p50Ms: percentile(ascending, 50),
    p95Ms: percentile(ascending, 95),
    p99Ms: percentile(ascending, 99),
    maxMs: ascending.at(-1) ?? null,
  };
}

/** How many came a second, between the first tenth of them and the last; `null` for too few. */
export function steadyPerSecond(atMs: readonly number[]): number | null {
  const ascending = [...atMs].sort((a, b) => a - b);
  const [from, to] = [Math.floor(ascending.length * 0.1), Math.floor(ascending.length * 0.9)];
  const tookMs = (ascending[to] ?? 0) - (ascending[from] ?? 0);
  return tookMs > 0 ? ((to - from) * 1_000) / tookMs : null;
}

/** How many lie in each bin; in the last all that are beyond. What is early is in the first. */
export function binned(
  values: readonly number[],
  { binMs, count }: { readonly binMs: number; readonly count: number },
): readonly number[] {
  const bins = Array.from({ length: count + 1 }, () => 0);
  for (const value of values) {
    const at = Math.min(count, Math.max(0, Math.floor(value / binMs)));
    bins[at] = (bins[at] ?? 0) + 1;
  }
  return bins;
}

import type { Sample } from './open-loop.ts';

/** Latencies of the requests that succeeded; errors by their word. */
export interface Summary {
  readonly sent: number;
  readonly succeeded: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** The generator's own lateness: far above a ms, it and not the platform was measured. */
  readonly generatorLateP99Ms: number | null;
}

export function summarise(samples: readonly Sample[]): Summary {
  const good = samples.filter(({ error }) => error === null);
  const errors: Record<string, number> = {};
  for (const { error } of samples) if (error !== null) errors[error] = (errors[error] ?? 0) + 1;
  const latencies = sorted(good.map(({ latencyMs }) => latencyMs));
  const late = sorted(samples.map(({ lateMs }) => lateMs));
  return {
    sent: samples.length,
    succeeded: good.length,
    errors,
    p50Ms: percentile(latencies, 50),
    p90Ms: percentile(latencies, 90),
    p95Ms: percentile(latencies, 95),
    p99Ms: percentile(latencies, 99),
    maxMs: latencies.at(-1) ?? null,
    generatorLateP99Ms: percentile(late, 99),
  };
}

const sorted = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);

/** Nearest rank: a value that was measured, below or at which `p` percent lie. */
export function percentile(ascending: readonly number[], p: number): number | null {
  const rank = Math.ceil((p / 100) * ascending.length);
  return ascending[Math.max(0, rank - 1)] ?? null;
}

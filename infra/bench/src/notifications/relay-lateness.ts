/** What `plumbline_delay_lateness_ms` says of one level. */
export interface RelayLateness {
  readonly count: number;
  readonly meanMs: number;
  /** The bounds below which half and 99 of 100 lie; `null` beyond the last. */
  readonly p50BelowMs: number | null;
  readonly p99BelowMs: number | null;
}

const name = 'plumbline_delay_lateness_ms';

/** From the text of `/metrics`; `null` where it says nothing of this level. */
export function relayLatenessOf(metrics: string, level: string): RelayLateness | null {
  const lines = metrics.split('\n').filter((line) => line.includes(`level="${level}"`));
  const valueOf = (line: string): number => Number(line.slice(line.lastIndexOf(' ') + 1));
  const sumOf = (suffix: string): number =>
    lines
      .filter((line) => line.startsWith(`${name}_${suffix}{`))
      .reduce((sum, line) => sum + valueOf(line), 0);
  const count = sumOf('count');
  if (count === 0) return null;
  const buckets = lines.flatMap((line) => {
    const bound = /^plumbline_delay_lateness_ms_bucket\{.*le="([\d.]+)"/.exec(line)?.[1];
    return bound === undefined ? [] : [{ belowMs: Number(bound), count: valueOf(line) }];
  });
  const below = (share: number): number | null =>
    buckets.find((each) => each.count >= count * share)?.belowMs ?? null;
  return { count, meanMs: sumOf('sum') / count, p50BelowMs: below(0.5), p99BelowMs: below(0.99) };
}

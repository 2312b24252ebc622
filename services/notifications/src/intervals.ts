import { retriesMax, waitMsMax, waitMsMin } from './domain/endpoint/limits.ts';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const wait = /^(\d{1,9})(ms|s|m|h|d)$/;

/**
 * Waits such as `10s,30s,2m,10m,1h` as ms, in their order; what is wrong with them, in words, where
 * they cannot be. An empty text is no retry at all.
 */
export function parseIntervals(text: string): readonly number[] | string {
  if (text.trim() === '') return [];
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > retriesMax) return `has ${parts.length} waits; at most ${retriesMax} can be`;
  const found: number[] = [];
  for (const part of parts) {
    const [, count, unit = ''] = wait.exec(part) ?? [];
    const ms = Number(count) * (unitMs[unit] ?? Number.NaN);
    if (!Number.isSafeInteger(ms))
      return `has ${JSON.stringify(part)}; a wait is such as 30s or 2m`;
    if (ms < waitMsMin || ms > waitMsMax) return `has ${part}; a wait takes 1s to 72h`;
    found.push(ms);
  }
  const totalMs = found.reduce((sum, each) => sum + each, 0);
  return totalMs > waitMsMax ? 'has waits of more than 72h together' : found;
}

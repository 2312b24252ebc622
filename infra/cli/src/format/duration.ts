import { usageFailure } from '../session/failure.ts';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `5m`, `1h30m`, `2d`, `250ms`; `null` for anything else. */
export function parseDurationMs(text: string): number | null {
  if (!/^(\d{1,9}(ms|s|m|h|d))+$/.test(text)) return null;
  let total = 0;
  for (const [, count = '', unit = ''] of text.matchAll(/(\d+)(ms|s|m|h|d)/g))
    total += Number(count) * unitMs[unit as keyof typeof unitMs];
  return total;
}

export function durationOption(text: string, name: string): number {
  const ms = parseDurationMs(text);
  if (ms === null)
    throw usageFailure(`${name} is a duration such as 90s, 5m, 1h30m, not "${text}"`);
  return ms;
}

/** `90000` is `1m30s`. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s';
  let left = ms;
  let text = '';
  for (const [unit, size] of Object.entries(unitMs).reverse()) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text;
}

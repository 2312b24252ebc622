/** Lakala's times are `yyyyMMddHHmmss` in China's, eight hours ahead of UTC the whole year. */
const chinaAheadMs = 8 * 3_600_000;

export const compactTime = (ms: number): string =>
  new Date(ms + chinaAheadMs).toISOString().slice(0, 19).replace(/\D/g, '');

/** Epoch ms; `null` for anything that is no such time. */
export function msOfCompactTime(text: string): number | null {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  if (y === undefined) return null;
  const ms = Date.parse(`${y}-${mo ?? ''}-${d ?? ''}T${h ?? ''}:${mi ?? ''}:${s ?? ''}Z`);
  return Number.isNaN(ms) || compactTime(ms - chinaAheadMs) !== text ? null : ms - chinaAheadMs;
}

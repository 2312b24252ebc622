/** China has had one zone and no summer time since 1991. */
const shanghaiOffsetMs = 8 * 3_600_000;

/** Epoch ms as Lakala writes times, `yyyyMMddHHmmss` in Shanghai; what is below a second is cut. */
export const lakalaTime = (ms: number): string =>
  new Date(ms + shanghaiOffsetMs).toISOString().replaceAll(/\D/g, '').slice(0, 14);

/** Epoch ms of such a time; `null` for any other text, and for a time that no calendar has. */
export function epochMsOf(text: string): number | null {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second) - shanghaiOffsetMs;
  return year >= 1991 && lakalaTime(ms) === text ? ms : null;
}

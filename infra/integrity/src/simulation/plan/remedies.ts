import type { Random } from '@plumbline/runtime/simulation';

/** What is done about alerts in a run. Times are since its start. */
export interface PlannedRemedies {
  /** Few enough that some runs use it up. */
  readonly perHourMax: number;
  /** When all remedies are stopped, and when they go on; null where nobody stops them. */
  readonly stop: { readonly atMs: number; readonly untilMs: number } | null;
}

export function plannedRemedies(
  random: Random,
  of: { readonly stormMs: number; readonly isBusy: boolean },
): PlannedRemedies {
  const { stormMs, isBusy } = of;
  const perHourMax = isBusy ? 1 : 1 + random.int(4);
  if (!isBusy && random.chance(0.5)) return { perHourMax, stop: null };
  const atMs = Math.floor(random.between(0.2, 0.6) * stormMs);
  return { perHourMax, stop: { atMs, untilMs: atMs + Math.floor(0.3 * stormMs) } };
}

import type { Random } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';

/** When nobody sends on what waits in the delay topics, since the start of the run. */
export interface RelayAway {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What does it runs in a process of its own then, which is down for a while; mostly nothing. */
export function plannedRelayAway(
  random: Random,
  { stormMs, isCertain }: { readonly stormMs: number; readonly isCertain: boolean },
): RelayAway | null {
  if (!random.chance(limits.relayAwaySeeds) && !isCertain) return null;
  const fromMs = Math.floor(random.between(0.1, 0.6) * stormMs);
  const { least, most } = limits.relayAwayMs;
  return { fromMs, toMs: fromMs + Math.floor(random.between(least, most)) };
}

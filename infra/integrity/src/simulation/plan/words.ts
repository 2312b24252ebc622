import type { Random } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';

/** What operators say of alerts, each as the API does it: look, choose, and ask. */
export const wordKinds = [
  ...(['acknowledge', 'investigate', 'resolve', 'reopen'] as const),
  /** All that is at stake, or half of it. */
  ...(['write-off', 'write-off-half'] as const),
  /** For a few seconds, or for good. */
  ...(['suppress', 'suppress', 'suppress-for-good'] as const),
] as const;
export type WordKind = (typeof wordKinds)[number];

export interface PlannedWord {
  /** Names its command, and seeds what it chooses. */
  readonly index: number;
  readonly kind: WordKind;
  /** Since the start of the run. */
  readonly atMs: number;
}

/** In most runs: some while there are faults, and as many afterwards, when alerts have come. */
export function plannedWords(random: Random, stormMs: number): readonly PlannedWord[] {
  if (random.chance(0.3)) return [];
  const count = 2 + random.int(limits.wordsMax - 1);
  return Array.from({ length: count }, (_, index) => {
    const inStorm = random.between(0.2, 1) * stormMs;
    const after = stormMs + random.between(0, limits.wordsAfterMs);
    const atMs = Math.floor(random.chance(0.5) ? inStorm : after);
    return { index, kind: random.pick(wordKinds), atMs };
  });
}

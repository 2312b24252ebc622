import type { RedriveMode } from '@plumbline/events';
import type { Random } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { PlannedPoison, PoisonKind } from './run-plan.ts';

/** Topics of events whose keys wait at whoever tells merchants. */
export const parkingTargets = ['paymentsEvents', 'alertsEvents'] as const;
export type ParkingTarget = (typeof parkingTargets)[number];

/** Ways in which a record is spoilt so that its key is known, and waits behind it. */
const parkingKinds: readonly PoisonKind[] = [
  ...(['garbage', 'unknown-schema', 'truncated', 'null-value'] as const),
  ...(['no-envelope', 'other-type'] as const),
];

/** Somebody lets an order go on that waits behind a record that cannot be read. */
export interface PlannedRedrive {
  /** Names its command. */
  readonly index: number;
  /** Since the start of the run. */
  readonly atMs: number;
  /** Since then: when it comes once more under its id; null if it does not. */
  readonly againAtMs: number | null;
  readonly mode: Exclude<RedriveMode, 'UNKNOWN'>;
  readonly target: ParkingTarget;
  readonly ofStory: number;
}

/** One or two under the keys of stories, beside all other poison of a run; mostly none. */
export function parkingPoison(
  random: Random,
  of: {
    readonly told: number;
    readonly stormMs: number;
    readonly firstIndex: number;
    readonly isCertain: boolean;
  },
): readonly PlannedPoison[] {
  const { told, stormMs, firstIndex, isCertain } = of;
  if (!random.chance(limits.parkingSeeds) && !isCertain) return [];
  const ofStory = random.int(told);
  const target = random.chance(0.8) ? 'paymentsEvents' : 'alertsEvents';
  return Array.from({ length: 1 + random.int(2) }, (_, place) => ({
    ...{ index: firstIndex + place, kind: random.pick(parkingKinds), target, ofStory },
    atMs: Math.floor(random.between(0.05, 0.6) * stormMs),
  }));
}

/**
 * What is asked of what waits: some while there are faults, too early or twice as well, and mostly
 * one afterwards, so that what has waited is told in the end.
 */
export function plannedRedrives(
  random: Random,
  of: { readonly poison: readonly PlannedPoison[]; readonly stormMs: number },
): readonly PlannedRedrive[] {
  const { poison, stormMs } = of;
  const waiting = poison.flatMap(({ kind, target, ofStory }) => {
    const parking = parkingTargets.find((each) => each === target);
    if (parking === undefined || ofStory === null || !parkingKinds.includes(kind)) return [];
    return [{ target: parking, ofStory }];
  });
  if (waiting.length === 0) return [];
  const count = 1 + random.int(limits.redrivesMax);
  const inStorm = Array.from({ length: count }, (_, index) => ({
    ...{ index, ...random.pick(waiting) },
    mode: random.pick(['REDRIVE', 'SKIP_FIRST', 'SKIP_FIRST', 'DISCARD'] as const),
    atMs: Math.floor(random.between(0.3, 1) * stormMs),
    // While there are faults, or when others have let the key go on.
    againAtMs: random.chance(0.5) ? Math.floor(random.between(0.6, 1) * stormMs) : null,
  }));
  if (random.chance(0.3)) return inStorm;
  const afterwards = waiting.map((each, place) => ({
    ...{ ...each, index: count + place, mode: 'SKIP_FIRST' as const },
    atMs: stormMs + limits.replayedAfterMs,
    againAtMs: random.chance(0.5) ? stormMs + 2 * limits.replayedAfterMs : null,
  }));
  return [...inStorm, ...afterwards];
}

import type { Random } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';

/** What operators do to notifications, each as the API does it: look, choose, and ask. */
export const operationKinds = [
  /** One that could be retried, or any at all, which is mostly refused. */
  'retry',
  /** Gives one up, mostly one that somebody is about to deliver. */
  'abandon',
  /** One that ended, or any at all. */
  'replay',
  /** All of one endpoint that were created lately and have ended so: by filter and time. */
  'replay-many',
] as const;
export type OperationKind = (typeof operationKinds)[number];

export interface PlannedOperation {
  /** Names its commands, and seeds what it chooses. */
  readonly index: number;
  readonly kind: OperationKind;
  /** Since the start of the run. */
  readonly atMs: number;
}

/** Some while there are faults, and in many runs one afterwards: what was used up is replayed. */
export function plannedOperations(random: Random, stormMs: number): readonly PlannedOperation[] {
  const count = 2 + random.int(limits.operationsMax - 1);
  const inStorm = Array.from({ length: count }, (_, index) => ({
    ...{ index, kind: random.pick(operationKinds) },
    atMs: Math.floor(random.between(0.15, 1) * stormMs),
  }));
  if (random.chance(0.5)) return inStorm;
  const atMs = stormMs + limits.replayedAfterMs;
  return [...inStorm, { index: count, kind: 'replay-many', atMs }];
}

import { createRandom } from './random.ts';

/**
 * What goes wrong, and how often. Chances are of one request, rates are per minute of virtual time
 * over all processes; 0 turns a kind off.
 */
export interface FaultPlan {
  readonly name: string;
  /** A request and an answer take up to this long each; a twentieth of them takes ten times as long. */
  readonly legMs: number;
  /** The request is lost: the caller hears of a broken connection, or nothing until its time-out. */
  readonly requestLost: number;
  /** It was carried out, and the answer is lost. */
  readonly replyLost: number;
  /** The caller gives up, and the request reaches the broker up to `lateMsMax` later. */
  readonly requestLate: number;
  readonly lateMsMax: number;
  /** An edge's record arrives a second time up to three seconds later, as from a client that repeats. */
  readonly edgeRepeated: number;
  /** A marker is written up to 300 ms after the commit was answered. */
  readonly markerSlow: number;
  readonly crashesPerMinute: number;
  /** A process is told to stop, and started again. */
  readonly restartsPerMinute: number;
  readonly freezesPerMinute: number;
  /** Longest freeze, ms; above the session of 6 s it makes zombies. */
  readonly freezeMsMax: number;
  /** One process cannot reach the broker, or hears nothing from it, or both, up to 12 s. */
  readonly partitionsPerMinute: number;
  readonly brokerRestartsPerMinute: number;
  /** A group must share out anew, or forgets its members. */
  readonly rebalancesPerMinute: number;
  readonly compactionsPerMinute: number;
  /** When a process starts again, its disk is empty. */
  readonly diskWiped: number;
  /** When a process starts again, its disk is an earlier copy. */
  readonly diskStale: number;
}

export const calm: FaultPlan = {
  name: 'calm',
  legMs: 1,
  requestLost: 0,
  replyLost: 0,
  requestLate: 0,
  lateMsMax: 10_000,
  edgeRepeated: 0,
  markerSlow: 0,
  crashesPerMinute: 0,
  restartsPerMinute: 0,
  freezesPerMinute: 0,
  freezeMsMax: 12_000,
  partitionsPerMinute: 0,
  brokerRestartsPerMinute: 0,
  rebalancesPerMinute: 0,
  compactionsPerMinute: 0,
  diskWiped: 0,
  diskStale: 0,
};

export const stormy: FaultPlan = {
  ...calm,
  name: 'stormy',
  legMs: 4,
  requestLost: 0.01,
  replyLost: 0.01,
  requestLate: 0.01,
  edgeRepeated: 0.2,
  markerSlow: 0.1,
  crashesPerMinute: 6,
  restartsPerMinute: 3,
  freezesPerMinute: 4,
  partitionsPerMinute: 3,
  brokerRestartsPerMinute: 2,
  rebalancesPerMinute: 4,
  compactionsPerMinute: 6,
  diskWiped: 0.2,
  diskStale: 0.3,
};

/** Each is drawn or left out as a whole. */
const kinds: readonly (readonly (keyof FaultPlan)[])[] = [
  ['requestLost'],
  ['replyLost'],
  ['requestLate'],
  ['edgeRepeated'],
  ['markerSlow'],
  ['crashesPerMinute'],
  ['crashesPerMinute', 'diskWiped', 'diskStale', 'compactionsPerMinute'],
  ['restartsPerMinute'],
  ['freezesPerMinute'],
  ['partitionsPerMinute'],
  ['brokerRestartsPerMinute'],
  ['rebalancesPerMinute'],
];

/** A random subset of the kinds, each from mild to twice the storm; calm a quarter of the time. */
export function randomPlan(seed: number): FaultPlan {
  const random = createRandom(seed).fork('plan');
  if (random.chance(0.25)) return calm;
  const drawn: Partial<Record<keyof FaultPlan, number>> = {
    legMs: random.skewed(1, 20),
    lateMsMax: random.skewed(50, 20_000),
    freezeMsMax: random.skewed(500, 20_000),
  };
  const share = random.between(0.15, 0.8);
  for (const kind of kinds) {
    if (!random.chance(share)) continue;
    const intensity = random.between(0.25, 2);
    for (const name of kind) {
      const storm = stormy[name];
      if (typeof storm === 'number') drawn[name] = storm * intensity;
    }
  }
  return { ...calm, ...drawn, name: 'random' };
}

import type { ActivateRules } from '@plumbline/events';
import { rules } from '@plumbline/consistency-alerts';
import type { Random } from '@plumbline/runtime/simulation';
import { createRandom } from '@plumbline/runtime/simulation';
import type { TrueHistory } from './history.ts';
import { drawHistory } from './history.ts';
import { defaultGraceMs, graceNames, isKnown } from './known-rules.ts';
import * as limits from './limits.ts';
import type { InForce } from './story.ts';

/**
 * `calm`: nothing goes wrong, and every millisecond of lateness counts. `outages`: the task is killed,
 * frozen, away or late, or the broker is, at known times. `storm`: everything that the simulation can
 * do to a process. `long`: with every parameter as it is by default, over days.
 */
export type WorldKind = 'calm' | 'outages' | 'storm' | 'long';

/** Some histories that one log holds and one topology reads. */
export interface TrueWorld {
  readonly index: number;
  readonly seed: number;
  readonly kind: WorldKind;
  readonly beganMs: number;
  /** Written before everything else; null where every rule is as it is by default. */
  readonly activation: ActivateRules | null;
  readonly histories: readonly TrueHistory[];
  /** Until everything has been told and is due. */
  readonly untilMs: number;
}

const startMs = Date.UTC(2026, 0, 1);

/** Rules that are turned off in some worlds: those in whose place no other comes. */
const mayBeOff: readonly string[] = ['K', 'R', 'U', 'Z', 'J', 'M'];

/** The same seed and index give the same world with the same code. */
export function drawWorld(of: {
  readonly seed: number;
  readonly index: number;
  /** How many histories there are in all. */
  readonly histories: number;
}): TrueWorld {
  const { seed, index } = of;
  const random = createRandom(seed).fork(`world/${index}`);
  const kind = drawKind(random);
  const set = kind === 'long' ? new Map<string, number>() : drawGraces(random.fork('graces'));
  const off = random.chance(0.15) ? random.pick(mayBeOff) : null;
  const inForce: InForce = {
    isOn: (rule) => isKnown(rule) && rule !== off,
    graceMs: (name) => set.get(name) ?? defaultGraceMs(name),
  };
  const first = index * limits.historiesPerWorld;
  const count = Math.min(limits.historiesPerWorld, of.histories - first);
  const withinMs = random.skewed(limits.beginsWithin.leastMs, limits.beginsWithin.mostMs);
  const patienceMs = kind === 'long' ? Infinity : limits.patienceMs;
  const taken = kind === 'long' ? new Set<number>() : undefined;
  const histories = Array.from({ length: count }, (_, at) => {
    const number = first + at;
    const own = random.fork(`history/${number}`);
    const beginMs = startMs + 1_000 + Math.floor(own.between(0, withinMs));
    return drawHistory({ number, beginMs, inForce, taken, patienceMs, random: own });
  });
  return {
    ...{ index, kind, histories, seed: random.fork('run').int(2 ** 31) },
    beganMs: startMs,
    activation: activationOf(set, off),
    untilMs: Math.max(startMs, ...histories.map(({ untilMs }) => untilMs)),
  };
}

function drawKind(random: Random): WorldKind {
  const draw = random.real();
  if (draw < 0.4) return 'calm';
  if (draw < 0.65) return 'outages';
  return draw < 0.8 ? 'storm' : 'long';
}

/** Short ones, for time costs; in every third world only those that are longer than a minute. */
function drawGraces(random: Random): ReadonlyMap<string, number> {
  const areDefaults = random.chance(0.33);
  const { leastMs, mostMs } = limits.graceBetween;
  return new Map(
    graceNames
      .filter((name) => isKnown(name) && (!areDefaults || defaultGraceMs(name) > 60_000))
      .map((name) => [name, Math.round(random.skewed(leastMs, mostMs))]),
  );
}

function activationOf(set: ReadonlyMap<string, number>, off: string | null): ActivateRules | null {
  const changed = rules.filter(
    ({ id }) => id === off || [...set.keys()].some((name) => name.split('/')[0] === id),
  );
  if (changed.length === 0) return null;
  return {
    reason: 'measured',
    rules: changed.map(({ id, version }) => ({
      ...{ rule: id, version, enabled: id !== off },
      graceMs: set.get(id) ?? null,
      values: [...set].flatMap(([name, value]) => {
        const [rule, parameter] = name.split('/');
        return rule === id && parameter !== undefined ? [{ name: parameter, value }] : [];
      }),
    })),
  };
}

export const worldOf = (history: number): number => Math.floor(history / limits.historiesPerWorld);

export const worldsOf = (histories: number): number =>
  Math.ceil(histories / limits.historiesPerWorld);

import type { FaultPlan, Random } from '@plumbline/runtime/simulation';
import { calm, randomPlan } from '@plumbline/runtime/simulation';
import { recoveryMs } from './limits.ts';
import type { TrueWorld } from './world.ts';

export type Outage =
  | {
      readonly kind: 'killed' | 'frozen' | 'stopped' | 'broker';
      readonly atMs: number;
      readonly forMs: number;
    }
  /** The task is started only then, behind a log that is there already. */
  | { readonly kind: 'late'; readonly atMs: number; readonly forMs: number };

/** What goes wrong in a world, and when an alert may be held up by it. */
export interface Trouble {
  readonly plan: FaultPlan;
  readonly outages: readonly Outage[];
  /** From when on nothing goes wrong any more, epoch ms. */
  readonly healedMs: number;
  /** Times in which alerts may be late, epoch ms. */
  readonly held: readonly { readonly fromMs: number; readonly untilMs: number }[];
}

const outageKinds = ['killed', 'frozen', 'stopped', 'broker'] as const;

export function troubleOf(world: TrueWorld, random: Random): Trouble {
  const { beganMs, untilMs, kind } = world;
  const lengthMs = untilMs - beganMs;
  if (kind === 'storm') {
    const healedMs = beganMs + Math.round(random.between(0.3, 0.9) * lengthMs);
    const held = [{ fromMs: beganMs, untilMs: healedMs + recoveryMs }];
    return { plan: stormOf(world.seed), outages: [], healedMs, held };
  }
  const outages = kind === 'outages' ? drawOutages(random, beganMs, lengthMs) : [];
  return {
    ...{ plan: calm, outages, healedMs: beganMs },
    held: outages.map(({ atMs, forMs }) => ({ fromMs: atMs, untilMs: atMs + forMs + recoveryMs })),
  };
}

/** One that has something in it: a quarter of random plans are calm. */
function stormOf(seed: number): FaultPlan {
  for (let next = seed; ; next += 1) {
    const plan = randomPlan(next);
    if (plan.name !== calm.name) return plan;
  }
}

function drawOutages(random: Random, beganMs: number, lengthMs: number): readonly Outage[] {
  const isLate = random.chance(0.3);
  const forMs = Math.round(random.skewed(2_000, Math.max(2_001, lengthMs)));
  const late: readonly Outage[] = isLate ? [{ kind: 'late', atMs: beganMs, forMs }] : [];
  const others = Array.from({ length: 1 + random.int(3) }, (): Outage => ({
    kind: random.pick(outageKinds),
    atMs: beganMs + Math.round(random.between(0, lengthMs)),
    forMs: Math.round(random.skewed(100, 15_000)),
  }));
  return [...late, ...others];
}

import type { Random } from '@plumbline/runtime/simulation';
import { createRandom } from '@plumbline/runtime/simulation';
import { describe, expect, it } from 'vitest';
import type { LaneSettings } from '../lanes/lane-settings.ts';
import { laneLimits } from '../lanes/limits.ts';
import type { DeliveryWorker } from './delivery-worker.ts';
import type { DueDelivery } from './port.ts';
import { createRules } from './testing/delivery-rules.ts';
import type { Behaviour, DeliveryWorld, WorldOptions } from './testing/delivery-world.ts';
import { active, createDeliveryWorld } from './testing/delivery-world.ts';

const lanes = ['ep_a', 'ep_b', 'ep_c', 'ep_d', 'url:0123456789abcdef'];
const behaviours: readonly Behaviour[] = [
  ...[{ status: 200 }, { status: 200 }, { status: 204, afterMs: 1_500 }, { status: 404 }],
  ...[{ status: 500 }, { hangs: true }, { code: 'CONNECT_REFUSED', afterMs: 1 }],
  ...[{ status: 429, headers: { 'retry-after': '3' } }, { status: 503 }, { status: 410 }],
];
const small = { underWayMax: 16, underWaySlowMax: 8, underWayUnprovenMax: 12 };
const limits = { ...small, queuedPerLaneMax: 20, refillScanMax: 40 };
/** Each mistake that is planted below is found by one of the first three. */
const runs = 80;
/** Less than there are lanes, about as many, and enough. */
const memories = [3, 12, 50];

interface Mistake {
  readonly world?: WorldOptions;
  /** Done to the world once it stands. */
  readonly plant?: (world: DeliveryWorld) => void;
  /** Done while the run goes on. */
  readonly during?: (world: DeliveryWorld, worker: DeliveryWorker) => void;
}

/** One run: what happens in it follows from the seed. Returns what was found wrong. */
async function run(seed: number, mistake: Mistake = {}): Promise<readonly string[]> {
  const random = createRandom(seed);
  const settings = new Map<string, LaneSettings>();
  const due = new Set<string>();
  const rules = createRules({
    settingsOf: (laneKey) => settings.get(laneKey) ?? null,
    underWayMax: small.underWayMax,
    nowMs: () => world.clock.nowMs(),
  });
  const queuedMax = random.pick(memories);
  const world = createDeliveryWorld({
    ...{ observer: rules, ...mistake.world },
    limits: { ...limits, queuedMax, ...mistake.world?.limits },
  });
  const add = (of: Partial<DueDelivery> & { readonly laneKey: string }): void => {
    const added = world.add(of);
    due.add(`${added.notificationId}#${added.attempt}`);
  };
  let isCalm = false;
  world.hooks.prepare = () =>
    !isCalm && random.chance(0.03) ? { kind: 'later', why: 'the vault is away' } : null;
  world.hooks.reportFails = () => !isCalm && random.chance(0.1);
  world.hooks.folded = (done, { kind }) => {
    rules.forget(done.notificationId);
    const { notificationId, laneKey, attempt } = done;
    if (kind === 'FAILED' && attempt < 3) add({ notificationId, laneKey, attempt: attempt + 1 });
  };
  const set = (laneKey: string, to: LaneSettings): void => {
    settings.set(laneKey, to);
    world.configure(laneKey, to);
  };
  let worker = world.start();
  const views: number[] = [];
  mistake.plant?.(world);

  const steps: readonly (() => void)[] = [
    ...[() => burst(random, add), () => burst(random, add)],
    () => world.behave(random.pick(lanes), random.pick(behaviours)),
    () => world.behave(random.pick(lanes), { status: 200 }),
    () => set(random.pick(lanes.slice(0, 4)), drawn(random)),
    () => {
      world.crash();
      worker = world.start();
    },
    () => {
      const partition = random.pick(world.partitions);
      for (const { due: sent } of world.seen)
        if (world.storeOf(sent) === partition) rules.forget(sent.notificationId);
      partition.close({ isTold: true });
      partition.open(worker.following);
    },
    () => random.pick(world.partitions).spoil({ failsNext: true }),
  ];
  for (let step = 0; step < 25; step += 1) {
    random.pick(steps)();
    mistake.during?.(world, worker);
    await world.advance(random.skewed(5, 20_000));
    views.push(worker.lanes().reduce((sum, { queued }) => sum + queued, 0));
  }
  isCalm = true;
  for (const laneKey of lanes) world.behave(laneKey, { status: 200 });
  for (const laneKey of lanes.slice(0, 4)) set(laneKey, { ...active, settings: { calm: true } });
  await world.advance(600_000);
  return [
    ...rules.broken,
    ...world.left().map((key) => `stuck: ${key}`),
    ...rules.missing(due).map((id) => `never reported: ${id}`),
    ...views.filter((queued) => queued > queuedMax).map((n) => `too many queued: ${n}`),
  ];
}

function burst(random: Random, add: (of: Partial<DueDelivery> & { laneKey: string }) => void) {
  const laneKey = random.pick(lanes);
  const retries = random.real();
  for (let left = random.int(60); left > 0; left -= 1)
    add({ laneKey, isFirst: !random.chance(retries) });
}

const drawn = (random: Random): LaneSettings => ({
  ...active,
  status: random.pick(['ACTIVE', 'ACTIVE', 'PAUSED', 'DISABLED'] as const),
  concurrencyMax: random.pick([null, 1, 2, 5]),
  ratePerSecond: random.pick([null, null, 1, 50]),
  timeoutMs: random.pick([null, 3_000]),
});

async function found(mistake: Mistake, runs: number): Promise<string> {
  for (let seed = 1; seed <= runs; seed += 1) {
    const [first] = await run(seed, mistake);
    if (first !== undefined) return first;
  }
  return 'nothing';
}

describe('whatever happens to endpoints, settings and processes', () => {
  it('every attempt is reported, none is sent twice by a process, and no limit is passed', async () => {
    for (let seed = 1; seed <= runs; seed += 1) {
      expect(await run(seed), `seed ${seed}`).toEqual([]);
    }
  }, 120_000);
});

describe('the rules find', () => {
  it('a refill that is forgotten', async () => {
    const isRefill = (prefix: string): boolean => prefix.length > 2;
    const plant = (world: DeliveryWorld): void => {
      for (const partition of world.partitions)
        partition.spoil({ range: ({ prefix }, page) => (isRefill(prefix) ? [] : page) });
    };
    expect(await found({ plant, during: plant }, 5)).toMatch(/^stuck/);
  });

  it('a retry that takes a slot of first attempts', async () => {
    const told = (due: DueDelivery): DueDelivery => ({ ...due, isFirst: true });
    expect(await found({ world: { told } }, 20)).toMatch(/^a retry in the reserve/);
  });

  it('an endpoint that is not left alone', async () => {
    const world = { limits: { failuresMax: 50 } };
    expect(await found({ world }, 20)).toMatch(/^not left alone/);
  });

  it('a pause that is too short', async () => {
    const world = { limits: { breakerPauseMs: laneLimits.breakerPauseMs - 1_000 } };
    expect(await found({ world }, 20)).toMatch(/^not left alone/);
  });

  it('an endpoint that is never tried again', async () => {
    const world = { limits: { breakerPauseMs: 1e9, breakerPauseMsMax: 1e9 } };
    expect(await found({ world }, 20)).toMatch(/^stuck/);
  });

  it('a process that does more than it may', async () => {
    const world = { limits: { underWayMax: 17, underWaySlowMax: 17, underWayUnprovenMax: 17 } };
    expect(await found({ world }, 20)).toMatch(/^more than the process may/);
  });

  it('more in memory than there is room for', async () => {
    const world = { limits: { queuedMax: 500, queuedPerLaneMax: 200 } };
    expect(await found({ world }, 20)).toMatch(/^too many queued/);
  });

  it('what is sent again although it is reported', async () => {
    const during = ({ partitions }: DeliveryWorld, { following }: DeliveryWorker): void => {
      // The task is opened anew without anybody having lost it.
      for (const partition of partitions) {
        partition.close({ isTold: true });
        partition.open(following);
      }
    };
    expect(await found({ during }, 60)).toMatch(/^sent after its report/);
  });

  it('two workers of one process that do not know of each other', async () => {
    const during = (world: DeliveryWorld): void => {
      world.start(1);
    };
    expect(await found({ during }, 20)).toMatch(/^(twice at once|sent after its report)/);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollOver } from './faults/roll-over.ts';
import type { Finished, Run } from './world/run.ts';
import { balancedTargets, startRun } from './world/run.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import { openWorld, until } from './world/world.ts';

const services = ['orders', 'payments', 'checkout', 'consistency-alerts'] as const;
/** The balancer looks ten times a second, more slowly on a busy machine. */
const drainMs = 1_500;
let world: World;
let run: Run;
let finished: Finished;

beforeAll(async () => {
  world = await openWorld({ twice: services, env: { PLUMBLINE_DRAIN_MS: String(drainMs) } });
  const targets = balancedTargets(world);
  run = startRun({ world, targets, repeats: false });
  await until('it runs', () => run.load.paid.length > 10, 30_000);
  await rollOver(world.platforms, services);
  finished = await run.finish();
  targets.close();
}, 240_000);

afterAll(async () => {
  await run.close();
  await world.close();
}, 60_000);

describe('a rolling restart under load fails no call and doubles nothing', () => {
  it('clients that repeat nothing were served by every instance before, while and after it stopped', () => {
    // `finish` rejects when a single call failed.
    tell('finished', finished);
    expect(finished.violations).toEqual([]);
    expect(finished.paid).toBeGreaterThan(50);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stormGroup, topologies } from './faults/storm.ts';
import type { Finished, Run } from './world/run.ts';
import { startRun } from './world/run.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import { openWorld, partitions, until } from './world/world.ts';

const stormMs = 15_000;
let world: World;
let run: Run;
let finished: Finished;
let guests = 0;
let paidMeanwhile = 0;

beforeAll(async () => {
  world = await openWorld();
  const { log, platform } = world;
  run = startRun({ world });
  await until('it runs', () => run.load.paid.length > 10, 30_000);
  const before = run.load.paid.length;
  const storm = { log, partitions, everyMs: 1_000, forMs: stormMs };
  const storms = topologies.map((topology) => stormGroup({ ...storm, topology }));
  await sleep(stormMs / 3);
  platform.kill('orders', 'SIGKILL');
  await sleep(stormMs / 3);
  platform.kill('payments', 'SIGKILL');
  guests = (await Promise.all(storms)).reduce((sum, each) => sum + each, 0);
  paidMeanwhile = run.load.paid.length - before;
  finished = await run.finish();
}, 240_000);

afterAll(async () => {
  await run.close();
  await world.close();
}, 60_000);

describe('instances that join and leave every second, and die in between, lose nothing and repeat nothing', () => {
  it('work goes on in the storm, and everything holds after it', () => {
    tell('storm', { guests, paidMeanwhile });
    tell('finished', finished);
    expect(guests).toBeGreaterThan(20);
    expect(finished.violations).toEqual([]);
  });
});

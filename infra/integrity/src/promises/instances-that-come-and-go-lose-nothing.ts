import { setTimeout as sleep } from 'node:timers/promises';
import { stormGroup, topologies } from '../faults/storm.ts';
import { partitions } from '../world/world.ts';
import type { IntegrityPromise } from './promise.ts';
import { servedAgain } from './served-again.ts';

const stormMs = 12_000;

export const rebalanceStorm: IntegrityPromise = {
  title:
    'Instances that join and leave every second, and die in between, lose nothing and repeat nothing',
  async keep(run) {
    const { log, platform } = run.world;
    const before = run.load.paid.length;
    const storm = { log, partitions, everyMs: 1_000, forMs: stormMs };
    const storms = topologies.map((topology) => stormGroup({ ...storm, topology }));
    await sleep(stormMs / 3);
    platform.kill('orders', 'SIGKILL');
    await sleep(stormMs / 3);
    platform.kill('payments', 'SIGKILL');
    const guests = (await Promise.all(storms)).reduce((sum, each) => sum + each, 0);
    const paidMeanwhile = run.load.paid.length - before;
    return { kills: 2, guests, paidMeanwhile, servedAfterMs: await servedAgain(run) };
  },
};

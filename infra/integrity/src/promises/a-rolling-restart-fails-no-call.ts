import { rollOver } from '../faults/roll-over.ts';
import { startLoad } from '../world/load.ts';
import { secondInstances } from '../world/world.ts';
import type { IntegrityPromise } from './promise.ts';

const services = ['orders', 'payments', 'checkout', 'consistency-alerts'] as const;

export const rollingRestart: IntegrityPromise = {
  title:
    'A rolling restart under load fails no call: clients that repeat nothing are served before, while and after each instance stops',
  async keep({ world, targets }) {
    await (await secondInstances(world)).ready();
    const load = startLoad({
      ...{ targets, prefix: 'ROLL', repeats: false, everyMs: 125, buyersMax: 150 },
      gateways: world.gateways,
    });
    try {
      // One instance of each: the other one is the same, and serves meanwhile.
      await rollOver(world.platforms.slice(0, 1), services);
    } finally {
      // Rejects when a single call failed.
      await load.stop();
    }
    return { restarts: services.length, calls: 3 * load.paid.length };
  },
};

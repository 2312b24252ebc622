import { askForRefunds } from '../world/refund-storm.ts';
import { gatewaysOf } from '../world/world.ts';
import type { IntegrityPromise } from './promise.ts';

/** The round asks for 100; `npm run campaign` for a thousand. */
const requests = 100;

export const manyRefunds: IntegrityPromise = {
  title:
    'A thousand refunds asked for at once of one payment, with processes killed, never exceed what was captured, and none hangs',
  async keep(run) {
    const gateways = gatewaysOf(run.world);
    return { ...(await askForRefunds(run, { gateways, requests, prefix: 'MANY' })) };
  },
};

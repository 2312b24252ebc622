import { loseWebhooks } from '../world/lost-webhooks.ts';
import { gatewaysOf } from '../world/world.ts';
import type { IntegrityPromise } from './promise.ts';

/** The round asks its gateways every 5 s, so that it is over soon; `npm run campaign` every 30 s. */
const size = { payments: 60, overMs: 3_000, paidWithinMs: 3_000, prefix: 'LOST' };

export const lostWebhooks: IntegrityPromise = {
  title:
    'With every webhook lost, payments are right within 60 s of the charge (p99), by timers of their own',
  async keep(run) {
    return { ...(await loseWebhooks(run, { gateways: gatewaysOf(run.world), ...size })) };
  },
};

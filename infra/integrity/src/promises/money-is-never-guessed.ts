import { setTimeout as sleep } from 'node:timers/promises';
import { invariant } from '@plumbline/kernel';
import type { Json } from '../world/gateway-world.ts';
import type { Gateways } from '../world/gateways.ts';
import { gatewaysOf } from '../world/world.ts';
import type { IntegrityPromise } from './promise.ts';
import { servedAgain } from './served-again.ts';

/** More than a handful of the twenty-nine things that gateways do wrong, or nothing was shown. */
const kindsMin = 10;

/**
 * The gateways misbehave from the beginning of a run; here they die as well, and afterwards have no
 * fault. That everything ended as they have it in their books is checked once it has settled.
 */
export const neverGuessed: IntegrityPromise = {
  title:
    'Money is never guessed: whatever gateways do wrong, and whoever dies meanwhile, payments and refunds end as the gateways have them in their books, each once',
  async keep(run) {
    const gateways = gatewaysOf(run.world);
    for (let kills = 0; kills < 2; kills += 1) {
      gateways.platform.kill('gateway-simulator', 'SIGKILL');
      await sleep(2_000);
    }
    const servedAfterMs = await servedAgain(run);
    const wrong = await misbehaved(gateways);
    await gateways.behave();
    const kinds = Object.keys(wrong).length;
    invariant(kinds >= kindsMin, `gateways did ${kinds} things wrong: nothing was shown`);
    return { kills: 2, servedAfterMs, wrong };
  },
};

/** How often the gateways did what; as many of the first calls as one page has. */
async function misbehaved(gateways: Gateways): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const list of ['calls', 'callbacks']) {
    const { items } = await gateways.control('GET', `/${list}?misbehaved=true&limit=1000`);
    for (const { misbehaved: how } of items as readonly Json[]) {
      const { on, what } = how as { readonly on: string; readonly what: string };
      counts[`${on} ${what}`] = (counts[`${on} ${what}`] ?? 0) + 1;
    }
  }
  return counts;
}

import type { Run } from '../world/run.ts';
import { until } from '../world/world.ts';

/** A session, a broker's start, restarts with growing waits; several times over. */
const withinMs = 90_000;
const moreOrders = 5;

/** Waits until clients are served again; resolves with how long that took, ms. */
export async function servedAgain({ load }: Run): Promise<number> {
  const begin = performance.now();
  const { length } = load.paid;
  await until('clients are served again', () => load.paid.length > length + moreOrders, withinMs);
  return Math.round(performance.now() - begin);
}

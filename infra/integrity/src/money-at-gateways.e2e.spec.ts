import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayPromises } from './promises/all-promises.ts';
import type { Run } from './world/run.ts';
import { startRun } from './world/run.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import { gatewaysOf, openWorld, startTimeoutMs, until } from './world/world.ts';

/** Shorter than by default, so that what a gateway or a worker loses is known in seconds. */
const env = { PLUMBLINE_GATEWAY_QUERY_SECONDS: '5', PLUMBLINE_GATEWAY_CALL_SECONDS: '2' };
/** Of what the gateways do wrong. */
const seed = 5;
/** Few enough to leave the machine to what is measured. */
const everyMs = 400;
let world: World;
let run: Run;

beforeAll(async () => {
  world = await openWorld({ env, gateways: true });
  await gatewaysOf(world).misbehave(seed);
  run = startRun({ world, everyMs });
  await until('it runs', () => run.load.paid.length > 5, 60_000);
}, startTimeoutMs);

afterAll(async () => {
  await run.close();
  await world.close();
}, 60_000);

describe('at gateways that do wrong what gateways do wrong', () => {
  it.each(gatewayPromises.map((promise) => [promise.title, promise] as const))(
    '%s',
    async (_title, promise) => {
      const begin = performance.now();
      const measured = await promise.keep(run);
      const seconds = Math.round((performance.now() - begin) / 1_000);
      tell(promise.title, { seconds, ...measured });
      expect(run.watcher.violations()).toEqual([]);
    },
    240_000,
  );

  it('and afterwards nothing is open, money is where the gateways have it, merchants were told of every change in order, read models equal the fold of the log, and a replay from zero gives the same', async () => {
    const finished = await run.finish();
    tell('money at gateways', finished);
    expect(finished.violations).toEqual([]);
  }, 420_000);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPromises } from './promises/all-promises.ts';
import type { Run } from './world/run.ts';
import { startRun } from './world/run.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import { openWorld, startTimeoutMs, until } from './world/world.ts';

/** Longer than the balancer of these clients needs to notice that an instance stops. */
const drainMs = 1_500;
/** Five a second: enough for every step to be met, and room for another file of tests beside this. */
const everyMs = 200;
let world: World;
let run: Run;

beforeAll(async () => {
  world = await openWorld({ env: { PLUMBLINE_DRAIN_MS: String(drainMs) } });
  run = startRun({ world, everyMs });
  await until('it runs', () => run.load.paid.length > 10, 60_000);
}, startTimeoutMs);

afterAll(async () => {
  await run.close();
  await world.close();
}, 60_000);

// One platform for all, since starting one takes longer than most faults: each promise is put to
// the test on what the ones before have left behind.
describe('under load, with a committed reader that checks all the while', () => {
  it.each(allPromises.map((promise) => [promise.title, promise] as const))(
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

  it('and afterwards all lag is gone, read models equal the fold of the log, and a replay from zero raises the same alerts', async () => {
    const finished = await run.finish();
    tell('the whole round', finished);
    expect(finished.violations).toEqual([]);
  }, 240_000);
});

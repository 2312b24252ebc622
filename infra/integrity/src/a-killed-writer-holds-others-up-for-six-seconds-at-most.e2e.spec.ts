import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finished, Run } from './world/run.ts';
import { startRun } from './world/run.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import { callUntilDecided, newOrder, openWorld, until } from './world/world.ts';

/** The transaction's time-out, and one scan of the broker for those that have run out. */
const boundMs = 5_000 + 1_000;
/** Client, edge, decider and a busy machine; the repeat of a call waits 5 s for its outcome. */
const marginMs = 3_000;
const rounds = 3;
/** Enough to have some in every partition. */
const probesAtOnce = 12;
let world: World;
let run: Run;
let finished: Finished;
const longestMs: number[] = [];

/**
 * The checkout dies with a transaction open on a commands topic, where edges write as well: a
 * decider sees nothing of what comes after it until the broker gives the transaction up.
 */
async function killWriter(round: number): Promise<number> {
  const { platform, kills } = world;
  const checkout = platform.process('checkout');
  checkout.setAutoRestart(false);
  const armed = await kills.arm('checkout', { of: 'transaction', step: 'produced', at: 2 });
  await until('the writer dies', () => armed.isDone(), 60_000);
  const took = await Promise.all(
    Array.from({ length: probesAtOnce }, async (_, probe) => {
      const begin = performance.now();
      const order = newOrder(`P${round}X${probe}`);
      await callUntilDecided(`${platform.url('orders')}/orders`, 'POST', order);
      return performance.now() - begin;
    }),
  );
  checkout.setAutoRestart(true);
  await checkout.ready();
  return Math.max(...took);
}

beforeAll(async () => {
  world = await openWorld();
  run = startRun({ world });
  await until('it runs', () => run.load.paid.length > 10, 30_000);
  for (let round = 0; round < rounds; round += 1) longestMs.push(await killWriter(round));
  finished = await run.finish();
}, 240_000);

afterAll(async () => {
  await run.close();
  await world.close();
}, 60_000);

describe('a killed writer holds others up for six seconds at most', () => {
  it('a call behind its open transaction is decided within 5 s and the scan of 1 s', () => {
    tell('longest call of each round, ms', longestMs.map(Math.round));
    expect(Math.max(...longestMs)).toBeLessThan(boundMs + marginMs);
    // Otherwise nothing hung, and nothing was shown.
    expect(Math.max(...longestMs)).toBeGreaterThan(1_000);
  });

  it('everything holds afterwards', () => {
    tell('finished', finished);
    expect(finished.violations).toEqual([]);
  });
});

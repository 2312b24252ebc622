import { invariant } from '@plumbline/kernel';
import { callUntilDecided, newOrder, until } from '../world/world.ts';
import type { Run } from '../world/run.ts';
import type { IntegrityPromise } from './promise.ts';

/**
 * The transaction's time-out (5 s), one scan of the broker for those that have run out (1 s), and 4 s
 * for client, edge, decider and a busy machine: an edge answers "pending" after 5 s, and is asked again.
 */
const boundMs = 10_000;
const rounds = 2;
/** Enough to have some in every partition. */
const probesAtOnce = 12;

/**
 * The checkout dies with a transaction open on a commands topic, where edges write as well: a
 * decider sees nothing of what comes after it until the broker gives the transaction up.
 */
async function killWriter({ world, targets }: Run, round: number): Promise<number> {
  const { platform, kills } = world;
  const checkout = platform.process('checkout');
  checkout.setAutoRestart(false);
  const armed = await kills.arm('checkout', { of: 'transaction', step: 'produced', at: 2 });
  await until('the writer dies', () => armed.isDone(), 60_000);
  const url = () => `${targets.orders()}/orders`;
  const took = await Promise.all(
    Array.from({ length: probesAtOnce }, async (_, probe) => {
      const begin = performance.now();
      await callUntilDecided(url, 'POST', newOrder(`P${round}X${probe}`));
      return performance.now() - begin;
    }),
  );
  checkout.setAutoRestart(true);
  await checkout.ready();
  return Math.round(Math.max(...took));
}

export const killedWriter: IntegrityPromise = {
  title:
    'A writer that is killed in a transaction holds others up for 10 s at most: its time-out of 5 s, the broker’s scan of 1 s, and what a busy machine adds',
  async keep(run) {
    const longestMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) longestMs.push(await killWriter(run, round));
    const longest = Math.max(...longestMs);
    invariant(longest < boundMs, `a call took ${longest} ms`);
    // Otherwise nothing hung, and nothing was shown.
    invariant(longest > 1_000, `no call waited: ${longest} ms`);
    return { kills: rounds, longestMs };
  },
};

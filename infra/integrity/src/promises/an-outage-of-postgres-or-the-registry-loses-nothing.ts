import { setTimeout as sleep } from 'node:timers/promises';
import { invariant } from '@plumbline/kernel';
import { mend } from '../faults/mend.ts';
import { call, until } from '../world/world.ts';
import type { IntegrityPromise } from './promise.ts';
import { servedAgain } from './served-again.ts';

const outageMs = 4_000;
/** Payments during an outage; a busy machine may need its time for the first. */
const paidWithinMs = 30_000;

export const storesGoAway: IntegrityPromise = {
  title:
    'An outage of Postgres or of the schema registry loses nothing, and decisions go on without them',
  async keep(run) {
    const { stack, platform } = run.world;
    const paidMeanwhile = async (what: string): Promise<number> => {
      const { length } = run.load.paid;
      await sleep(outageMs);
      await until(
        `orders are paid without ${what}`,
        () => run.load.paid.length > length,
        paidWithinMs,
      );
      return run.load.paid.length - length;
    };
    let withoutPostgres: number;
    stack.killPart('postgres', 'SIGKILL');
    try {
      withoutPostgres = await paidMeanwhile('Postgres');
    } finally {
      await mend(stack, 'postgres');
    }
    let withoutRegistry: number;
    let booting: Promise<void> | undefined;
    stack.killPart('registry', 'SIGKILL');
    try {
      withoutRegistry = await paidMeanwhile('the registry');
      booting = platform.restart('consistency-alerts');
      booting.catch(() => undefined);
      await sleep(outageMs);
      const early = await call(`${platform.url('consistency-alerts')}/readyz`, 'GET');
      invariant(early?.status !== 200, 'a process without a registry to start with is not ready');
    } finally {
      await mend(stack, 'registry');
    }
    await booting;
    return { kills: 2, withoutPostgres, withoutRegistry, servedAfterMs: await servedAgain(run) };
  },
};

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finished, Run } from './world/run.ts';
import { startRun } from './world/run.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import { call, openWorld, until } from './world/world.ts';

const outageMs = 4_000;
let world: World;
let run: Run;
let finished: Finished;
/** Payments taken while the one or the other was away. */
let paidWithoutPostgres = 0;
let paidWithoutRegistry = 0;
let readyWithoutRegistry = true;

async function paidDuring(away: () => Promise<unknown>): Promise<number> {
  const before = run.load.paid.length;
  await away();
  return run.load.paid.length - before;
}

beforeAll(async () => {
  world = await openWorld();
  const { stack, platform } = world;
  run = startRun({ world });
  await until('it runs', () => run.load.paid.length > 10, 30_000);
  stack.killPart('postgres', 'SIGKILL');
  paidWithoutPostgres = await paidDuring(() => sleep(outageMs));
  await stack.restartPart('postgres');
  stack.killPart('registry', 'SIGKILL');
  paidWithoutRegistry = await paidDuring(() => sleep(outageMs));
  const booting = platform.restart('consistency-alerts');
  booting.catch(() => undefined);
  await sleep(outageMs);
  const answer = await call(`${platform.url('consistency-alerts')}/readyz`, 'GET');
  readyWithoutRegistry = answer?.status === 200;
  await stack.restartPart('registry');
  await booting;
  finished = await run.finish();
}, 240_000);

afterAll(async () => {
  await run.close();
  await world.close();
}, 60_000);

describe('an outage of Postgres or of the schema registry loses nothing, and decisions go on without them', () => {
  it('orders and payments are decided while either is down', () => {
    tell('paid meanwhile', { paidWithoutPostgres, paidWithoutRegistry });
    expect(paidWithoutPostgres).toBeGreaterThan(0);
    expect(paidWithoutRegistry).toBeGreaterThan(0);
  });

  it('a process that starts without the registry waits for it, and is not ready before', () => {
    expect(readyWithoutRegistry).toBe(false);
  });

  it('everything holds afterwards, read models included', () => {
    tell('finished', finished);
    expect(finished.violations).toEqual([]);
  });
});

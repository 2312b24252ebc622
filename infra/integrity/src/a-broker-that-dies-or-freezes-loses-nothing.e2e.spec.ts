import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finished, Run } from './world/run.ts';
import { startRun } from './world/run.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import { openWorld, until } from './world/world.ts';

/** Longer than a session (6 s) and a transaction's time-out (5 s), so that both run out. */
const frozenMs = 8_000;
const betweenMs = 4_000;
let world: World;
let run: Run;
let finished: Finished;

const goesOn = async (): Promise<void> => {
  const { length } = run.load.paid;
  await until('clients are served again', () => run.load.paid.length > length + 5, 60_000);
};

beforeAll(async () => {
  world = await openWorld();
  const { stack } = world;
  run = startRun({ world });
  for (let kills = 0; kills < 2; kills += 1) {
    await goesOn();
    stack.killPart('kafka', 'SIGKILL');
    await stack.restartPart('kafka');
  }
  await goesOn();
  stack.killPart('kafka', 'SIGSTOP');
  await sleep(frozenMs);
  stack.killPart('kafka', 'SIGCONT');
  await goesOn();
  await sleep(betweenMs);
  finished = await run.finish();
}, 240_000);

afterAll(async () => {
  await run.close();
  await world.close();
}, 60_000);

describe('a broker that dies without warning, or freezes, loses nothing that was answered', () => {
  it('everything holds after two kills and a freeze under load', () => {
    tell('finished', finished);
    expect(finished.violations).toEqual([]);
    expect(finished.paid).toBeGreaterThan(20);
  });
});

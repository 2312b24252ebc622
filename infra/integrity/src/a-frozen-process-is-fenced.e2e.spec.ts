import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finished, Run } from './world/run.ts';
import { balancedTargets, startRun } from './world/run.ts';
import { runningTasks } from './world/tasks.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import { openWorld, partitions, until } from './world/world.ts';

const zombies = ['orders', 'payments'] as const;
/** Twice a session, and some: the other instance has long taken over when it wakes up. */
const frozenMs = 14_000;
let world: World;
let run: Run;
let finished: Finished;
const tookOver: string[] = [];
const logs = new Map<string, string>();

/** Frozen with a transaction open and its EndTxn not yet sent: the worst moment to wake up from. */
async function freezeInTransaction(name: (typeof zombies)[number]): Promise<void> {
  const { kills, platforms } = world;
  const [first, second] = platforms;
  const armed = await kills.arm(name, {
    ...{ of: 'transaction', step: 'produced', at: 2, signal: 'SIGSTOP' },
  });
  await until(`${armed.what} is reached`, () => armed.isDone(), 60_000);
  const begin = performance.now();
  await until(
    `the other ${name} has every task`,
    async () => (await runningTasks(second?.url(name) ?? '', name)).length === partitions,
    60_000,
  );
  tookOver.push(`${name} after ${Math.round(performance.now() - begin)} ms`);
  await sleep(Math.max(0, frozenMs - (performance.now() - begin)));
  first?.kill(name, 'SIGCONT');
  await until(
    `the frozen ${name} takes part again`,
    async () => (await runningTasks(first?.url(name) ?? '', name)).length === partitions / 2,
    60_000,
  );
}

beforeAll(async () => {
  world = await openWorld({ twice: zombies });
  const targets = balancedTargets(world);
  run = startRun({ world, targets });
  await until('it runs', () => run.load.paid.length > 10, 30_000);
  await Promise.all(zombies.map(freezeInTransaction));
  for (const name of zombies)
    logs.set(name, await readFile(world.platform.process(name).logFile, 'utf8'));
  finished = await run.finish();
  targets.close();
}, 240_000);

afterAll(async () => {
  await run.close();
  await world.close();
}, 60_000);

describe('a process that was frozen while another took over is fenced, and doubles nothing', () => {
  it.each(zombies)('%s woke up, and was told that it is not its any more', (name) => {
    expect(logs.get(name)).toMatch(/fenced|put out/i);
  });

  it('everything holds', () => {
    tell('taken over', tookOver);
    tell('finished', finished);
    expect(finished.violations).toEqual([]);
  });
});

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { invariant } from '@plumbline/kernel';
import { runningTasks } from '../world/tasks.ts';
import type { World } from '../world/world.ts';
import { partitions, secondInstances, until } from '../world/world.ts';
import type { IntegrityPromise } from './promise.ts';
import { servedAgain } from './served-again.ts';

const zombies = ['orders', 'payments'] as const;
/** Twice a session: the other instance has long taken over when it wakes up. */
const frozenMs = 12_000;

/** Frozen with a transaction open and its EndTxn not yet sent: the worst moment to wake up from. */
async function freezeInTransaction(world: World, name: (typeof zombies)[number]): Promise<number> {
  const { kills, platform } = world;
  const other = (await secondInstances(world)).url(name);
  const runs = async (url: string) => (await runningTasks(url, name)).length;
  await until('both have a share', async () => (await runs(other)) === partitions / 2, 60_000);
  const { logFile } = platform.process(name);
  const before = (await readFile(logFile, 'utf8')).length;
  const armed = await kills.arm(name, {
    ...{ of: 'transaction', step: 'produced', at: 2, signal: 'SIGSTOP' },
  });
  await until(`${armed.what} is reached`, () => armed.isDone(), 60_000);
  const begin = performance.now();
  await until(`the other has every task`, async () => (await runs(other)) === partitions, 60_000);
  const tookOverMs = Math.round(performance.now() - begin);
  await sleep(Math.max(0, frozenMs - (performance.now() - begin)));
  platform.kill(name, 'SIGCONT');
  await until(
    `the frozen ${name} takes part again`,
    async () => (await runs(platform.url(name))) === partitions / 2,
    60_000,
  );
  const said = (await readFile(logFile, 'utf8')).slice(before);
  invariant(/fenced|put out/i.test(said), `${name} was not told that it was given up`);
  return tookOverMs;
}

export const frozenProcess: IntegrityPromise = {
  title: 'A process that was frozen while another took over is fenced, and doubles nothing',
  async keep(run) {
    await (await secondInstances(run.world)).ready();
    const tookOverMs = await Promise.all(
      zombies.map((name) => freezeInTransaction(run.world, name)),
    );
    return { freezes: zombies.length, tookOverMs, servedAfterMs: await servedAgain(run) };
  },
};

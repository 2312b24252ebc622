import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Armed } from './faults/kill-plan.ts';
import { stepKills } from './faults/steps.ts';
import type { Finished, Run } from './world/run.ts';
import { startRun } from './world/run.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import { openWorld, until } from './world/world.ts';

/** Later than the first: a process that has just started has less to lose. */
const occurrence = 3;
/** A killed member is waited for by its group for a session, 6 s; then its task restores. */
const eachWithinMs = 60_000;
let world: World;
let run: Run;
let finished: Finished;
const carriedOut: string[] = [];

/** One process after the other would take minutes: each has its own row of kills. */
async function killAtEachStep(): Promise<void> {
  const names = [...new Set(stepKills.map(({ name }) => name))];
  const begin = performance.now();
  await Promise.all(
    names.map(async (name) => {
      for (const kill of stepKills.filter((each) => each.name === name)) {
        const armed: Armed = await world.kills.arm(name, { at: occurrence, ...kill });
        await until(`${armed.what} is reached`, () => armed.isDone(), eachWithinMs);
        carriedOut.push(`${armed.what} (${Math.round(performance.now() - begin)})`);
      }
    }),
  );
}

beforeAll(async () => {
  world = await openWorld();
  run = startRun({ world });
  await killAtEachStep();
  await world.platform.ready();
  finished = await run.finish();
}, 240_000);

afterAll(async () => {
  await run.close();
  await world.close();
}, 60_000);

describe('processes killed without warning, at every labelled step, lose nothing and repeat nothing', () => {
  it('dies at each of them', () => {
    tell('kills', carriedOut);
    expect(carriedOut).toHaveLength(stepKills.length);
  });

  it('each command has one outcome, each outcome its events, each event its cause, and whoever was answered finds it in the log', () => {
    tell('finished', finished);
    expect(finished.violations).toEqual([]);
    expect(finished.paid).toBeGreaterThan(50);
  });
});

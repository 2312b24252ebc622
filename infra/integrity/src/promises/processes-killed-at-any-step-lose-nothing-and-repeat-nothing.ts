import { stepKills } from '../faults/steps.ts';
import { until } from '../world/world.ts';
import type { IntegrityPromise } from './promise.ts';

/** Later than the first: a process that has just started has less to lose. */
const occurrence = 3;
/** A killed member is waited for by its group for a session, 6 s; then its task restores. */
const eachWithinMs = 90_000;

export const killedProcesses: IntegrityPromise = {
  title:
    'Processes killed without warning, at every labelled step, lose nothing and repeat nothing: each command has one outcome, each outcome its events, each event its cause',
  async keep({ world }) {
    const done: string[] = [];
    const names = [...new Set(stepKills.map(({ name }) => name))];
    // One process after the other would take minutes: each has its own row of kills.
    await Promise.all(
      names.map(async (name) => {
        for (const kill of stepKills.filter((each) => each.name === name)) {
          const armed = await world.kills.arm(name, { at: occurrence, ...kill });
          await until(`${armed.what} is reached`, () => armed.isDone(), eachWithinMs);
          done.push(armed.what);
        }
      }),
    );
    await world.platform.ready();
    return { kills: done.length, at: done };
  },
};

import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startLanes } from './lanes.ts';
import { nothing, type Outcome } from './outcome.ts';

const passed = (count: number): Outcome => ({ ...nothing, passed: count });

/** Two lanes whose parts end when they are told to. */
function lanesByHand() {
  const begun: string[] = [];
  const ends = new Map<string, (outcome: Outcome | Error) => void>();
  const part = (name: string) => (lane: number) => {
    begun.push(`${name} ${lane}`);
    return new Promise<Outcome>((resolve, reject) =>
      ends.set(`${name} ${lane}`, (end) => (end instanceof Error ? reject(end) : resolve(end))),
    );
  };
  const lanes = startLanes({ count: 2, first: part('first'), second: part('second') });
  const end = async (what: string, outcome: Outcome | Error) => {
    ends.get(what)?.(outcome);
    await turn();
  };
  return { begun, end, lanes };
}

it('begins the second part of a lane when its first has ended, whatever the other lane does', async () => {
  const { begun, end, lanes } = lanesByHand();
  expect(begun).toEqual(['first 0', 'first 1']);
  await end('first 1', passed(3));
  expect(begun).toEqual(['first 0', 'first 1', 'second 1']);
  await lanes.secondBegins;
  await end('second 1', passed(1));
  await end('first 0', passed(4));
  expect(begun.at(-1)).toBe('second 0');
  await end('second 0', passed(1));
  expect([await lanes.first, await lanes.second]).toEqual([passed(7), passed(2)]);
});

it('counts what is thrown as a failure of its part, and goes on', async () => {
  const { begun, end, lanes } = lanesByHand();
  await end('first 0', new Error('no servers'));
  await end('first 1', passed(2));
  expect(begun).toHaveLength(4);
  await end('second 0', passed(1));
  await end('second 1', new Error('no browser'));
  const first = { what: 'lane 1', message: 'no servers' };
  const second = { what: 'lane 2', message: 'no browser' };
  expect(await lanes.first).toEqual({ ...passed(2), failures: [first] });
  expect(await lanes.second).toEqual({ ...passed(1), failures: [second] });
});

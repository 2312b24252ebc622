import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';

it('gives one turn in a round of the event loop, however many wait', async () => {
  const seen: string[] = [];
  const worker = async (name: string) => {
    await systemClock.turn();
    seen.push(name);
    setImmediate(() => seen.push(`after ${name}`));
  };
  await Promise.all([worker('first'), worker('second'), worker('third')]);
  await systemClock.turn();
  // What one sets to run in the next round runs after the one whose turn that is.
  expect(seen).toEqual(['first', 'second', 'after first', 'third', 'after second', 'after third']);
});

it('goes on after a pause', async () => {
  await systemClock.turn();
  await new Promise((resolve) => setTimeout(resolve, 5));
  let isOver = false;
  void systemClock.turn().then(() => {
    isOver = true;
  });
  expect(isOver).toBe(false);
  await systemClock.turn();
  expect(isOver).toBe(true);
});

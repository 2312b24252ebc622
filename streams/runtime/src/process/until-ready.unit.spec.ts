import { expect, it } from 'vitest';
import type { Waiting } from './until-ready.ts';
import { untilReady } from './until-ready.ts';

const lookMs = 1;

/** A process that is ready once it was looked at so often. */
function begins(looks: number) {
  let left = looks;
  const health = {
    postgres: () => ({ ok: true }),
    'topology changes': () => {
      left -= 1;
      return { ok: left <= 0, detail: `${left} to go` };
    },
    broken: () => {
      if (left > 0) throw new Error('no');
      return { ok: true };
    },
  };
  return health;
}

it('says nothing of a process that is ready in time', async () => {
  const told: Waiting[] = [];
  const { signal } = new AbortController();
  const options = { health: begins(3), lookMs, tellMs: 60_000, signal };
  expect(await untilReady({ ...options, onWaiting: (each) => told.push(each) })).toBe(true);
  expect(told).toEqual([]);
});

it('says what it waits for, and again, as long as it does', async () => {
  const told: Waiting[] = [];
  const { signal } = new AbortController();
  const options = { health: begins(4), lookMs, tellMs: 0, signal };
  expect(await untilReady({ ...options, onWaiting: (each) => told.push(each) })).toBe(true);
  const waitsFor = [3, 2, 1].map((left) => ({
    'topology changes': `${left} to go`,
    broken: 'no',
  }));
  expect(told.map((each) => each.waitsFor)).toEqual(waitsFor);
});

it('ends when the process does, ready or not', async () => {
  const stopping = new AbortController();
  const options = { health: { never: () => ({ ok: false }) }, lookMs, tellMs: 0 };
  let told = 0;
  const isReady = await untilReady({
    ...{ ...options, signal: stopping.signal },
    onWaiting({ waitsFor }) {
      expect(waitsFor).toEqual({ never: 'no reason given' });
      told += 1;
      if (told === 2) stopping.abort();
    },
  });
  expect([isReady, told]).toEqual([false, 2]);
});

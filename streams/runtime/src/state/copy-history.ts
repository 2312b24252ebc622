import type { ChangelogEntry, Checkpoint } from './local-store.ts';

/** A history that two processes can know without telling each other: what its n-th write is. */
export const historyTask = { topology: 'history', partition: 0 };

export const checkpointOfStep = (step: number): Checkpoint => ({
  incarnation: 'history',
  offset: BigInt(step),
  atMs: step,
});

const entriesPerStep = 40;
const keys = 400;

/** Puts and deletes, some of them long; 40 of 400 keys, so that pages split and are freed. */
export function entriesOfStep(step: number): readonly ChangelogEntry[] {
  return Array.from({ length: entriesPerStep }, (_, at) => {
    const n = (step * 7919 + at * 104_729) % keys;
    const key = `s/store/${n % 50 === 0 ? 'long'.repeat(500) : ''}${n}`;
    if ((step + at) % 5 === 0) return { key, value: null };
    return { key, value: Buffer.alloc((n * 37) % 3_000, `${step}-${at}.`) };
  });
}

/** What is there after so many steps. */
export function stateAfter(steps: number): ReadonlyMap<string, Buffer> {
  const state = new Map<string, Buffer>();
  for (let step = 1; step <= steps; step += 1)
    for (const { key, value } of entriesOfStep(step)) {
      if (value === null) state.delete(key);
      else state.set(key, value);
    }
  return state;
}

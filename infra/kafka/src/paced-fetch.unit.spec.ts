import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { busyPace } from './limits.ts';
import { createMemoryLog } from './memory/memory-log.ts';
import type { Pace } from './paced-fetch.ts';
import { pacedFetch } from './paced-fetch.ts';

const at = { topic: 'in', partition: 0 };

/** A fetch that brings so many records at once, on a thread that is so busy; how long it waited. */
async function waitedMs(brought: number, busy: number, pace: Pace): Promise<number> {
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep(ms) {
      nowMs += ms;
      return Promise.resolve();
    },
    turn: () => Promise.resolve(),
    busy: () => busy,
  };
  const log = createMemoryLog({ topics: [{ name: 'in', partitions: 1 }] });
  const from = [{ ...at, offset: 0n }];
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  const fetch = pacedFetch(reader, pace, clock);
  for (let n = 0; n < brought; n += 1)
    log.appendRaw({ ...at, key: null, value: Buffer.from('x'), headers: {} });
  await fetch({ maxWaitMs: 1 });
  await fetch({ maxWaitMs: 1 });
  await reader.close();
  await log.close();
  return nowMs;
}

it.each([
  ['with time to spare: as it is told', 3, 0.75, 10, 10],
  ['with half of the rest gone', 3, 0.875, 10, busyPace.mostMs / 2],
  ['without any time to spare', 3, 1, 10, busyPace.mostMs],
  ['never less than it is told', 3, 1, 400, 400],
  ['not where much is brought', busyPace.littleRecords, 1, 0, 0],
  ['not where nothing is brought', 0, 1, 10, 0],
] as const)('waits on a busy thread: %s', async (_how, brought, busy, paceMs, expected) => {
  expect(await waitedMs(brought, busy, { paceMs })).toBe(expected);
});

it('waits as long on a busy thread as it is told at most', async () => {
  expect(await waitedMs(3, 1, { paceMs: 0, busyMs: 40 })).toBe(40);
  expect(await waitedMs(3, 0.875, { paceMs: 0, busyMs: 40 })).toBe(20);
});

it('waits between fetches only while records come, and brings every record', async () => {
  const log = createMemoryLog({ topics: [{ name: 'in', partitions: 1 }] });
  const reader = await log.openReader({
    from: [{ ...at, offset: 0n }],
    isolation: 'read_committed',
  });
  const fetch = pacedFetch(reader, { paceMs: 400 });
  const append = () => log.appendRaw({ ...at, key: null, value: Buffer.from('x'), headers: {} });
  const timed = async (): Promise<{ records: number; ms: number }> => {
    const startedAt = performance.now();
    const [fetched] = await fetch({ maxWaitMs: 5 });
    return { records: fetched?.records.length ?? 0, ms: performance.now() - startedAt };
  };
  append();
  expect((await timed()).records).toBe(1);
  append();
  append();
  const paced = await timed();
  expect(paced.records).toBe(2);
  expect(paced.ms).toBeGreaterThan(250);
  expect((await timed()).records).toBe(0);
  await sleep(1);
  append();
  const afterIdle = await timed();
  expect(afterIdle.records).toBe(1);
  expect(afterIdle.ms).toBeLessThan(250);
  await reader.close();
  await log.close();
});

import { describe, expect, it } from 'vitest';
import { openLoop } from './open-loop.ts';

/** A clock that only sleeping moves; what comes due meanwhile happens in its order. */
function virtualTime() {
  let now = 0;
  const due: { readonly atMs: number; readonly run: () => void }[] = [];
  const sleep = async (ms: number): Promise<void> => {
    const until = now + ms;
    for (;;) {
      due.sort((a, b) => a.atMs - b.atMs);
      const next = due[0];
      if (next === undefined || next.atMs > until) break;
      due.shift();
      now = next.atMs;
      next.run();
      await Promise.resolve().then(() => Promise.resolve());
    }
    now = until;
  };
  const after = (ms: number) =>
    new Promise<void>((resolve) => due.push({ atMs: now + ms, run: resolve }));
  return { nowMs: () => now, sleep, after };
}

describe('an open loop', () => {
  it('sends at its rate however slow the answers are', async () => {
    const time = virtualTime();
    const sentAt: number[] = [];
    const load = openLoop({
      ...{ perSecond: 100, count: 5, inFlightMax: 100, nowMs: time.nowMs, sleep: time.sleep },
      send: async () => {
        sentAt.push(time.nowMs());
        await time.after(1_000);
        return null;
      },
    });
    await new Promise((resolve) => setImmediate(resolve));
    await time.sleep(2_000);
    const samples = await load;
    expect(sentAt).toEqual([0, 10, 20, 30, 40]);
    expect(samples.map(({ latencyMs }) => latencyMs)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
  });

  it('counts the wait of a request that could not be sent when it was due', async () => {
    let now = 0;
    const samples = await openLoop({
      ...{ perSecond: 100, count: 3, inFlightMax: 100, nowMs: () => now },
      // The process itself is held up for 25 ms after the first sleep.
      sleep: (ms) => Promise.resolve((now += ms + 25)),
      send: () => Promise.resolve(null),
    });
    expect(samples.map(({ lateMs }) => lateMs)).toEqual([0, 25, 15]);
    expect(samples.every(({ latencyMs, lateMs }) => latencyMs >= lateMs)).toBe(true);
  });

  it('says of what it did not send that it did not', async () => {
    let now = 0;
    let answer: () => void = () => undefined;
    const samples = openLoop({
      ...{ perSecond: 100, count: 3, inFlightMax: 1, nowMs: () => now },
      sleep: (ms) => Promise.resolve((now += ms)),
      send: () => new Promise((resolve) => (answer = () => resolve(null))),
    });
    await new Promise((resolve) => setImmediate(resolve));
    answer();
    expect((await samples).map(({ error }) => error)).toEqual([
      'not sent: too many under way',
      'not sent: too many under way',
      null,
    ]);
  });

  it('keeps the words of what went wrong', async () => {
    const samples = await openLoop({
      ...{ perSecond: 1_000, count: 2, inFlightMax: 10, nowMs: () => 0 },
      sleep: () => Promise.resolve(),
      send: (index) => Promise.resolve(index === 1 ? '503' : null),
    });
    expect(samples.map(({ error }) => error)).toEqual([null, '503']);
  });
});

import { silentLogger as logger } from '@plumbline/observability';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { UnknownTopic } from './errors.ts';
import { tailShownWithinMs } from './limits.ts';
import { createMemoryLog } from './memory/memory-log.ts';
import type { Tail } from './tail.ts';
import { openTail } from './tail.ts';

const topic = 'changes.events.v1';
const never = (): never => {
  throw new Error('nothing was written');
};

/** A log whose broker shows both partitions after so long. */
function openShownAfter(shownMs: number): Promise<Tail> {
  const log = createMemoryLog({ topics: [{ name: topic, partitions: 2 }] });
  const beganMs = performance.now();
  const whenShown = (): void => {
    if (performance.now() - beganMs < shownMs) throw new UnknownTopic(`no partition ${topic}-1`);
  };
  return openTail({
    ...{ logger, topic, partitions: 2, onRecord: never, onGap: never },
    log: {
      ends: async (at) => {
        if (at.partition === 1) whenShown();
        return log.ends(at);
      },
      openReader: (options) => log.openReader(options),
    },
  });
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

it('waits for partitions that brokers do not show yet', async () => {
  const opening = openShownAfter(1_000);
  await vi.advanceTimersByTimeAsync(1_200);
  const tail = await opening;
  expect([...tail.from]).toEqual([
    [0, 0n],
    [1, 0n],
  ]);
  await tail.close();
});

it('says which are missing when they do not come', async () => {
  const opening = openShownAfter(tailShownWithinMs * 2);
  const refused = expect(opening).rejects.toBeInstanceOf(UnknownTopic);
  await vi.advanceTimersByTimeAsync(tailShownWithinMs + 200);
  await refused;
});

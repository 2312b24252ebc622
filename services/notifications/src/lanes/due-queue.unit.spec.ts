import { createRandom } from '@plumbline/runtime/simulation';
import { describe, expect, it } from 'vitest';
import type { LaneItem } from './due-queue.ts';
import { createDueQueue } from './due-queue.ts';

describe('a queue by due time', () => {
  it('keeps the order of due times and then of keys, whatever comes and goes', () => {
    const random = createRandom(3);
    const queue = createDueQueue<LaneItem>();
    const all = new Set<LaneItem>();
    for (let step = 0; step < 2_000; step += 1) {
      if (random.chance(0.6)) {
        const item = { key: `k${random.int(50)}`, dueMs: random.int(20), isFirst: false };
        queue.add(item);
        all.add(item);
      } else {
        const item = random.pick([...all, { key: 'k', dueMs: 1, isFirst: true }]);
        expect(queue.remove(item)).toBe(all.delete(item));
      }
    }
    const text = ({ dueMs, key }: LaneItem): string => `${String(dueMs).padStart(3, '0')} ${key}`;
    const sorted = [...all].map(text).sort();
    expect(queue.items().map(text)).toEqual(sorted);
    expect([queue.first(), queue.last()].map((item) => item && text(item))).toEqual([
      ...[sorted[0], sorted.at(-1)],
    ]);
    expect(queue.size()).toBe(all.size);
  });
});

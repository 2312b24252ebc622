import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTimerQueue } from './timer-queue.ts';

it('gives timers by due time, key and name, whatever was set, moved and cancelled before', () => {
  const action = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    name: fc.constantFrom('x', 'y'),
    dueMs: fc.nat(20),
    cancel: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const queue = createTimerQueue();
      const model = new Map<string, { key: string; name: string; dueMs: number }>();
      for (const { key, name, dueMs, cancel } of actions) {
        if (cancel) {
          queue.cancel(key, name);
          model.delete(key + name);
        } else {
          queue.set({ key, name, dueMs });
          model.set(key + name, { key, name, dueMs });
        }
        expect(queue.size).toBe(model.size);
      }
      const expected = [...model.values()].sort(
        (a, b) => a.dueMs - b.dueMs || (a.key + a.name < b.key + b.name ? -1 : 1),
      );
      const found = [];
      for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
        found.push(next);
        queue.cancel(next.key, next.name);
      }
      expect(found).toEqual(expected);
    }),
  );
});

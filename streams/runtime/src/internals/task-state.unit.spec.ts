import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTaskState } from './task-state.ts';

const stores = [{ name: 'values' }];

/** A changelog as compaction leaves it: the newest record of each key, tombstones perhaps gone. */
function compacted(
  entries: readonly { key: string; value: Buffer | null }[],
  dropTombstones: boolean,
) {
  const newest = new Map<string, Buffer | null>();
  for (const { key, value } of entries) {
    newest.delete(key);
    newest.set(key, value);
  }
  return [...newest]
    .filter(([, value]) => value !== null || !dropTombstones)
    .map(([key, value]) => ({ key: Buffer.from(key), value }));
}

describe('a task state', () => {
  it('restores to what it was, from a changelog compacted at any point', () => {
    const action = fc.record({
      kind: fc.constantFrom('set', 'delete', 'timer', 'cancel', 'flush'),
      key: fc.constantFrom('main/H1', 'main/H/2', 'x'),
      amount: fc.bigInt({ min: 0n, max: 1n << 60n }),
      dueMs: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), fc.boolean(), (actions, drop) => {
        const state = createTaskState(stores);
        const log: { key: string; value: Buffer | null }[] = [];
        for (const { kind, key, amount, dueMs } of actions) {
          if (kind === 'set') state.set('values', key, { amount, text: '$n' });
          if (kind === 'delete') state.delete('values', key);
          if (kind === 'timer') state.setTimer({ key, name: 'due', dueMs });
          if (kind === 'cancel') state.cancelTimer(key, 'due');
          if (kind === 'flush') log.push(...state.takeChanges());
        }
        log.push(...state.takeChanges());
        const restored = createTaskState(stores);
        for (const record of compacted(log, drop)) restored.restore(record);
        const sorted = (s: typeof state) => new Map([...s.entries('values')].sort());
        expect(sorted(restored)).toEqual(sorted(state));
        const timers = (s: typeof state) => new Set(s.timers.values());
        expect(timers(restored)).toEqual(timers(state));
      }),
    );
  });

  it('writes each changed key once, with its newest value', () => {
    const state = createTaskState(stores);
    state.set('values', 'k', 1);
    state.set('values', 'k', 2);
    state.setPosition('in', { incarnation: 'i', offset: 7n, timeMs: 3 });
    state.park('in', 'k', { offset: 5n, reason: 'MAGIC_BYTE' });
    expect(state.takeChanges().map(({ key, value }) => [key, value?.toString()])).toEqual([
      ['s/values/k', '2'],
      ['p/in', '{"incarnation":"i","offset":"7","timeMs":3}'],
      ['k/in/k', '{"offset":"5","reason":"MAGIC_BYTE"}'],
    ]);
    expect(state.takeChanges()).toEqual([]);
  });

  it('refuses a changelog entry that it does not understand', () => {
    const state = createTaskState(stores);
    expect(() => state.restore({ key: Buffer.from('z/x'), value: null })).toThrow('unknown');
    expect(() => state.restore({ key: Buffer.from('s/other/x'), value: null })).toThrow('other');
  });
});

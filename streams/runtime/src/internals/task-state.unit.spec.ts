import { InvariantViolation } from '@plumbline/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangelogEntry, LocalStore } from '../state/local-store.ts';
import { createMemoryLocalStore } from '../state/memory-local-store.ts';
import type { TaskState } from './task-state.ts';
import { createTaskState } from './task-state.ts';

const stores = [{ name: 'values' }];

/** A changelog as compaction leaves it: the newest record of each key, tombstones perhaps gone. */
function compacted(entries: readonly ChangelogEntry[], dropTombstones: boolean): ChangelogEntry[] {
  const newest = new Map<string, Buffer | null>();
  for (const { key, value } of entries) {
    newest.delete(key);
    newest.set(key, value);
  }
  return [...newest]
    .filter(([, value]) => value !== null || !dropTombstones)
    .map(([key, value]) => ({ key, value }));
}

function keep(local: LocalStore, entries: readonly ChangelogEntry[]): void {
  const from = local.checkpoint();
  const to = { incarnation: 'i', offset: (from?.offset ?? 0n) + 1n, atMs: 0 };
  void local.write(entries, { from, to });
}

const open = (local: LocalStore = createMemoryLocalStore()): TaskState =>
  createTaskState({ stores, local });

/** Everything that a state holds, comparable. */
const shown = (state: TaskState) => ({
  values: new Map([...state.entries('values')].sort()),
  timers: new Set(state.timers.values()),
  position: state.position('in'),
  parked: state.parked('in', 'k'),
});

/** Deletions of timers that do not stand. */
function takenAwayUnset(log: readonly ChangelogEntry[]): readonly string[] {
  const set = new Set<string>();
  return log
    .filter(({ key }) => key.startsWith('t/'))
    .filter(({ key, value }) => {
      if (value === null) return !set.delete(key);
      set.add(key);
      return false;
    })
    .map(({ key }) => key);
}

const action = fc.record({
  kind: fc.constantFrom('set', 'delete', 'timer', 'cancel', 'position', 'park', 'unpark'),
  key: fc.constantFrom('main/H1', 'main/H/2', 'x'),
  amount: fc.bigInt({ min: 0n, max: 1n << 60n }),
  dueMs: fc.integer({ min: 1, max: 9 }),
});

type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

function act(state: TaskState, { kind, key, amount, dueMs }: Action): void {
  const values = state.store('values');
  if (kind === 'set') values.set(key, { amount, text: '$n' });
  if (kind === 'delete') values.delete(key);
  if (kind === 'timer') state.setTimer({ key, name: 'due', dueMs });
  if (kind === 'cancel') state.cancelTimer(key, 'due');
  if (kind === 'position') {
    state.setPosition('in', { incarnation: 'i', offset: amount, timeMs: dueMs });
  }
  if (kind === 'park') state.park('in', 'k', { offset: amount, reason: key, last: null });
  if (kind === 'unpark') state.unpark('in', 'k');
}

describe('a task state', () => {
  it('is the same from a changelog compacted at any point, and while copies are written late', () => {
    const steps = fc.array(
      fc.record({ action, end: fc.constantFrom('step', 'flush', 'store', 'undo') }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, fc.boolean(), (history, drop) => {
        const local = createMemoryLocalStore();
        const state = open(local);
        const log: ChangelogEntry[] = [];
        const late: ChangelogEntry[][] = [];
        for (const { action: next, end } of history) {
          const before = shown(state);
          state.begin();
          act(state, next);
          if (end === 'undo') {
            state.undo();
            expect(shown(state)).toEqual(before);
          }
          if (end === 'flush' || end === 'store') {
            const changes = state.takeChanges();
            log.push(...changes);
            late.push(changes);
          }
          const oldest = end === 'store' ? late.shift() : undefined;
          if (oldest !== undefined) {
            keep(local, oldest);
            state.stored(oldest);
          }
        }
        log.push(...state.takeChanges());
        const restored = createMemoryLocalStore();
        keep(restored, compacted(log, drop));
        expect(shown(open(restored))).toEqual(shown(state));
        expect(takenAwayUnset(log)).toEqual([]);
      }),
    );
  });

  it('writes nothing of a timer that one batch sets and takes away', () => {
    const state = open();
    const timer = { key: 'main/H1', name: 'due' };
    state.setTimer({ ...timer, dueMs: 5 });
    state.cancelTimer('main/H1', 'due');
    expect(state.takeChanges()).toEqual([]);
    state.setTimer({ ...timer, dueMs: 5 });
    state.setTimer({ ...timer, dueMs: 6 });
    expect(state.takeChanges().map(({ key }) => key)).toEqual(['t/000000000000006/main/H1/due']);
    state.cancelTimer('main/H1', 'due');
    state.setTimer({ ...timer, dueMs: 6 });
    state.cancelTimer('main/H1', 'due');
    expect(state.takeChanges()).toEqual([{ key: 't/000000000000006/main/H1/due', value: null }]);
  });

  it('writes each changed key once, with its newest value', () => {
    const state = open();
    state.store('values').set('k', 1);
    state.store('values').set('k', 2);
    state.setPosition('in', { incarnation: 'i', offset: 7n, timeMs: 3 });
    state.park('in', 'k', { offset: 5n, reason: 'MAGIC_BYTE', last: 5n });
    expect(state.takeChanges().map(({ key, value }) => [key, value?.toString()])).toEqual([
      ['s/values/k', '2'],
      ['p/in', '{"incarnation":"i","offset":"7","timeMs":3}'],
      ['k/in/k', '{"offset":"5","reason":"MAGIC_BYTE","last":"5"}'],
    ]);
    expect(state.takeChanges()).toEqual([]);
  });

  it('refuses a store that its topology does not name', () => {
    expect(() => open().store('other')).toThrow('other');
  });
});

describe('state that cannot be read', () => {
  it('stops the task, since no record is at fault', () => {
    const local = createMemoryLocalStore();
    keep(local, [{ key: 's/values/k', value: Buffer.from('{') }]);
    expect(() => open(local).store('values').get('k')).toThrow(InvariantViolation);
  });
});

describe('a waiting record that was read', () => {
  it('is what it was changed to, and not what was read before', () => {
    const state = open();
    const record = { topic: 'in', partition: 0, offset: 5n, timestampMs: 1, key: null };
    const waiting = { timeMs: 1, incarnation: 'i', isCut: false, previous: 4n };
    const whole = { record: { ...record, value: null, headers: {} }, ...waiting };
    state.setParkedRecord('in', 5n, whole);
    state.takeChanges();
    expect(state.parkedRecord('in', 5n)?.previous).toBe(4n);
    state.setParkedRecord('in', 5n, { ...whole, previous: null });
    state.takeChanges();
    expect(state.parkedRecord('in', 5n)?.previous).toBeNull();
  });
});

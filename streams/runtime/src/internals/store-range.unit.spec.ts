import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalStore } from '../state/local-store.ts';
import { createMemoryLocalStore } from '../state/memory-local-store.ts';
import type { Following, StoreFollower, StoreSource } from '../topology.ts';
import { NotTold } from '../topology.ts';
import { followStore } from './follow-store.ts';
import { createTaskState } from './task-state.ts';

const stores = [{ name: 'values' }, { name: 'values-2' }];
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A local copy that counts the entries that are read of it. */
function countingCopy() {
  const inner = createMemoryLocalStore();
  const read = { entries: 0 };
  const local: LocalStore = {
    ...inner,
    checkpoint: () => inner.checkpoint(),
    *entries(prefix, after) {
      for (const entry of inner.entries(prefix, after)) {
        read.entries += 1;
        yield entry;
      }
    },
  };
  return { local, read };
}

function openState(local: LocalStore) {
  const state = createTaskState({ stores, local });
  let batches = 0;
  return {
    ...state,
    /** A commit; what it changed stands beside the local copy until it is stored. */
    commit: () => {
      batches += 1;
      return state.takeChanges();
    },
    async keep(): Promise<void> {
      const entries = state.unstored();
      const to = { incarnation: 'i', offset: BigInt(batches), atMs: batches };
      expect(await local.write(entries, { from: local.checkpoint(), to })).toBe(true);
      state.stored(entries);
    },
  };
}

const key = fc.oneof(
  fc.integer({ min: 0, max: 25 }).map((number) => `e/${number}`),
  fc.constantFrom('', 'e', 'e/', 'f/1', 'e/é', 'e/\uFFFD', 'e/\u{1F600}', 'k'.repeat(3_000)),
);

const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ kind: fc.constant('set' as const), key, value: fc.integer() }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'commit' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'store' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo' as const), key }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      prefix: fc.constantFrom('', 'e/', 'e/1', 'f/', 'none'),
      after: fc.option(key, { nil: undefined }),
      limit: fc.integer({ min: 0, max: 30 }),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function play(steps: readonly Step[]): Promise<void> {
  const state = openState(createMemoryLocalStore());
  const model = new Map<string, number>();
  const values = state.store('values');
  for (const each of steps) {
    switch (each.kind) {
      case 'set':
        state.begin();
        values.set(each.key, each.value);
        state.store('values-2').set(each.key, 'of another store');
        model.set(each.key, each.value);
        break;
      case 'delete':
        state.begin();
        values.delete(each.key);
        model.delete(each.key);
        break;
      case 'commit':
        state.commit();
        break;
      case 'store':
        state.commit();
        await state.keep();
        break;
      case 'undo':
        state.begin();
        values.set(each.key, -1);
        state.undo();
        break;
      case 'ask': {
        const { prefix, after, limit } = each;
        const asked = { prefix, limit, ...(after === undefined ? {} : { after }) };
        const expected = [...model]
          .filter(([name]) => name.startsWith(prefix))
          .filter(([name]) => after === undefined || byBytes(name, after) > 0)
          .sort(([a], [b]) => byBytes(a, b))
          .slice(0, limit);
        expect(state.range('values', asked)).toEqual(expected);
      }
    }
  }
}

describe('a range of a store', () => {
  it('is that of a sorted map, over whatever is stored, committed, changed or undone', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 80 }), play), { numRuns: 300 });
  });

  it('reads about as many entries as it is asked for, of however many there are', async () => {
    const { local, read } = countingCopy();
    const state = openState(local);
    const nameOf = (at: number): string => `e/${String(at).padStart(5, '0')}`;
    for (let at = 0; at < 10_000; at += 1) state.store('values').set(nameOf(at), at);
    state.commit();
    await state.keep();
    state.store('values').delete(nameOf(5_001));
    state.store('values').set(nameOf(5_002), 'changed');
    read.entries = 0;
    const found = state.range('values', { prefix: 'e/', after: nameOf(5_000), limit: 3 });
    expect(found).toEqual([
      [nameOf(5_002), 'changed'],
      [nameOf(5_003), 5_003],
      [nameOf(5_004), 5_004],
    ]);
    expect(read.entries).toBeLessThanOrEqual(5);
  });
});

function following(start: Following['start'], knows?: Following['knows']) {
  const state = openState(createMemoryLocalStore());
  for (const name of ['a', 'b', 'c']) state.store('values').set(name, name.toUpperCase());
  state.commit();
  const told: (readonly [string, unknown])[] = [];
  const sources: StoreSource[] = [];
  const follower: StoreFollower = {
    changed: (name, value) => void told.push([name, value]),
    close: () => void told.push(['closed', null]),
  };
  const opened = followStore({
    following: {
      store: 'values',
      ...(start === undefined ? {} : { start }),
      ...(knows === undefined ? {} : { knows }),
      open: (_task, source) => {
        sources.push(source);
        return follower;
      },
    },
    task: { topology: 't', partition: 0, partitions: 1 },
    state,
    told: { say: ({ id }) => Promise.reject(new NotTold(id)) },
  });
  return { ...opened, state, told, source: sources[0] };
}

describe('a follower', () => {
  it.each([undefined, 'tell-all'] as const)('is told all at the start with %s', (start) => {
    expect(following(start).told).toEqual([
      ['a', 'A'],
      ['b', 'B'],
      ['c', 'C'],
    ]);
  });

  it('that asks by itself is told nothing at the start, and each later change', () => {
    const { state, told, source, folded, committed, awaitsCommit } = following('ask');
    folded();
    expect(told).toEqual([]);
    expect(source?.range({ prefix: '', limit: 2 })).toEqual([
      ['a', 'A'],
      ['b', 'B'],
    ]);
    expect(source?.range({ prefix: '', after: 'b', limit: 2 })).toEqual([['c', 'C']]);
    state.store('values').delete('b');
    state.store('values').set('d', 'D');
    // What the batch at hand has changed shows at once, and is told at its end.
    expect(source?.range({ prefix: '', after: 'a', limit: 9 })).toEqual([
      ['c', 'C'],
      ['d', 'D'],
    ]);
    expect(told).toEqual([]);
    expect(awaitsCommit()).toBe(false);
    committed();
    expect(told).toEqual([]);
    folded();
    expect(told).toEqual([
      ['b', undefined],
      ['d', 'D'],
    ]);
  });

  it('that may know only what is committed neither hears nor finds what is not', () => {
    const of = following('ask', 'committed');
    const { state, told, source, folded, committed, awaitsCommit } = of;
    expect(awaitsCommit()).toBe(false);
    for (const name of ['a', 'b', 'e', 'f']) state.store('values').set(name, `${name}!`);
    state.store('values').delete('c');
    folded();
    expect(told).toEqual([]);
    expect(awaitsCommit()).toBe(true);
    expect(source?.range({ prefix: '', limit: 9 })).toEqual([]);
    state.commit();
    committed();
    expect(awaitsCommit()).toBe(false);
    const values = [
      ['a', 'a!'],
      ['b', 'b!'],
      ['e', 'e!'],
      ['f', 'f!'],
    ];
    expect(told).toEqual([...values, ['c', undefined]]);
    expect(source?.range({ prefix: '', limit: 9 })).toEqual(values);
  });

  it('finds as many as it asks for behind what it may not know yet', () => {
    const { state, source, committed } = following('ask', 'committed');
    for (const name of ['d', 'e', 'f']) state.store('values').set(name, name);
    state.commit();
    committed();
    for (const name of ['a', 'c', 'd']) state.store('values').set(name, 'other');
    const found = (limit: number, after?: string) =>
      source
        ?.range({ prefix: '', limit, ...(after === undefined ? {} : { after }) })
        .map(([name]) => name);
    expect(found(2)).toEqual(['b', 'e']);
    expect(found(3)).toEqual(['b', 'e', 'f']);
    expect(found(9, 'b')).toEqual(['e', 'f']);
    expect(found(1, 'e')).toEqual(['f']);
  });

  it('finds nothing once it is closed, when the task has another state', () => {
    const { source, close, told } = following('ask');
    close();
    expect(source?.range({ prefix: '', limit: 9 })).toEqual([]);
    expect(told).toEqual([['closed', null]]);
  });
});

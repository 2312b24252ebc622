import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Memory, MemoryLimits } from './remembered.ts';
import { jsonBytesOf, nothingRemembered, recall, remember } from './remembered.ts';

const wide: MemoryLimits = { forMs: 1_000_000, countMax: 1_000, bytesMax: 1_000_000 };

const remembering = (
  facts: readonly (readonly [id: string, atMs: number, fact: string])[],
  limits: Partial<MemoryLimits> = {},
): Memory<string> =>
  facts.reduce<Memory<string>>(
    (memory, [id, atMs, fact]) => remember(memory, { id, atMs, fact }, { ...wide, ...limits }),
    nothingRemembered,
  );

const known = (memory: Memory<string>, ...ids: readonly string[]) =>
  ids.map((id) => recall(memory, id));

describe('what an aggregate remembers', () => {
  it('is the newest fact about each id, and nothing of others', () => {
    const memory = remembering([
      ['a', 1, 'one'],
      ['b', 2, 'two'],
      ['a', 3, 'three'],
    ]);
    expect(known(memory, 'a', 'b', 'c')).toEqual(['three', 'two', null]);
    expect(memory.entries).toHaveLength(2);
  });

  it('is forgotten after its time, which only a later fact tells', () => {
    const memory = remembering([['a', 0, 'old']], { forMs: 10 });
    expect(known(memory, 'a')).toEqual(['old']);
    const limits = { ...wide, forMs: 10 };
    const at9 = remember(memory, { id: 'b', atMs: 9, fact: 'new' }, limits);
    expect(known(at9, 'a', 'b')).toEqual(['old', 'new']);
    const at10 = remember(memory, { id: 'b', atMs: 10, fact: 'new' }, limits);
    expect(known(at10, 'a', 'b')).toEqual([null, 'new']);
  });

  it('is forgotten, the oldest first, where there is too much of it', () => {
    const facts = ['a', 'b', 'c', 'd'].map((id, atMs) => [id, atMs, id] as const);
    expect(known(remembering(facts, { countMax: 2 }), 'a', 'b', 'c', 'd')).toEqual([
      ...[null, null],
      ...['c', 'd'],
    ]);
    const [one] = remembering([['a', 0, 'a']]).entries;
    const bytesMax = 3 * (jsonBytesOf(one) + 1);
    expect(known(remembering(facts, { bytesMax }), 'a', 'b', 'c', 'd')).toEqual([
      null,
      ...['b', 'c', 'd'],
    ]);
  });

  it('takes the bytes that it says, however long ids and facts are, and never more than it may', () => {
    const facts = fc.array(fc.tuple(fc.string({ maxLength: 90 }), fc.string({ maxLength: 9 })));
    fc.assert(
      fc.property(facts, fc.integer({ min: 100, max: 500 }), (list, bytesMax) => {
        const memory = remembering(
          list.map(([id, fact], atMs) => [id, atMs, fact] as const),
          { bytesMax },
        );
        const brackets = memory.entries.length === 0 ? 2 : 1;
        expect(memory.bytes).toBe(jsonBytesOf(memory.entries) - brackets);
        expect(memory.bytes).toBeLessThanOrEqual(bytesMax);
        const [id, fact] = list.at(-1) ?? [];
        if (id !== undefined) expect(recall(memory, id)).toBe(fact);
      }),
    );
  });
});

it('counts a bigint as the codec of states writes it', () => {
  expect(jsonBytesOf({ amountMinor: 12n })).toBe('{"amountMinor":{"$n":"12"}}'.length);
});

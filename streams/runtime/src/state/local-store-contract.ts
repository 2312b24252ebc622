import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChangelogEntry, Checkpoint, LocalStore, LocalStores } from './local-store.ts';

/** Local stores to hold against the contract. */
export interface LocalStoresHarness {
  /** A process's own, over the same copies each time. */
  openStores(): LocalStores;
  close(): Promise<void>;
}

export interface LocalStoreContractOptions {
  /** Random histories to run. */
  readonly histories: number;
}

const task = { topology: 'orders', partition: 0 };

export const checkpointAt = (offset: number, incarnation = 'log-1'): Checkpoint => ({
  incarnation,
  offset: BigInt(offset),
  atMs: 1_700_000_000_000 + offset,
});

export const put = (key: string, value: string | Buffer): ChangelogEntry => ({
  key,
  value: Buffer.from(value),
});

export const remove = (key: string): ChangelogEntry => ({ key, value: null });

/** Writes on from where the copy stands. */
export async function writeOn(
  store: LocalStore,
  entries: readonly ChangelogEntry[],
): Promise<Checkpoint> {
  const from = store.checkpoint();
  const to = checkpointAt(Number(from?.offset ?? 0n) + 1);
  expect(await store.write(entries, { from, to })).toBe(true);
  return to;
}

export const contentOf = (store: LocalStore, prefix = ''): readonly (readonly [string, string])[] =>
  [...store.entries(prefix)].map(([key, value]) => [key, value.toString('utf8')] as const);

/** Longer than LMDB's keys, and the same over more than what it keeps of them. */
const longKey = (ending: string, length = 3_000): string => `s/${'k'.repeat(length)}${ending}`;

export function describeLocalStoreContract(
  name: string,
  openHarness: () => Promise<LocalStoresHarness>,
  options: LocalStoreContractOptions,
): void {
  describe(name, () => {
    let harness: LocalStoresHarness;
    let stores: LocalStores;
    let store: LocalStore;

    beforeEach(async () => {
      harness = await openHarness();
      stores = harness.openStores();
      store = await stores.open(task);
    });

    afterEach(async () => {
      await stores.close();
      await harness.close();
    });

    it('is empty at first', () => {
      expect(store.checkpoint()).toBe(null);
      expect(store.get('s/a')).toBe(undefined);
      expect(contentOf(store)).toEqual([]);
    });

    it('shows what was written, and the checkpoint with it', async () => {
      await writeOn(store, [put('a', '1'), put('b', '2'), put('c', '3')]);
      const to = await writeOn(store, [put('b', 'two'), remove('c'), remove('never')]);
      expect(store.checkpoint()).toEqual(to);
      expect(store.get('b')?.toString()).toBe('two');
      expect(store.get('c')).toBe(undefined);
      expect(contentOf(store)).toEqual([
        ['a', '1'],
        ['b', 'two'],
      ]);
    });

    it('takes the last of several entries with one key', async () => {
      await writeOn(store, [put('a', '1'), put('a', '2'), put('b', '1'), remove('b')]);
      expect(contentOf(store)).toEqual([['a', '2']]);
    });

    it('moves its checkpoint without an entry', async () => {
      const to = await writeOn(store, []);
      expect(store.checkpoint()).toEqual(to);
      expect(contentOf(store)).toEqual([]);
    });

    it.each([0, 1, 700, 4_096, 32_767, 32_768, 40_000, 1_000_000])(
      'keeps a value of %i bytes as it is',
      async (size) => {
        const value = Buffer.from(Array.from({ length: size }, (_, at) => (at * 31) % 256));
        await writeOn(store, [put('before', 'x'), put('it', value), put('later', 'y')]);
        expect(store.get('it')?.equals(value)).toBe(true);
        expect(store.get('it')?.length).toBe(size);
        expect([...store.entries('it')][0]?.[1].equals(value)).toBe(true);
        expect(contentOf(store, 'l')).toEqual([['later', 'y']]);
      },
    );

    it('gives values that stay what they were', async () => {
      const keys = Array.from({ length: 300 }, (_, at) => `key-${at}`);
      const sizes = [3, 700, 5_000, 50_000];
      const filled = (at: number) => Buffer.alloc(sizes[at % sizes.length] ?? 1, at % 256);
      await writeOn(
        store,
        keys.map((key, at) => put(key, filled(at))),
      );
      const kept = keys.map((key) => store.get(key));
      const listed = [...store.entries('key-')];
      await writeOn(
        store,
        keys.map((key) => put(key, 'overwritten')),
      );
      keys.forEach((key) => store.get(key));
      kept.forEach((value, at) => expect(value?.equals(filled(at))).toBe(true));
      for (const [key, value] of listed)
        expect(value.equals(filled(Number(key.slice('key-'.length))))).toBe(true);
    });

    it('lists what begins with a prefix, by the bytes of the keys', async () => {
      // U+1F600 comes before U+FFFD by its UTF-16 units, and after it by its bytes.
      const keys = ['', 'a', 'a/', 'a/\u{1F600}', 'a/\uFFFD', 'a/é', 'a/z', 'a0', 'b', 'Z'];
      await writeOn(
        store,
        keys.map((key) => put(key, `<${key}>`)),
      );
      const inOrder = ['', 'Z', 'a', 'a/', 'a/z', 'a/é', 'a/\uFFFD', 'a/\u{1F600}', 'a0', 'b'];
      expect(contentOf(store)).toEqual(inOrder.map((key) => [key, `<${key}>`]));
      expect(contentOf(store, 'a/').map(([key]) => key)).toEqual(inOrder.slice(3, 8));
      expect(contentOf(store, 'a/é').map(([key]) => key)).toEqual(['a/é']);
      expect(contentOf(store, 'none')).toEqual([]);
    });

    it('lists what is behind a key, whether that is there or not', async () => {
      const inOrder = ['Z', 'a', 'a/', 'a/b', 'a/c', 'a/\uFFFD', 'a/\u{1F600}', 'a0', 'b'];
      await writeOn(
        store,
        inOrder.map((key) => put(key, `<${key}>`)),
      );
      const behind = (prefix: string, after: string) =>
        [...store.entries(prefix, after)].map(([key]) => key);
      expect(behind('', 'Z')).toEqual(inOrder.slice(1));
      expect(behind('a/', 'a/b')).toEqual(['a/c', 'a/\uFFFD', 'a/\u{1F600}']);
      expect(behind('a/', 'a/bb')).toEqual(['a/c', 'a/\uFFFD', 'a/\u{1F600}']);
      expect(behind('a/', 'a/\uFFFD')).toEqual(['a/\u{1F600}']);
      expect(behind('a/', 'a/\u{1F600}')).toEqual([]);
      expect(behind('a/', '')).toEqual(inOrder.slice(2, 7));
      expect(behind('a/', 'a')).toEqual(inOrder.slice(2, 7));
      expect(behind('a/', 'a0')).toEqual([]);
      expect(behind('', 'b')).toEqual([]);
      for (const [key, value] of store.entries('a/', 'a/b')) {
        expect(value.toString()).toBe(`<${key}>`);
      }
    });

    it('reads from a place on without reading what stands before it', async () => {
      const keyOf = (at: number): string => `s/${String(at).padStart(6, '0')}`;
      const count = 20_000;
      await writeOn(
        store,
        Array.from({ length: count }, (_, at) => put(keyOf(at), String(at))),
      );
      // 2,000 pages of ten; one that read all that stands before it would look at 20 million entries.
      let after = '';
      let found = 0;
      for (let page = 0; page < count / 10; page += 1) {
        for (const [key] of store.entries('s/', after)) {
          after = key;
          found += 1;
          if (found % 10 === 0) break;
        }
      }
      expect(found).toBe(count);
      expect(after).toBe(keyOf(count - 1));
    });

    it('takes keys of any length, which keep their order', async () => {
      const keys = [
        ...[1_020, 1_021, 1_022, 1_023, 1_024, 1_977, 1_978, 1_979].map((n) => longKey('', n)),
        ...['', 'a', 'b', 'ba', 'é', '\u{1F600}'].map((ending) => longKey(ending)),
        longKey('', 50_000),
        `s/${'é'.repeat(700)}`,
      ];
      await writeOn(
        store,
        keys.map((key, at) => put(key, `value ${at}`)),
      );
      keys.forEach((key, at) => expect(store.get(key)?.toString()).toBe(`value ${at}`));
      const inOrder = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(contentOf(store, 's/').map(([key]) => key)).toEqual(inOrder);
      expect(contentOf(store, longKey('b')).map(([key]) => key)).toEqual([
        longKey('b'),
        longKey('ba'),
      ]);
      expect(store.get(longKey('c'))).toBe(undefined);
      for (const [at, key] of inOrder.entries()) {
        const behind = [...store.entries('s/', key)].map(([each]) => each);
        expect(behind).toEqual(inOrder.slice(at + 1));
      }
      await writeOn(
        store,
        keys.map((key) => remove(key)),
      );
      expect(contentOf(store)).toEqual([]);
    });

    it('writes nothing from a checkpoint that it does not stand at', async () => {
      await writeOn(store, [put('a', '1')]);
      const at = store.checkpoint();
      const wrong = [
        null,
        checkpointAt(7),
        checkpointAt(1, 'log-2'),
        { ...checkpointAt(1), atMs: 5 },
      ];
      for (const from of wrong) {
        const step = { from, to: checkpointAt(9) };
        expect(await store.write([put('a', 'x'), remove('a'), put('b', 'x')], step)).toBe(false);
      }
      expect(store.checkpoint()).toEqual(at);
      expect(contentOf(store)).toEqual([['a', '1']]);
      await writeOn(store, [put('b', '2')]);
    });

    it('writes nothing from a checkpoint while it is empty', async () => {
      const step = { from: checkpointAt(1), to: checkpointAt(2) };
      expect(await store.write([put('a', 'x')], step)).toBe(false);
      expect(store.checkpoint()).toBe(null);
      expect(contentOf(store)).toEqual([]);
    });

    it('refuses a second writer who stands where the first began', async () => {
      await writeOn(store, [put('a', '1')]);
      const other = await harness.openStores().open(task);
      const from = other.checkpoint();
      await writeOn(store, [put('a', 'first')]);
      expect(await other.write([put('a', 'x')], { from, to: checkpointAt(9) })).toBe(false);
      expect(contentOf(store)).toEqual([['a', 'first']]);
      await other.close();
      await writeOn(store, [put('b', 'on')]);
    });

    it('forgets everything when it is wiped, and goes on', async () => {
      const at = await writeOn(store, [put('a', '1'), put(longKey('x'), '2')]);
      await store.wipe();
      expect(store.checkpoint()).toBe(null);
      expect(store.get('a')).toBe(undefined);
      expect(contentOf(store)).toEqual([]);
      expect(await store.write([put('a', 'x')], { from: at, to: checkpointAt(9) })).toBe(false);
      await writeOn(store, [put('c', '3')]);
      expect(contentOf(store)).toEqual([['c', '3']]);
    });

    it('is found again by a task that starts over', async () => {
      const to = await writeOn(store, [put('a', '1')]);
      await store.close();
      const again = await stores.open(task);
      expect(again.checkpoint()).toEqual(to);
      expect(contentOf(again)).toEqual([['a', '1']]);
    });

    it('keeps tasks apart', async () => {
      const names = ['orders', 'orders-1', 'Orders', 'or/ders', '..', 'é'];
      const tasks = names.flatMap((topology) =>
        [0, 1, 11].map((p) => ({ topology, partition: p })),
      );
      const opened = await Promise.all(tasks.map((each) => stores.open(each)));
      for (const [at, each] of opened.entries()) await writeOn(each, [put('me', String(at))]);
      for (const [at, each] of opened.entries())
        expect(contentOf(each)).toEqual([['me', String(at)]]);
    });

    it('does what a map would do, over random histories', async () => {
      await fc.assert(
        fc.asyncProperty(historyArbitrary, (steps) => playHistory(stores, steps)),
        { numRuns: options.histories },
      );
    });
  });
}

type Step =
  | { readonly kind: 'write'; readonly entries: readonly ChangelogEntry[] }
  | { readonly kind: 'stale write'; readonly entries: readonly ChangelogEntry[] }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'wipe' };

const keyArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 30 }).map((n) => `s/store/${n}`) },
  { weight: 2, arbitrary: fc.constantFrom('', 't/', 't/0/é', '\u{1F600}', '\uFFFD', '\u0000') },
  { weight: 1, arbitrary: fc.constantFrom(...['', 'a', 'b'].map((end) => longKey(end))) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: 'grapheme' }) },
);

const entriesArbitrary = fc.array(
  fc.record({
    key: keyArbitrary,
    value: fc.option(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        fc.constantFrom(700, 3_000, 40_000).map((size) => Buffer.alloc(size, size % 251)),
      ),
    ),
  }),
  { maxLength: 25 },
);

const historyArbitrary: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: entriesArbitrary.map((entries) => ({ kind: 'write' as const, entries })),
    },
    {
      weight: 2,
      arbitrary: entriesArbitrary.map((entries) => ({ kind: 'stale write' as const, entries })),
    },
    { weight: 2, arbitrary: fc.constant({ kind: 'reopen' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'wipe' as const }) },
  ),
  { maxLength: 30 },
);

async function playHistory(stores: LocalStores, steps: readonly Step[]): Promise<void> {
  const played = { topology: 'played', partition: 0 };
  const model = new Map<string, Buffer>();
  let store = await stores.open(played);
  await store.wipe();
  for (const step of steps) {
    switch (step.kind) {
      case 'write':
        await writeOn(store, step.entries);
        for (const { key, value } of step.entries) {
          if (value === null) model.delete(key);
          else model.set(key, value);
        }
        break;
      case 'stale write': {
        const move = { from: checkpointAt(999), to: checkpointAt(1_000) };
        expect(await store.write(step.entries, move)).toBe(false);
        break;
      }
      case 'reopen':
        await store.close();
        store = await stores.open(played);
        break;
      case 'wipe':
        await store.wipe();
        model.clear();
    }
    expectModel(store, model);
  }
  await store.close();
}

function expectModel(store: LocalStore, model: ReadonlyMap<string, Buffer>): void {
  const inOrder = [...model].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(brief(store.entries(''))).toEqual(brief(inOrder));
  const stores = inOrder.filter(([key]) => key.startsWith('s/'));
  expect(brief(store.entries('s/'))).toEqual(brief(stores));
  for (const [at, [key, value]] of inOrder.entries()) {
    expect(store.get(key)?.equals(value)).toBe(true);
    if (at % 5 > 0) continue;
    expect(brief(store.entries('', key))).toEqual(brief(inOrder.slice(at + 1)));
  }
  expect(store.get('s/store/nobody')).toBe(undefined);
}

/** Digests, since comparing buffers byte by byte takes seconds. */
const brief = (entries: Iterable<readonly [string, Buffer]>): readonly string[] =>
  [...entries].map(([key, value]) => `${key} ${createHash('sha1').update(value).digest('base64')}`);

import { InvariantViolation, invariant } from '@plumbline/kernel';
import { limits } from '../limits.ts';
import type { StateCodec } from '../state-codec.ts';
import { jsonStateCodec } from '../state-codec.ts';
import type { KeyOrder } from '../state/key-order.ts';
import { createKeyOrder } from '../state/key-order.ts';
import type { ChangelogEntry, LocalStore } from '../state/local-store.ts';
import type { FiredTimer, StoreRange, StoreSpec } from '../topology.ts';
import type { Parked, ParkedRecord } from './parked.ts';
import { parkedCodec, parkedRecordCodec } from './parked.ts';
import type { Position } from './position.ts';
import { positionCodec } from './position.ts';
import { mergedRange } from './merged-range.ts';
import type { TimerQueue } from './timer-queue.ts';
import { createTimerQueue } from './timer-queue.ts';
import { createValueCache } from './value-cache.ts';

/** A store by name, with the prefix of its changelog keys. */
export interface StateStore {
  readonly name: string;
  readonly get: (key: string) => unknown;
  readonly set: (key: string, value: unknown) => void;
  readonly delete: (key: string) => void;
}

/**
 * Everything a task remembers: its local copy of what is committed, and on top of it what the batch
 * at hand has changed. A step that fails halfway is undone; after a failed transaction the whole of
 * it is thrown away and restored.
 *
 *   changed in this batch ─► committed, not yet in the local copy ─► cache of decoded values ─► local copy
 */
export interface TaskState {
  store(name: string): StateStore;
  /** Every value of a store, decoded. Slow: for tests. */
  entries(store: string): ReadonlyMap<string, unknown>;
  /** Some of them, by the bytes of their keys, without reading the others. */
  range(store: string, of: StoreRange): readonly (readonly [key: string, value: unknown])[];
  readonly timers: TimerQueue;
  setTimer(timer: FiredTimer): void;
  cancelTimer(key: string, name: string): void;
  position(topic: string): Position | undefined;
  /** All of them, as they are now. */
  positions(): ReadonlyMap<string, Position>;
  setPosition(topic: string, position: Position): void;
  parked(topic: string, key: string): Parked | undefined;
  park(topic: string, key: string, parked: Parked): void;
  unpark(topic: string, key: string): void;
  readonly parkedCount: number;
  parkedRecord(topic: string, offset: bigint): ParkedRecord | undefined;
  setParkedRecord(topic: string, offset: bigint, record: ParkedRecord | null): void;
  /** Keys of a store that may have changed since the last call; watched from the first call on. */
  takeTouched(store: string): readonly string[];
  /** Whether the next call of that names the key. */
  isTouched(store: string, key: string): boolean;
  touchedCount(store: string): number;
  /** Begins a step: what follows can be undone until the next one begins. */
  begin(): void;
  undo(): void;
  /** What changed since the last call, each key once, in the order of first change. */
  takeChanges(): ChangelogEntry[];
  /** What is committed and not yet in the local copy; not while a batch is being committed. */
  unstored(): readonly ChangelogEntry[];
  readonly unstoredCount: number;
  /** These entries are in the local copy now. */
  stored(entries: readonly ChangelogEntry[]): void;
}

/** A value that the batch at hand changed; undefined when it deleted it. */
interface Change {
  readonly codec: StateCodec<unknown>;
  readonly value: unknown;
}

const dueDigits = 15;
const timerKey = (t: FiredTimer): string =>
  `t/${String(t.dueMs).padStart(dueDigits, '0')}/${t.key}/${t.name}`;

function parseTimerKey(text: string): FiredTimer {
  const due = text.slice(2, 2 + dueDigits);
  const nameAt = text.lastIndexOf('/');
  invariant(/^\d{15}$/.test(due) && nameAt > 2 + dueDigits, `not a timer: ${text}`);
  return {
    dueMs: Number(due),
    key: text.slice(3 + dueDigits, nameAt),
    name: text.slice(nameAt + 1),
  };
}

/** By record key: redrives that were answered lately. Every task has it, whatever its topology keeps. */
export const redrivesStore = 'redrives';

const emptyObject = Buffer.from('{}');
/** A timer's key says it all. */
const presentCodec: StateCodec<unknown> = { encode: () => emptyObject, decode: () => true };

/** State that cannot be read is no fault of the record at hand: the task stops, and buries nothing. */
function decoded(key: string, bytes: Buffer, codec: StateCodec<unknown>): unknown {
  try {
    return codec.decode(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvariantViolation(`the state ${key} cannot be read: ${why}`, { cause: error });
  }
}

/** Loads timers, positions and parked keys; the values of stores are read when asked for. */
export function createTaskState(options: {
  readonly stores: readonly StoreSpec[];
  readonly local: LocalStore;
}): TaskState {
  const { local } = options;
  const timers = createTimerQueue();
  const positions = new Map<string, Position>();
  const parkedKeys = new Map<string, Parked>();
  const cache = createValueCache(limits.cachedValuesPerGeneration);
  /** Committed, and not yet known to be in the local copy. */
  const unstored = new Map<string, Buffer | null>();
  const stores = new Map<string, StateStore>();
  const touched = new Map<string, Set<string>>();
  /** Changed keys of the stores that ranges were asked of, by their prefix. */
  const orders = new Map<string, KeyOrder>();
  let changes = new Map<string, Change>();
  /** Timers that this batch has set and nothing before it: taken away again, they never were. */
  let born = new Set<string>();
  let undoing: (() => void)[] = [];

  for (const [key] of local.entries('t/')) timers.set(parseTimerKey(key));
  for (const [key, value] of local.entries('p/')) {
    positions.set(key.slice(2), positionCodec.decode(value));
  }
  for (const [key, value] of local.entries('k/')) {
    parkedKeys.set(key.slice(2), parkedCodec.decode(value));
  }
  for (const { name, codec = jsonStateCodec } of [...options.stores, { name: redrivesStore }]) {
    stores.set(name, openStore(name, codec));
  }

  function change(key: string, codec: StateCodec<unknown>, value: unknown): void {
    const before = changes.get(key);
    changes.set(key, { codec, value });
    for (const [prefix, order] of orders) if (key.startsWith(prefix)) order.add(key);
    undoing.push(() => {
      if (before === undefined) changes.delete(key);
      else changes.set(key, before);
    });
  }

  function read(key: string, codec: StateCodec<unknown>): unknown {
    const changed = changes.get(key);
    if (changed !== undefined) return changed.value;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const pending = unstored.get(key);
    const bytes = pending === undefined ? local.get(key) : pending;
    if (bytes === undefined || bytes === null) return undefined;
    const value = decoded(key, bytes, codec);
    cache.set(key, value);
    return value;
  }

  function openStore(name: string, codec: StateCodec<unknown>): StateStore {
    const prefix = `s/${name}/`;
    return {
      name,
      get: (key) => read(prefix + key, codec),
      set: (key, value) => {
        touched.get(name)?.add(key);
        change(prefix + key, codec, value);
      },
      delete: (key) => {
        touched.get(name)?.add(key);
        change(prefix + key, codec, undefined);
      },
    };
  }

  const isPending = (key: string): boolean => changes.has(key) || unstored.has(key);

  function orderOf(prefix: string): KeyOrder {
    const known = orders.get(prefix);
    if (known !== undefined) return known;
    const order = createKeyOrder(isPending);
    for (const key of [...unstored.keys(), ...changes.keys()]) {
      if (key.startsWith(prefix)) order.add(key);
    }
    orders.set(prefix, order);
    return order;
  }

  function store(name: string): StateStore {
    const found = stores.get(name);
    invariant(found !== undefined, `no state store is called ${name}`);
    return found;
  }

  /** Changes a map that is kept in memory as a whole, beside its changelog entry. */
  function changeMap<V>(
    map: Map<string, V>,
    key: string,
    value: V | undefined,
    write: { readonly key: string; readonly codec: StateCodec<V> },
  ): void {
    const before = map.get(key);
    const put = (v: V | undefined): void => {
      if (v === undefined) map.delete(key);
      else map.set(key, v);
    };
    put(value);
    undoing.push(() => put(before));
    change(write.key, write.codec, value);
  }

  function setTimer(timer: FiredTimer): void {
    const replaced = timers.set(timer);
    undoing.push(() => {
      if (replaced === undefined) timers.cancel(timer.key, timer.name);
      else timers.set(replaced);
    });
    if (replaced !== undefined) takeAway(replaced);
    const key = timerKey(timer);
    if (!changes.has(key)) {
      born.add(key);
      undoing.push(() => void born.delete(key));
    }
    change(key, presentCodec, true);
  }

  function takeAway(timer: FiredTimer): void {
    const key = timerKey(timer);
    if (!born.delete(key)) {
      change(key, presentCodec, undefined);
      return;
    }
    const before = changes.get(key);
    changes.delete(key);
    undoing.push(() => {
      born.add(key);
      if (before !== undefined) changes.set(key, before);
    });
  }

  function cancelTimer(key: string, name: string): void {
    const gone = timers.cancel(key, name);
    if (gone === undefined) return;
    undoing.push(() => timers.set(gone));
    takeAway(gone);
  }

  return {
    store,
    entries(name) {
      const prefix = `s/${name}/`;
      const keys = new Set([...local.entries(prefix)].map(([key]) => key));
      for (const key of [...unstored.keys(), ...changes.keys()]) {
        if (key.startsWith(prefix)) keys.add(key);
      }
      const found = [...keys].map((key) => key.slice(prefix.length));
      const values = found.map((key) => [key, store(name).get(key)] as const);
      return new Map(values.filter(([, value]) => value !== undefined));
    },
    range(name, { prefix, after, limit }) {
      const { codec = jsonStateCodec } = options.stores.find((each) => each.name === name) ?? {};
      const { get } = store(name);
      const own = `s/${name}/`;
      const from = after === undefined ? undefined : own + after;
      return mergedRange({
        stored: local.entries(own + prefix, from),
        pending: orderOf(own).keys(own + prefix, from),
        pendingValueOf: (key) => get(key.slice(own.length)),
        decode: (key, bytes) => decoded(key, bytes, codec),
        limit,
      }).map(([key, value]) => [key.slice(own.length), value] as const);
    },
    timers,
    setTimer,
    cancelTimer,
    position: (topic) => positions.get(topic),
    positions: () => new Map(positions),
    setPosition: (topic, position) =>
      changeMap(positions, topic, position, { key: `p/${topic}`, codec: positionCodec }),
    parked: (topic, key) => (parkedKeys.size === 0 ? undefined : parkedKeys.get(`${topic}/${key}`)),
    park(topic, key, parked) {
      const name = `${topic}/${key}`;
      changeMap(parkedKeys, name, parked, { key: `k/${name}`, codec: parkedCodec });
    },
    unpark(topic, key) {
      const name = `${topic}/${key}`;
      changeMap(parkedKeys, name, undefined, { key: `k/${name}`, codec: parkedCodec });
    },
    get parkedCount() {
      return parkedKeys.size;
    },
    // Its own codec gives back what it was given.
    parkedRecord: (topic, offset) =>
      read(`q/${topic}/${offset}`, parkedRecordCodec) as ParkedRecord | undefined,
    setParkedRecord: (topic, offset, record) =>
      change(`q/${topic}/${offset}`, parkedRecordCodec, record ?? undefined),
    takeTouched(name) {
      const keys = [...(touched.get(name) ?? [])];
      touched.set(name, new Set());
      return keys;
    },
    isTouched: (name, key) => touched.get(name)?.has(key) ?? false,
    touchedCount: (name) => touched.get(name)?.size ?? 0,
    begin() {
      if (undoing.length > 0) undoing = [];
    },
    undo() {
      for (const back of undoing.reverse()) back();
      undoing = [];
    },
    takeChanges() {
      const entries: ChangelogEntry[] = [];
      for (const [key, { codec, value }] of changes) {
        const bytes = value === undefined ? null : codec.encode(value);
        entries.push({ key, value: bytes });
        unstored.set(key, bytes);
        // Of the rest nothing is asked for twice; what was read of it must not outlive a change.
        if (value !== undefined && key.startsWith('s/')) cache.set(key, value);
        else cache.delete(key);
      }
      changes = new Map();
      born = new Set();
      undoing = [];
      return entries;
    },
    unstored: () => [...unstored].map(([key, value]) => ({ key, value })),
    get unstoredCount() {
      return unstored.size;
    },
    stored(entries) {
      for (const { key, value } of entries) {
        if (unstored.get(key) === value) unstored.delete(key);
      }
      for (const order of orders.values()) order.tidy();
    },
  };
}

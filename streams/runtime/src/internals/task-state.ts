import type { LogRecord } from '@plumbline/kafka';
import { invariant } from '@plumbline/kernel';
import type { StateCodec } from '../state-codec.ts';
import { jsonStateCodec } from '../state-codec.ts';
import type { FiredTimer, StoreSpec } from '../topology.ts';
import type { TimerQueue } from './timer-queue.ts';
import { createTimerQueue } from './timer-queue.ts';

/** Where a task stands in one input. `offset` is the next one to take. */
export interface Position {
  readonly incarnation: string;
  readonly offset: bigint;
  /** Running maximum of append times up to there, epoch ms. */
  readonly timeMs: number;
}

/** A key whose records wait behind a dead letter. */
export interface Parked {
  readonly offset: bigint;
  readonly reason: string;
}

/** One entry for the changelog; a null value deletes. */
export interface ChangelogEntry {
  readonly key: string;
  readonly value: Buffer | null;
}

/**
 * Everything a task remembers, in memory, and what of it changed since the last transaction. There
 * is no undo: after a failed transaction the whole of it is thrown away and restored.
 */
export interface TaskState {
  get(store: string, key: string): unknown;
  set(store: string, key: string, value: unknown): void;
  delete(store: string, key: string): void;
  entries(store: string): Iterable<readonly [string, unknown]>;
  readonly timers: TimerQueue;
  setTimer(timer: FiredTimer): void;
  cancelTimer(key: string, name: string): void;
  position(topic: string): Position | undefined;
  setPosition(topic: string, position: Position): void;
  parked(topic: string, key: string): Parked | undefined;
  park(topic: string, key: string, parked: Parked): void;
  readonly parkedCount: number;
  /** Takes in one changelog record at restore. */
  restore(record: Pick<LogRecord, 'key' | 'value'>): void;
  readonly isEmpty: boolean;
  /** What changed since the last call, each key once, in the order of first change. */
  takeChanges(): ChangelogEntry[];
}

/** A value as restored, decoded when first asked for: a restart touches few of many keys. */
class Encoded {
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
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

const asJson = (value: unknown): Buffer => jsonStateCodec.encode(value);

export function createTaskState(stores: readonly StoreSpec[]): TaskState {
  const codecs = new Map<string, StateCodec<unknown>>();
  const values = new Map<string, Map<string, unknown>>();
  for (const spec of stores) {
    codecs.set(spec.name, spec.codec ?? jsonStateCodec);
    values.set(spec.name, new Map());
  }
  const timers = createTimerQueue();
  const positions = new Map<string, Position>();
  const parkedKeys = new Map<string, Parked>();
  let changes = new Map<string, () => Buffer | null>();
  let isEmpty = true;

  function storeOf(name: string): Map<string, unknown> {
    const store = values.get(name);
    invariant(store !== undefined, `no state store is called ${name}`);
    return store;
  }

  function codecOf(name: string): StateCodec<unknown> {
    const codec = codecs.get(name);
    invariant(codec !== undefined, `no state store is called ${name}`);
    return codec;
  }

  function get(store: string, key: string): unknown {
    const map = storeOf(store);
    const value = map.get(key);
    if (!(value instanceof Encoded)) return value;
    const decoded = codecOf(store).decode(value.bytes);
    map.set(key, decoded);
    return decoded;
  }

  function restoreValue(rest: string, value: Buffer | null): void {
    const at = rest.indexOf('/');
    invariant(at > 0, `not a state entry: s/${rest}`);
    const store = rest.slice(0, at);
    const key = rest.slice(at + 1);
    if (value === null) storeOf(store).delete(key);
    // A copy: the value is a view into a fetched megabyte, which it would keep alive.
    else storeOf(store).set(key, new Encoded(Buffer.from(value)));
  }

  return {
    get,
    set(store, key, value) {
      storeOf(store).set(key, value);
      changes.set(`s/${store}/${key}`, () => codecOf(store).encode(get(store, key)));
    },
    delete(store, key) {
      storeOf(store).delete(key);
      changes.set(`s/${store}/${key}`, () => null);
    },
    *entries(store) {
      for (const key of storeOf(store).keys()) yield [key, get(store, key)] as const;
    },
    timers,
    setTimer(timer) {
      const replaced = timers.set(timer);
      if (replaced) changes.set(timerKey(replaced), () => null);
      changes.set(timerKey(timer), () => asJson({}));
    },
    cancelTimer(key, name) {
      const gone = timers.cancel(key, name);
      if (gone) changes.set(timerKey(gone), () => null);
    },
    position: (topic) => positions.get(topic),
    setPosition(topic, position) {
      positions.set(topic, position);
      changes.set(`p/${topic}`, () => {
        const { incarnation, offset, timeMs } = position;
        return Buffer.from(JSON.stringify({ incarnation, offset: offset.toString(), timeMs }));
      });
    },
    parked: (topic, key) => parkedKeys.get(`${topic}/${key}`),
    park(topic, key, parked) {
      parkedKeys.set(`${topic}/${key}`, parked);
      changes.set(`k/${topic}/${key}`, () =>
        Buffer.from(JSON.stringify({ offset: parked.offset.toString(), reason: parked.reason })),
      );
    },
    get parkedCount() {
      return parkedKeys.size;
    },
    restore({ key, value }) {
      invariant(key !== null, 'a changelog record has a key');
      const text = key.toString('utf8');
      const rest = text.slice(2);
      isEmpty = false;
      switch (text.slice(0, 2)) {
        case 's/':
          restoreValue(rest, value);
          return;
        case 't/': {
          const timer = parseTimerKey(text);
          if (value !== null) timers.set(timer);
          else if (timers.get(timer.key, timer.name)?.dueMs === timer.dueMs) {
            timers.cancel(timer.key, timer.name);
          }
          return;
        }
        case 'p/':
          invariant(value !== null, 'a position is never deleted');
          positions.set(rest, parsePosition(value));
          return;
        case 'k/':
          if (value === null) parkedKeys.delete(rest);
          else parkedKeys.set(rest, parseParked(value));
          return;
        default:
          invariant(false, `unknown changelog entry ${text}`);
      }
    },
    get isEmpty() {
      return isEmpty;
    },
    takeChanges() {
      const taken = [...changes].map(([key, encode]) => ({ key, value: encode() }));
      changes = new Map();
      if (taken.length > 0) isEmpty = false;
      return taken;
    },
  };
}

function parsePosition(bytes: Buffer): Position {
  const raw = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
  const { incarnation, offset, timeMs } = raw;
  invariant(
    typeof incarnation === 'string' && typeof offset === 'string' && typeof timeMs === 'number',
    'a position in the changelog cannot be read',
  );
  return { incarnation, offset: BigInt(offset), timeMs };
}

function parseParked(bytes: Buffer): Parked {
  const { offset, reason } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
  invariant(
    typeof offset === 'string' && typeof reason === 'string',
    'a parked key in the changelog cannot be read',
  );
  return { offset: BigInt(offset), reason };
}

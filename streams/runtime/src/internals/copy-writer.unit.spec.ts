import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@plumbline/kafka';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import type { Checkpoint, LocalStore } from '../state/local-store.ts';
import { createMemoryLocalStore } from '../state/memory-local-store.ts';
import type { CopyWriter } from './copy-writer.ts';
import { createCopyWriter } from './copy-writer.ts';
import type { TaskState } from './task-state.ts';
import { createTaskState } from './task-state.ts';

const incarnation = 'i';
const place = { topic: 'changelog', partition: 0 };

let nowMs: number;
let local: LocalStore;
let state: TaskState;
let copy: CopyWriter;
/** Every write, with where it left the checkpoint. */
let writes: { entries: number; to: Checkpoint }[];

const clock: Clock = {
  nowMs: () => nowMs,
  sleep: () => sleep(0),
  turn: () => Promise.resolve(),
  busy: () => 0,
};

beforeEach(() => {
  nowMs = 0;
  writes = [];
  const inner = createMemoryLocalStore();
  local = {
    ...inner,
    write(entries, step) {
      writes.push({ entries: entries.length, to: step.to });
      return inner.write(entries, step);
    },
  };
  state = createTaskState({ stores: [{ name: 'values' }], local });
  copy = createCopyWriter({ local, state, incarnation, clock, stored: () => undefined });
});

function commit(baseOffset: bigint, values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) state.store('values').set(key, value);
  state.takeChanges();
  copy.committed({ ...place, baseOffset, appendTimeMs: 7 });
  copy.writeIfDue();
}

const many = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, value]));

describe('what is committed goes into the local copy', () => {
  it('after a while, each key once, with the newest checkpoint', async () => {
    commit(1n, { a: 1 });
    commit(2n, { a: 2, b: 1 });
    await copy.idle();
    expect(writes).toEqual([]);
    expect(state.store('values').get('a')).toBe(2);
    nowMs += limits.copyWriteMs;
    commit(3n, { a: 3 });
    await copy.idle();
    expect(writes).toEqual([{ entries: 2, to: { incarnation, offset: 4n, atMs: 7 } }]);
    expect(local.get('s/values/a')?.toString()).toBe('3');
    expect(state.unstoredCount).toBe(0);
  });

  it('at once when the task ends, and not without a commit', async () => {
    await copy.finish();
    expect(writes).toEqual([]);
    commit(1n, { a: 1 });
    await copy.finish();
    expect(local.checkpoint()?.offset).toBe(2n);
  });

  it('in portions, the checkpoint moving with the last, and what changes meanwhile later', async () => {
    const count = 2 * limits.copiedEntriesPerWrite + 1;
    commit(5n, { first: 1 });
    await copy.finish();
    writes.length = 0;
    nowMs += limits.copyWriteMs;
    commit(6n, many(count, 1));
    commit(7n, { k0: 2 });
    await copy.idle();
    expect(writes.map(({ to }) => to.offset)).toEqual([6n, 6n, 7n]);
    expect(state.unstoredCount).toBe(1);
    expect(state.store('values').get('k0')).toBe(2);
    await copy.finish();
    expect(local.checkpoint()?.offset).toBe(8n);
    expect(local.get('s/values/k0')?.toString()).toBe('2');
  });

  it('early when many keys have changed', async () => {
    commit(1n, many(limits.unstoredEntries, 1));
    await copy.idle();
    expect(local.checkpoint()?.offset).toBe(2n);
  });

  it('says at the next commit that another process has taken the copy over', async () => {
    commit(1n, { a: 1 });
    await copy.finish();
    const taken = { incarnation, offset: 99n, atMs: 9 };
    await local.write([], { from: local.checkpoint(), to: taken });
    const stale: LocalStore = {
      ...local,
      checkpoint: () => ({ incarnation, offset: 2n, atMs: 7 }),
    };
    copy = createCopyWriter({ local: stale, state, incarnation, clock, stored: () => undefined });
    commit(2n, { a: 2 });
    nowMs += limits.copyWriteMs;
    copy.writeIfDue();
    await copy.idle();
    expect(() => commit(3n, { a: 3 })).toThrow('another process');
  });
});

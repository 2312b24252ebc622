import { topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Checkpoint, LocalStore } from '../state/local-store.ts';
import { createMemoryLocalStore } from '../state/memory-local-store.ts';
import { doorTopology } from '../testing/door-aggregate.ts';
import { restoreState } from './restore.ts';

const topology = doorTopology();
const task = { topology: topology.name, partition: 0, partitions: 1 };
const changelog = { topic: topics.ordersChangelog.name, partition: 0 };
const dayMs = 24 * 3_600_000;

let nowMs: number;
let log: MemoryLog;
let local: LocalStore;
let wiped: string[];

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 1);
  log = createMemoryLog({
    clock: { nowMs: () => nowMs },
    topics: [{ name: changelog.topic, partitions: 1 }],
  });
  local = createMemoryLocalStore();
  wiped = [];
});

const write = (key: string, value: string | null): void => {
  const bytes = value === null ? null : Buffer.from(value);
  log.appendRaw({ ...changelog, key: Buffer.from(key), value: bytes, headers: {} });
};
const restore = (isStopped = () => false) =>
  restoreState({ log, topology, task, local, isStopped, onWiped: (why) => wiped.push(why) });
const held = () =>
  Object.fromEntries([...local.entries('')].map(([key, value]) => [key, value.toString()]));

async function distort(change: (at: Checkpoint) => Checkpoint): Promise<void> {
  const from = local.checkpoint();
  if (from === null) throw new Error('nothing to distort');
  await local.write([{ key: 's/aggregates/wrong', value: Buffer.from('1') }], {
    from,
    to: change(from),
  });
}

describe('a restore', () => {
  it('takes in only what the local copy has not seen', async () => {
    write('s/aggregates/a', '1');
    write('s/aggregates/b', '2');
    expect(await restore()).toMatchObject({ records: 2 });
    write('s/aggregates/a', null);
    expect(await restore()).toMatchObject({ records: 1 });
    expect(await restore()).toMatchObject({ records: 0 });
    expect(held()).toEqual({ 's/aggregates/b': '2' });
    expect(wiped).toEqual([]);
  });

  it('ends at the last stable offset by position, past markers and aborted records', async () => {
    write('s/aggregates/a', '1');
    const session = await log.openTransactionSession('somebody');
    const at = { ...changelog, key: Buffer.from('s/aggregates/a'), headers: {} };
    await session.send([{ ...at, value: Buffer.from('aborted') }]);
    await session.abort();
    expect(await restore()).toMatchObject({ records: 1 });
    expect(held()).toEqual({ 's/aggregates/a': '1' });
    const { lastStableOffset } = await log.ends(changelog);
    expect(local.checkpoint()?.offset).toBe(lastStableOffset);
  });

  it('leaves an empty changelog an empty copy, so that lost state is seen to be lost', async () => {
    expect(await restore()).toMatchObject({ records: 0 });
    expect(local.checkpoint()).toBeNull();
  });

  it.each<[string, (at: Checkpoint) => Checkpoint, string]>([
    ['of a changelog made anew', (at) => ({ ...at, incarnation: 'other' }), 'another changelog'],
    ['from beyond the end', (at) => ({ ...at, offset: 99n }), 'ends at'],
    ['as old as a tombstone may live', (at) => ({ ...at, atMs: nowMs - 4 * dayMs }), 'so old'],
  ])('wipes a copy %s, and restores the whole', async (_what, change, why) => {
    write('s/aggregates/a', '1');
    await restore();
    await distort(change);
    expect(await restore()).toMatchObject({ records: 1 });
    expect(wiped).toEqual([expect.stringContaining(why)]);
    expect(held()).toEqual({ 's/aggregates/a': '1' });
  });

  it('wipes a copy from before the beginning', async () => {
    write('s/aggregates/a', '1');
    await restore();
    write('s/aggregates/b', '2');
    write('s/aggregates/c', '3');
    log.deleteBefore({ ...changelog, offset: 2n });
    expect(await restore()).toMatchObject({ records: 1 });
    expect(wiped).toEqual([expect.stringContaining('begins at 2')]);
    expect(held()).toEqual({ 's/aggregates/c': '3' });
  });

  it('stopped halfway leaves a copy that the next one goes on with', async () => {
    write('s/aggregates/a', '1');
    expect(await restore(() => true)).toMatchObject({ records: 0 });
    expect(await restore()).toMatchObject({ records: 1 });
  });

  it('refuses an entry that this version does not understand', async () => {
    write('z/x', '1');
    await expect(restore()).rejects.toThrow('unknown changelog entry z/x');
  });

  it('does not write over a copy that another process has moved on', async () => {
    write('s/aggregates/a', '1');
    const stale: LocalStore = { ...local, checkpoint: () => null };
    await restore();
    local = stale;
    await expect(restore()).rejects.toThrow('another process');
  });
});

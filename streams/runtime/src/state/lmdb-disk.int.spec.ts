import { mkdir, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogFields } from '@plumbline/observability';
import { silentLogger } from '@plumbline/observability';
import { open as openLmdb } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entriesOfStep, historyTask, stateAfter } from './copy-history.ts';
import { markDamaged } from './copy-owner.ts';
import type { LmdbLocalStoresOptions } from './lmdb-local-stores.ts';
import { createLmdbLocalStores } from './lmdb-local-stores.ts';
import { checkpointAt, contentOf, put, writeOn } from './local-store-contract.ts';
import { LocalStoreError } from './local-store-error.ts';
import type { LocalStore, LocalStores } from './local-store.ts';
import { buildCopyProgram, startCopyProcess } from './start-copy-process.ts';

let folder: string;
let opened: LocalStores[];
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-state-'));
  opened = [];
  said = [];
});

afterEach(async () => {
  await Promise.all(opened.map((stores) => stores.close()));
  await rm(folder, { recursive: true, force: true });
});

const task = { topology: 'orders', partition: 0 };

function openStores(options: Partial<LmdbLocalStoresOptions> = {}): LocalStores {
  const warn = (_message: string, fields: LogFields = {}) => void said.push(String(fields['why']));
  const stores = createLmdbLocalStores({
    ...{ folder, logger: { ...silentLogger, warn } },
    ...options,
  });
  opened.push(stores);
  return stores;
}

const openCopy = (options: Partial<LmdbLocalStoresOptions> = {}): Promise<LocalStore> =>
  openStores(options).open(task);

async function copyFolder(): Promise<string> {
  const [boot = ''] = await readdir(folder);
  return join(folder, boot, 'orders', '0');
}

/** One entry in a copy that is closed. */
async function leaveCopyBehind(): Promise<string> {
  const store = await openCopy();
  await writeOn(store, [put('a', '1'), put('b', '2')]);
  await store.close();
  return copyFolder();
}

async function expectAnew(why: RegExp): Promise<void> {
  const store = await openCopy();
  expect(said).toEqual([expect.stringMatching(why)]);
  expect(store.checkpoint()).toBe(null);
  expect(contentOf(store)).toEqual([]);
  await writeOn(store, [put('a', 'anew')]);
  await store.close();
  expect(contentOf(await openCopy())).toEqual([['a', 'anew']]);
  expect(said.length).toBe(1);
}

describe('a copy of an earlier start of the machine', () => {
  const before = '11111111-2222-3333-4444-555555555555';
  const now = '66666666-7777-8888-9999-aaaaaaaaaaaa';

  it('is deleted, since power loss may have torn it, and only it', async () => {
    const old = await openCopy({ boot: before });
    await writeOn(old, [put('a', '1')]);
    await old.close();
    const others = ['mine', 'v1', 'v1-notes', `v2-${before}`];
    for (const name of others) await mkdir(join(folder, name));
    const store = await openCopy({ boot: now });
    expect(store.checkpoint()).toBe(null);
    expect(contentOf(store)).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual([...others, `v1-${now}`].sort());
  });

  it('stays within one start', async () => {
    const old = await openCopy({ boot: now });
    await writeOn(old, [put('a', '1')]);
    await old.close();
    expect(contentOf(await openCopy({ boot: now }))).toEqual([['a', '1']]);
    expect(said).toEqual([]);
  });
});

describe('a file that is no copy of ours', () => {
  it('gives way when it is not LMDB at all', async () => {
    const copy = await leaveCopyBehind();
    await writeFile(join(copy, 'data.mdb'), 'something else entirely\n'.repeat(4_000));
    await expectAnew(/cannot be read: it is no LMDB file/);
  });

  it('gives way when it ends within its first page', async () => {
    const copy = await leaveCopyBehind();
    await truncate(join(copy, 'data.mdb'), 100);
    await expectAnew(/cannot be read: it ends within its first pages/);
  });

  it('begins anew when it is empty', async () => {
    const copy = await leaveCopyBehind();
    await truncate(join(copy, 'data.mdb'), 0);
    expect((await openCopy()).checkpoint()).toBe(null);
  });

  it('gives way when there is a folder in its place', async () => {
    const copy = await leaveCopyBehind();
    await rm(join(copy, 'lock.mdb'));
    await mkdir(join(copy, 'lock.mdb'));
    await expectAnew(/cannot be read: .*lock\.mdb is a folder/);
  });

  it('gives way when its second page is not LMDB', async () => {
    const copy = await leaveCopyBehind();
    const file = await open(join(copy, 'data.mdb'), 'r+');
    await file.write(Buffer.alloc(4_096), 0, 4_096, 4_096);
    await file.close();
    await expectAnew(/cannot be read: it is no LMDB file/);
  });

  it('gives way when it has entries and no checkpoint', async () => {
    const copy = await leaveCopyBehind();
    await rm(copy, { recursive: true });
    const foreign = openLmdb({ path: copy, noSubdir: false });
    await foreign.put('somebody', 'else');
    await foreign.close();
    await expectAnew(/cannot be read: .*(MDB_|no checkpoint)/);
  });

  it('gives way when its checkpoint is none', async () => {
    const copy = await leaveCopyBehind();
    await rm(copy, { recursive: true });
    const foreign = openLmdb({ path: copy, noSubdir: false, noSync: true, keyEncoding: 'binary' });
    await foreign.put(Buffer.of(0), { incarnation: 5 });
    await foreign.close();
    await expectAnew(/cannot be read: its checkpoint is none/);
  });

  it('gives way when it was found damaged while it was open', async () => {
    markDamaged(await leaveCopyBehind());
    await expectAnew(/found damaged/);
  });
});

describe('a folder that cannot be used', () => {
  it('is named at once, with what to do', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    for (const bad of [file, join(file, 'below')]) {
      const failure = failureOf(() => openStores({ folder: bad }));
      expect(failure).toBeInstanceOf(LocalStoreError);
      expect(failure.message).toContain(`${bad} cannot be used for local copies: E`);
      expect(failure.message).toContain('unset PLUMBLINE_STATE_FOLDER');
    }
  });

  it('is named when a copy finds something in its place', async () => {
    const stores = openStores();
    const [boot = ''] = await readdir(folder);
    await writeFile(join(folder, boot, 'orders'), 'a file');
    const error: unknown = await stores.open(task).catch((problem: unknown) => problem);
    expect(String(error)).toMatch(/LocalStoreError: .*orders.* cannot be used for local copies/);
  });
});

describe('a copy that is full', () => {
  it('has all of a write or nothing, says where it is, and goes on with less', async () => {
    const store = await openCopy({ bytesMax: 1024 * 1024 });
    const batch = (n: number) =>
      Array.from({ length: 100 }, (_, at) => put(`${n}-${at}`, Buffer.alloc(700)));
    let written = 0;
    const failure = await (async () => {
      for (;;) {
        await writeOn(store, batch(written));
        written += 1;
      }
    })().catch((error: unknown) => error as Error);
    expect(String(failure)).toMatch(/reached its largest size \(1048576 bytes\)/);
    expect(String(failure)).toContain(await copyFolder());
    const expectWhole = (of: LocalStore) => {
      expect([...of.entries('')].length).toBe(written * 100);
      expect(of.checkpoint()).toEqual(checkpointAt(written));
    };
    expectWhole(store);
    await store.close();
    const again = await openCopy({ bytesMax: 1024 * 1024 });
    expectWhole(again);
    expect(said).toEqual([]);
  });

  it('has all of a write or nothing on a disk that is full', async () => {
    const built = await buildCopyProgram();
    const other = startCopyProcess(built.program, { fileKb: 400 });
    try {
      await other.ask({ ask: 'open', folder });
      await expect(other.ask({ ask: 'play' })).rejects.toThrow(
        /disk .*history.*0 is full, or fails/,
      );
      const last = other.lastStep();
      expect(last).toBeGreaterThan(0);
      await other.ask({ ask: 'close' });
      const store = await openStores().open(historyTask);
      expect(store.checkpoint()?.offset).toBe(BigInt(last));
      const kept = [...store.entries('')];
      const expected = stateAfter(last);
      expect(kept.map(([key]) => key)).toEqual([...expected.keys()].sort());
      for (const [key, value] of kept) expect(expected.get(key)?.equals(value)).toBe(true);
      const step = { from: store.checkpoint(), to: checkpointAt(last + 1) };
      expect(await store.write(entriesOfStep(last + 1), step)).toBe(true);
    } finally {
      await other.kill();
      await built.remove();
    }
  });
});

it('says so when it is used after it was closed', async () => {
  const store = await openCopy();
  await store.close();
  await store.close();
  expect(() => store.get('a')).toThrow(/is closed/);
  expect(() => store.entries('a')).toThrow(/is closed/);
  const step = { from: null, to: checkpointAt(1) };
  await expect(store.write([], step)).rejects.toThrow(/is closed/);
  await expect(store.wipe()).rejects.toThrow(/is closed/);
});

it('leaves nothing behind but the copy', async () => {
  const copy = await leaveCopyBehind();
  expect((await readdir(copy)).sort()).toEqual(['data.mdb', 'lock.mdb']);
  const store = await openCopy();
  const owner = JSON.parse(await readFile(join(copy, 'owner.json'), 'utf8')) as object;
  expect(owner).toMatchObject({ pid: process.pid, quickDeaths: 0 });
  await store.close();
});

function failureOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing failed');
}

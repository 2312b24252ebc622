import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFields } from '@plumbline/observability';
import { silentLogger } from '@plumbline/observability';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkpointOfStep, historyTask, stateAfter } from './copy-history.ts';
import { copyLimits } from './limits.ts';
import { createLmdbLocalStores } from './lmdb-local-stores.ts';
import { put } from './local-store-contract.ts';
import type { LocalStore, LocalStores } from './local-store.ts';
import type { CopyProcess } from './start-copy-process.ts';
import { buildCopyProgram, startCopyProcess } from './start-copy-process.ts';

let built: Awaited<ReturnType<typeof buildCopyProgram>>;
let folder: string;
let stores: LocalStores;
let other: CopyProcess;
let started: CopyProcess[];
/** Why copies were thrown away. */
let said: string[];

beforeAll(async () => {
  built = await buildCopyProgram();
});
afterAll(() => built.remove());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-state-'));
  said = [];
  const warn = (_message: string, fields: LogFields = {}) => void said.push(String(fields['why']));
  stores = createLmdbLocalStores({ folder, logger: { ...silentLogger, warn } });
  started = [];
  other = startAnother();
});

afterEach(async () => {
  await stores.close();
  await Promise.all(started.map((each) => each.kill()));
  await rm(folder, { recursive: true, force: true });
});

function startAnother(): CopyProcess {
  const process = startCopyProcess(built.program);
  started.push(process);
  return process;
}

const openHere = (): Promise<LocalStore> => stores.open(historyTask);

const copyFolder = async (): Promise<string> => {
  const [boot = ''] = await readdir(folder);
  return join(folder, boot, historyTask.topology, String(historyTask.partition));
};

/** As if the owner were in another container, where nobody can see whether it lives. */
const forgetOwner = async (): Promise<void> => rm(join(await copyFolder(), 'owner.json'));

/** The copy is what its checkpoint says: the history up to there, and nothing besides. */
function expectHistory(store: LocalStore): number {
  const step = Number(store.checkpoint()?.offset ?? 0n);
  const state = stateAfter(step);
  const entries = [...store.entries('')];
  expect(entries.map(([key]) => key)).toEqual([...state.keys()].sort());
  for (const [key, value] of entries) {
    expect(state.get(key)?.equals(value), `${key} after ${step}`).toBe(true);
    expect(store.get(key)?.equals(value), `${key} after ${step}`).toBe(true);
  }
  return step;
}

const writeHere = (store: LocalStore, key: string): Promise<boolean> => {
  const from = store.checkpoint();
  return store.write([put(key, 'here')], {
    from,
    to: checkpointOfStep(Number(from?.offset ?? 0n) + 1),
  });
};

describe('a copy whose process is killed', () => {
  it('holds a prefix of its writes, all that were resolved and the checkpoint of the last', async () => {
    for (let round = 0; round < 12; round += 1) {
      other = startAnother();
      await other.ask({ ask: 'open', folder });
      const playing = other.ask({ ask: 'play' }).catch(() => undefined);
      const before = other.lastStep();
      while (other.lastStep() === before) await sleep(1);
      await sleep((round * 7) % 40);
      await other.kill();
      await playing;
      const store = await openHere();
      expect(expectHistory(store)).toBeGreaterThanOrEqual(other.lastStep());
      await store.close();
    }
    expect(said).toEqual([]);
  });

  it('in the middle of a transaction has nothing of it', async () => {
    await other.ask({ ask: 'open', folder });
    await other.ask({ ask: 'write', key: 'a' });
    await expect(other.ask({ ask: 'write halfway', signal: 'SIGKILL' })).rejects.toThrow('gone');
    const store = await openHere();
    expect(store.checkpoint()).toEqual(checkpointOfStep(1));
    expect([...store.entries('')].map(([key]) => key)).toEqual(['a']);
    expect(await writeHere(store, 'b')).toBe(true);
    expect(said).toEqual([]);
  });

  it('does not keep its lock from another that has the same file open', async () => {
    await other.ask({ ask: 'open', folder });
    await other.ask({ ask: 'write', key: 'a' });
    await forgetOwner();
    const store = await openHere();
    await expect(other.ask({ ask: 'write halfway', signal: 'SIGKILL' })).rejects.toThrow('gone');
    expect(await writeHere(store, 'b')).toBe(true);
    expect([...store.entries('')].map(([key]) => key)).toEqual(['a', 'b']);
  });
});

describe('two processes with one file open', () => {
  it('refuse the second of two writes from the same checkpoint', async () => {
    await other.ask({ ask: 'open', folder });
    await other.ask({ ask: 'write', key: 'a' });
    await forgetOwner();
    const store = await openHere();
    expect(await other.ask({ ask: 'write', key: 'b' })).toBe(true);
    expect(await writeHere(store, 'c')).toBe(false);
    await store.close();
    const again = await openHere();
    expect([...again.entries('')].map(([key]) => key)).toEqual(['a', 'b']);
    expect(await writeHere(again, 'd')).toBe(true);
    expect(await other.ask({ ask: 'write', key: 'e' })).toBe(false);
    expect([...again.entries('')].map(([key]) => key)).toEqual(['a', 'b', 'd']);
  });

  it('see nothing of what the other writes', async () => {
    await other.ask({ ask: 'open', folder });
    await other.ask({ ask: 'write', key: 'a' });
    await forgetOwner();
    const store = await openHere();
    await other.ask({ ask: 'write', key: 'b' });
    expect(store.checkpoint()).toEqual(checkpointOfStep(1));
    expect(store.get('b')).toBe(undefined);
    expect([...store.entries('')].map(([key]) => key)).toEqual(['a']);
    await sleep(50);
    expect(store.get('b')).toBe(undefined);
  });

  it('each go on from what the other wrote and closed', async () => {
    await other.ask({ ask: 'open', folder });
    await other.ask({ ask: 'write', key: 'a' });
    const opening = openHere();
    await sleep(100);
    await other.ask({ ask: 'close' });
    const begun = performance.now();
    const store = await opening;
    expect(performance.now() - begun).toBeLessThan(copyLimits.handoverMs - 200);
    expect([...store.entries('')].map(([key]) => key)).toEqual(['a']);
    expect(said).toEqual([]);
  });
});

describe('a zombie', () => {
  it('that is stopped in a transaction holds nobody up, and changes nothing when it wakes', async () => {
    await other.ask({ ask: 'open', folder });
    await other.ask({ ask: 'write', key: 'a' });
    const halfway = other.ask({ ask: 'write halfway', signal: 'SIGSTOP' });
    await untilStopped(other.pid);
    const begun = performance.now();
    const store = await openHere();
    expect(performance.now() - begun).toBeLessThan(copyLimits.handoverMs - 200);
    expect(said).toEqual([`process ${other.pid}, which is stopped, does not let go of it`]);
    expect(store.checkpoint()).toBe(null);
    expect(await writeHere(store, 'mine')).toBe(true);
    other.signal('SIGCONT');
    // The file that it goes on with has no name any more.
    expect(await halfway).toBe(true);
    expect(await other.ask({ ask: 'write', key: 'x' })).toBe(false);
    await other.ask({ ask: 'close' });
    expect([...store.entries('')].map(([key]) => key)).toEqual(['mine']);
    expect(await writeHere(store, 'on')).toBe(true);
  });

  it('that runs and does not let go has its copy taken away', async () => {
    await other.ask({ ask: 'open', folder });
    await other.ask({ ask: 'write', key: 'a' });
    const store = await openHere();
    expect(said).toEqual([`process ${other.pid}, which is running, does not let go of it`]);
    expect(store.checkpoint()).toBe(null);
    expect(await writeHere(store, 'mine')).toBe(true);
    expect(await other.ask({ ask: 'write', key: 'x' })).toBe(false);
    expect([...store.entries('')].map(([key]) => key)).toEqual(['mine']);
    const [boot = ''] = await readdir(folder);
    expect(await readdir(join(folder, boot, historyTask.topology))).toEqual(['0']);
  });
});

it('throws away a copy that one process after the other dies of', async () => {
  for (let death = 1; death <= 3; death += 1) {
    other = startAnother();
    expect(await other.ask({ ask: 'open', folder })).toBe(death === 1 ? 0 : 1);
    if (death === 1) await other.ask({ ask: 'write', key: 'a' });
    await other.kill();
  }
  const store = await openHere();
  expect(said).toEqual(['3 processes in a row died just after opening it']);
  expect(store.checkpoint()).toBe(null);
});

it('throws away a copy that was cut short, after some have died of it', async () => {
  await other.ask({ ask: 'open', folder });
  const playing = other.ask({ ask: 'play' }).catch(() => undefined);
  while (other.lastStep() < 20) await sleep(5);
  await other.kill();
  await playing;
  const copy = await copyFolder();
  await truncate(join(copy, 'data.mdb'), 3 * 4_096);
  const owner = JSON.parse(await readFile(join(copy, 'owner.json'), 'utf8')) as object;
  // Those before had died of it late.
  await writeFile(join(copy, 'owner.json'), JSON.stringify({ ...owner, settled: true, deaths: 2 }));
  for (let death = 1; death <= 3; death += 1) {
    other = startAnother();
    await expect(other.ask({ ask: 'open', folder })).rejects.toThrow('gone');
  }
  const store = await openHere();
  expect(said).toEqual(['3 processes in a row died just after opening it']);
  expect(await writeHere(store, 'a')).toBe(true);
});

it('does not blame the copy for the death of a process that had it open for a while', async () => {
  await other.ask({ ask: 'open', folder });
  await other.ask({ ask: 'write', key: 'a' });
  const ownerFile = join(await copyFolder(), 'owner.json');
  const owner = JSON.parse(await readFile(ownerFile, 'utf8')) as object;
  expect(owner).toMatchObject({ pid: other.pid, settled: false });
  await writeFile(ownerFile, JSON.stringify({ ...owner, quickDeaths: 2, deaths: 9 }));
  await expect
    .poll(async () => readFile(ownerFile, 'utf8'), { timeout: 10_000 })
    .toMatch(/"settled":true/);
  await other.kill();
  expect((await openHere()).checkpoint()).toEqual(checkpointOfStep(1));
  expect(said).toEqual([]);
});

async function untilStopped(pid: number): Promise<void> {
  const stopped = async () => / T /.test(await readFile(`/proc/${pid}/stat`, 'utf8'));
  while (!(await stopped())) await sleep(5);
}

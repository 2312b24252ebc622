import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KeepFiles } from './keep-files.ts';
import { diskFiles } from './keep-files.ts';
import { openKeepFolder } from './keep-folder.ts';
import type { MonitorAnswer, Reported } from './monitor-api.ts';
import { createReporter } from './reporter.ts';
import type { Death } from './testing/dying-files.ts';
import { createDyingFiles, Died } from './testing/dying-files.ts';
import type { MemoryDisk } from './testing/memory-disk.ts';
import { createMemoryDisk } from './testing/memory-disk.ts';

/** Accepted at once; after two refusals; never, by what it says; never, by its tries. */
const lines = ['at-once', 'third', 'wrong', 'away'].map(
  (platformOrder) =>
    `{"pid":1000,"aid":1,"payway":"wxpay","channel":"wxpay1#1001","price":10.00,` +
    `"platformOrder":"${platformOrder}","rawPayload":"{}"}`,
);
const [atOnce = '', third = '', wrong = '', away = ''] = lines;

/** What outlives a client: the server, whoever feeds records, and who is told of alarms. */
function createWorld() {
  const received: string[] = [];
  const refusals = new Map([[third, 2]]);
  const said = new Set<string>();
  const alarms = new Set<string>();
  const fed = { kept: said, alarms, received };
  const report = (record: string): Promise<MonitorAnswer<Reported>> => {
    const left = refusals.get(record) ?? 0;
    refusals.set(record, left - 1);
    if (record === wrong) return Promise.resolve({ kind: 'never', problem: '400 price_invalid' });
    if (record === away || left > 0)
      return Promise.resolve({ kind: 'again', problem: '503', notBeforeMs: 0 });
    const result = received.includes(record) ? 'DUPLICATE' : 'MATCHED';
    received.push(record);
    return Promise.resolve({ kind: 'accepted', answer: { result } });
  };
  return { ...fed, report };
}

type World = ReturnType<typeof createWorld>;

/** One life of a client: it feeds what nobody has heard to be kept, and reports all. */
async function live(world: World, folder: string, files: KeepFiles): Promise<void> {
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    sleep: (ms: number) => {
      nowMs += ms;
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
  const kept = await openKeepFolder({ folder, files, nowMs: clock.nowMs, retryAlarmed: false });
  const reporter = createReporter({
    ...{ folder: kept, api: world, clock, triesMax: 4, signal: new AbortController().signal },
    backOff: { firstMs: 1_000, longestMs: 60_000, random: () => 0.5 },
    onEvent: (event) => {
      if (event.event === 'alarm') world.alarms.add(event.record);
      return Promise.resolve();
    },
  });
  try {
    for (const name of kept.waiting) reporter.add(name);
    for (const line of lines) {
      if (world.kept.has(line)) continue;
      const { name, isNew } = await kept.keep(line);
      world.kept.add(line);
      if (isNew) reporter.add(name);
    }
  } finally {
    await reporter.settled();
  }
}

async function untilDeath(world: World, folder: string, files: KeepFiles): Promise<boolean> {
  try {
    await live(world, folder, files);
    return false;
  } catch (error) {
    if (error instanceof Died) return true;
    throw error;
  }
}

/** Said to be kept, and neither at the server nor alarmed once a client has lived on. */
const lostIn = ({ kept, received, alarms }: World): readonly string[] =>
  [...kept].filter((line) => !received.includes(line) && !alarms.has(line));

/** Two of each, or one; all as they were written. */
function expectAllTold(world: World): void {
  expect(lostIn(world)).toEqual([]);
  expect([...world.kept].sort()).toEqual([...lines].sort());
  expect([...new Set(world.received)].sort()).toEqual([atOnce, third].sort());
  expect([...world.alarms].sort()).toEqual([wrong, away].sort());
}

const ways = ['before', 'after', 'torn'] as const;

const nothing = () => Promise.resolve();
/** Who is killed loses nothing that the machine still has in memory; flushing only takes time. */
const unflushed: KeepFiles = { ...diskFiles, sync: nothing, syncFolder: nothing };

describe('a client that is killed at any step of its disk', () => {
  it('has lost nothing when it comes back, on a real disk', async () => {
    const root = await mkdtemp(join(tmpdir(), 'monitor-client-'));
    try {
      const whole = createDyingFiles(unflushed, null);
      await live(createWorld(), join(root, 'whole'), whole.files);
      expect(whole.steps()).toBeGreaterThan(60);
      for (let step = 1; step <= whole.steps(); step += 1) {
        const folder = join(root, `${step}`);
        const world = createWorld();
        const how = ways[step % ways.length] ?? 'torn';
        expect(await untilDeath(world, folder, dying(unflushed, { step, how }))).toBe(true);
        await live(world, folder, unflushed);
        expectAllTold(world);
        expect((await readdir(folder)).sort()).toEqual(['alarmed', 'malformed']);
        expect(await readdir(join(folder, 'alarmed'))).toHaveLength(2);
      }
    } finally {
      await rm(root, { recursive: true });
    }
  }, 60_000);

  it('has lost nothing however it dies', async () => {
    for (const how of ways) {
      let deaths = 0;
      for (let world = createWorld(), disk = createMemoryDisk(); ; deaths += 1) {
        const files = dying(disk, { step: deaths + 1, how });
        if (!(await untilDeath(world, '/k', files))) break;
        await live(world, '/k', disk);
        expectAllTold(world);
        [world, disk] = [createWorld(), createMemoryDisk()];
      }
      expect(deaths).toBeGreaterThan(60);
    }
  });

  it('has lost nothing when it dies again and again', async () => {
    for (const how of ways) {
      const world = createWorld();
      const disk = createMemoryDisk();
      // Each life is a step longer than the one before; one is long enough.
      let lives = 0;
      for (let step = 1; await untilDeath(world, '/k', dying(disk, { step, how })); step += 1)
        lives += 1;
      expect(lives).toBeGreaterThan(10);
      expectAllTold(world);
    }
  });
});

const dying = (files: KeepFiles, death: Death): KeepFiles => createDyingFiles(files, death).files;

/** What is lost when the power fails at each step of a client on such a disk. */
async function lostToPowerFailures(plant: (disk: MemoryDisk) => KeepFiles): Promise<number> {
  let lost = 0;
  for (let step = 1; ; step += 1) {
    const world = createWorld();
    const disk = createMemoryDisk();
    if (!(await untilDeath(world, '/k', dying(plant(disk), { step, how: 'after' })))) return lost;
    const after = disk.afterPowerFailure();
    await live(world, '/k', after);
    lost += lostIn(world).length;
    expect(after.ending('.partial')).toEqual([]);
  }
}

describe('a machine whose power fails at any step', () => {
  it('has lost nothing that was said to be kept', async () => {
    expect(await lostToPowerFailures((disk) => disk)).toBe(0);
  });

  it('has, if files were not flushed, or their names: the check finds it', async () => {
    expect(await lostToPowerFailures((disk) => ({ ...disk, syncFolder: nothing }))).not.toBe(0);
    expect(await lostToPowerFailures((disk) => ({ ...disk, sync: nothing }))).not.toBe(0);
  });
});

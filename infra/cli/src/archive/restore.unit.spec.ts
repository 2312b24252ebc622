import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allTopics, topics } from '@plumbline/events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openArchiveFolder } from './archive-folder.ts';
import { finishedManifest } from './check-archive.ts';
import { restoreArchive } from './restore-archive.ts';
import type { MemoryTarget, TestLog } from './testing-archive.ts';
import {
  codecOver,
  createMemoryTarget,
  createTestLog,
  ordersTopic,
  saidBy,
} from './testing-archive.ts';
import { writeArchive } from './write-archive.ts';

const specs = allTopics.filter(({ name }) => name === ordersTopic);
let path: string;
let source: TestLog;
let other: TestLog;
let target: MemoryTarget;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'restore-'));
  source = await createTestLog();
  // Its registry gives the same schemas other ids.
  other = await createTestLog([topics.paymentsEvents.name]);
  target = createMemoryTarget(other);
});
afterEach(() => rm(path, { recursive: true, force: true }));

const writeOrders = async (count: number): Promise<void> => {
  for (let number = 0; number < count; number += 1) await source.write(`H${number}`);
};

async function archive(): Promise<void> {
  const { memory: log, signal } = source.session;
  const schemaIds = await source.session.schemaIds();
  await writeArchive({
    ...{
      log,
      schemaIds,
      specs,
      selection: null,
      signal,
      folder: openArchiveFolder(path),
      tool: 'test',
    },
    ...{ fileBytesMax: 2_000, nowMs: () => 0, onProgress: () => undefined },
  });
}

async function restore(signal = other.session.signal) {
  const folder = openArchiveFolder(path);
  return restoreArchive({
    ...{ log: other.session.memory, schemaIds: await other.session.schemaIds(), target, folder },
    ...{ manifest: await finishedManifest(folder), specs, signal, onProgress: () => undefined },
  });
}

const said = (log: TestLog) => Promise.all(log.records().map((record) => saidBy(log, record)));

it('gives keys, partitions, order, times, headers and values back, in another registry', async () => {
  await writeOrders(20);
  await source.writeNewer('H1');
  source.writeRaw({ key: Buffer.from([0xff, 0xfe]), value: Buffer.from('nonsense') });
  source.writeRaw({ key: null, value: null });
  await archive();
  const [restored] = await restore();
  expect(restored).toMatchObject({ topic: ordersTopic, records: 23 });
  expect(await said(other)).toEqual(await said(source));
  const [one] = source.records();
  const [same] = other.records();
  expect(same?.value?.readUInt32BE(1)).not.toBe(one?.value?.readUInt32BE(1));
  const codec = await codecOver(other);
  await codec.learn(same?.value?.readUInt32BE(1) ?? 0);
  expect(codec.decode(ordersTopic, same?.value ?? null).type).toBe('OrderCancelled');
});

it('makes another log of it, and ends with the settings of the catalogue', async () => {
  await writeOrders(4);
  await archive();
  const seen: unknown[] = [];
  target.beforeAppend = () => {
    seen.push(target.settings(ordersTopic)?.['message.timestamp.type']);
    return 'append';
  };
  const [restored] = await restore();
  expect(new Set(seen)).toEqual(new Set(['CreateTime']));
  expect(target.settings(ordersTopic)).toEqual(topics.ordersEvents.config);
  expect(restored?.was).toBe(
    (await source.session.memory.describeTopics([ordersTopic]))[0]?.incarnation,
  );
});

it('goes on where it was interrupted, at every step', async () => {
  await writeOrders(30);
  await archive();
  const expected = await said(source);
  for (let step = 1; step <= 4; step += 1) {
    other = await createTestLog();
    target = createMemoryTarget(other);
    const stopping = new AbortController();
    let appends = 0;
    target.beforeAppend = () => {
      appends += 1;
      if (appends === step) stopping.abort(new Error('interrupted'));
      return 'append';
    };
    await expect(restore(stopping.signal)).rejects.toThrow('interrupted');
    expect(target.settings(ordersTopic)?.['message.timestamp.type']).toBe('CreateTime');
    await restore();
    expect(await said(other)).toEqual(expected);
  }
});

it.each(['lose', 'late'] as const)(
  'finds what came %s, and leaves the topic marked as unfinished',
  async (how) => {
    await writeOrders(30);
    await archive();
    let appends = 0;
    target.beforeAppend = () => {
      appends += 1;
      return appends === 2 ? how : 'append';
    };
    await expect(restore()).rejects.toThrow('stays marked as unfinished');
    expect(target.settings(ordersTopic)?.['message.timestamp.type']).toBe('CreateTime');
  },
);

it('fills no topic that holds something, or has other partitions', async () => {
  await writeOrders(4);
  await archive();
  await other.write('H1');
  await expect(restore()).rejects.toThrow('is not empty here');
  target.topic = () => Promise.resolve({ settings: {}, partitions: [{ start: 0n, end: 0n }] });
  await expect(restore()).rejects.toThrow('1 partitions here and 4 in the archive');
});

it('refuses an archive whose beginning retention had eaten', async () => {
  await writeOrders(40);
  source.session.memory.deleteBefore({ topic: ordersTopic, partition: 0, offset: 2n });
  await archive();
  await expect(restore()).rejects.toThrow('deleted before the archive was made');
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allTopics, topics } from '@plumbline/events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFolder, chosenTopics } from '../commands/archive.ts';
import type { KeepFiles } from '../monitor-client/keep-files.ts';
import { diskFiles } from '../monitor-client/keep-files.ts';
import { openArchiveFolder } from './archive-folder.ts';
import { checkArchive, finishedManifest, recordsOfFile } from './check-archive.ts';
import type { ArchiveManifest } from './manifest.ts';
import type { TestLog } from './testing-archive.ts';
import { createTestLog, ordersTopic } from './testing-archive.ts';
import { filesOf, writeArchive } from './write-archive.ts';

const specs = allTopics.filter(({ name }) => name === ordersTopic);
let path: string;
let log: TestLog;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'archive-'));
  log = await createTestLog();
});
afterEach(() => rm(path, { recursive: true, force: true }));

async function write(
  options: { readonly signal?: AbortSignal; readonly files?: KeepFiles; onProgress?(): void } = {},
): Promise<ArchiveManifest> {
  const { session } = log;
  const { signal = session.signal, files = diskFiles } = options;
  const onProgress = () => options.onProgress?.();
  return writeArchive({
    ...{
      log: session.memory,
      schemaIds: await session.schemaIds(),
      specs,
      selection: null,
      signal,
      onProgress,
    },
    ...{ folder: openArchiveFolder(path, files), tool: 'test', fileBytesMax: 2_000 },
    nowMs: () => Date.UTC(2026, 10, 23),
  });
}

async function problems() {
  const folder = openArchiveFolder(path);
  const manifest = await finishedManifest(folder);
  return checkArchive({ folder, manifest, signal: log.session.signal });
}

const writeOrders = async (count: number): Promise<void> => {
  for (let number = 0; number < count; number += 1) await log.write(`H${number}`);
};

describe('archive write', () => {
  it('keeps what stands in each partition, and says where', async () => {
    await writeOrders(40);
    const manifest = await write();
    const [topic] = manifest.topics;
    expect(topic?.partitions.map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
    const files = manifest.topics.flatMap(filesOf);
    expect(files.length).toBeGreaterThan(4);
    expect(files.reduce((sum, { records }) => sum + records, 0)).toBe(40);
    const read: unknown[] = [];
    for (const { partition, files: own } of topic?.partitions ?? [])
      for (const file of own)
        for (const { offset, timestamp, key } of await recordsOfFile(
          openArchiveFolder(path),
          { topic: ordersTopic, partition },
          file,
        ))
          read.push([partition, offset, timestamp, key]);
    const stood = log
      .records()
      .map(({ partition, offset, timestampMs, key }) => [
        ...[partition, offset, timestampMs, key?.toString()],
      ]);
    expect(read).toEqual(stood);
    expect(await problems()).toEqual([]);
  });

  it('keeps two versions of a record, no value, and what is not Avro in one file', async () => {
    await log.write('H1');
    await log.writeNewer('H1');
    log.writeRaw({ key: Buffer.from([0xff, 0xfe]), value: Buffer.from('nonsense') });
    log.writeRaw({ key: null, value: null });
    log.writeRaw({ key: null, value: Buffer.from([0, 0, 0, 99, 99, 1]) });
    const manifest = await write();
    expect(manifest.topics[0]?.keptAsBytes).toBe(2);
    expect(manifest.schemas.map(({ name }) => name)).toEqual([
      'plumbline.orders.OrderCancelled',
      'plumbline.orders.OrderCancelled',
    ]);
    expect(await problems()).toEqual([]);
  });

  it('takes up what was interrupted, and makes the same files', async () => {
    await writeOrders(40);
    const digests = ({ topics: all }: ArchiveManifest) =>
      all.flatMap(filesOf).map(({ path: name, sha256 }) => [name, sha256]);
    const whole = digests(await write());
    await rm(path, { recursive: true });
    const stopping = new AbortController();
    let put = 0;
    const interrupted = write({
      signal: stopping.signal,
      onProgress: () => {
        put += 1;
        if (put === 3) stopping.abort(new Error('interrupted'));
      },
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    await expect(problems()).rejects.toThrow('is unfinished');
    // What comes meanwhile is of the next archive.
    await log.write('later');
    expect(digests(await write())).toEqual(whole);
    expect(await problems()).toEqual([]);
  });

  it('says that the disk is full, leaves no half file, and goes on when there is room', async () => {
    await writeOrders(20);
    let left = 6;
    const full: KeepFiles = {
      ...diskFiles,
      write: async (to, content) => {
        left -= 1;
        if (left >= 0) return diskFiles.write(to, content);
        await diskFiles.write(to, Buffer.from(content).subarray(0, 10));
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      },
    };
    await expect(write({ files: full })).rejects.toThrow('the disk is full');
    const names = await diskFiles.names(join(path, ordersTopic));
    expect(names.filter((name) => !name.endsWith('.avro'))).toEqual([]);
    await expect(problems()).rejects.toThrow('is unfinished');
    await write();
    expect(await problems()).toEqual([]);
  });

  it('touches no folder of something else, and no finished archive', async () => {
    await writeFile(join(path, 'letter.txt'), 'dear');
    await expect(write()).rejects.toThrow('is not empty');
    await rm(path, { recursive: true });
    await write();
    await expect(write()).rejects.toThrow('holds an archive already');
  });

  it('refuses to go on in a log that was made anew, or has lost what comes next', async () => {
    await writeOrders(40);
    const stopping = new AbortController();
    const stop = () => stopping.abort(new Error('interrupted'));
    await expect(write({ signal: stopping.signal, onProgress: stop })).rejects.toThrow();
    const unfinished = await openArchiveFolder(path).unfinished();
    const first = unfinished?.topics[0]?.partitions[0]?.files[0]?.lastOffset ?? 0n;
    const at = { topic: ordersTopic, partition: 0 };
    log.session.memory.deleteBefore({ ...at, offset: first + 2n });
    await expect(write()).rejects.toThrow('retention has deleted');
    log.session.memory.recreateTopic(ordersTopic);
    await expect(write()).rejects.toThrow('made anew');
  });
});

describe('archive check', () => {
  const firstFile = async (): Promise<{ readonly at: string; readonly bytes: Buffer }> => {
    const manifest = await finishedManifest(openArchiveFolder(path));
    const at = join(path, manifest.topics.flatMap(filesOf)[0]?.path ?? '');
    return { at, bytes: await readFile(at) };
  };

  it('finds a flipped bit wherever it is', async () => {
    await writeOrders(8);
    await write();
    const { at, bytes } = await firstFile();
    for (let byte = 0; byte < bytes.length; byte += 61) {
      const flipped = Buffer.from(bytes);
      flipped[byte] = (flipped[byte] ?? 0) ^ (1 << (byte % 8));
      await writeFile(at, flipped);
      expect(await problems(), `byte ${byte}`).toHaveLength(1);
    }
    await writeFile(at, bytes);
    expect(await problems()).toEqual([]);
  });

  it('names the file and the block', async () => {
    await writeOrders(8);
    await write();
    const { at, bytes } = await firstFile();
    // Behind the block stand 16 bytes that end it.
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    await writeFile(at, bytes);
    const out = log.session.again();
    expect(await checkFolder(out, path, {})).toBe(1);
    expect(out.out.stdout()).toMatch(
      /^DAMAGED {2}orders\.events\.v1\/\d-\d{20}\.avro: block 1 of 1, at byte \d+: it was altered/,
    );
  });

  it('finds a file that is missing, cut off, or of another place', async () => {
    await writeOrders(40);
    const manifest = await write();
    const [first, second] = manifest.topics.flatMap(filesOf).map((file) => join(path, file.path));
    const [one, other] = [await readFile(first ?? ''), await readFile(second ?? '')];
    await writeFile(first ?? '', one.subarray(0, -1));
    await rm(second ?? '');
    expect((await problems()).map(({ problem }) => problem)).toEqual([
      expect.stringContaining('it is cut off'),
      'the file is missing',
    ]);
    await writeFile(first ?? '', other);
    await writeFile(second ?? '', one);
    expect(await problems()).toHaveLength(2);
  });

  it('believes no manifest that was altered or cut off', async () => {
    await writeOrders(4);
    await write();
    const at = join(path, 'manifest.json');
    const text = await readFile(at, 'utf8');
    await writeFile(at, text.replace('"tool": "test"', '"tool": "tent"'));
    await expect(problems()).rejects.toThrow('its checksum does not match');
    await writeFile(at, text.slice(0, -10));
    await expect(problems()).rejects.toThrow('it is cut off');
  });

  it('says that there is none', async () => {
    await expect(problems()).rejects.toThrow('holds no archive');
  });
});

describe('which topics', () => {
  it('are those that are kept for ever, unless others are asked for', () => {
    const names = (options: Parameters<typeof chosenTopics>[0]) =>
      chosenTopics(options).map(({ name }) => name);
    expect(names({})).toContain(topics.paymentsEvents.name);
    expect(names({})).not.toContain(topics.paymentsCommands.name);
    expect(names({ all: true })).toContain(topics.paymentsCommands.name);
    expect(names({ all: true })).not.toContain(topics.paymentsChangelog.name);
    expect(names({ topic: [ordersTopic] })).toEqual([ordersTopic]);
    expect(() => names({ topic: [topics.paymentsChangelog.name] })).toThrow('changelog');
    expect(() => names({ topic: ['nobody'] })).toThrow('no topic is called nobody');
  });
});

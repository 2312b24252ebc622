import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  checkArchive,
  finishedManifest,
  openArchiveFolder,
  openKafkaTarget,
  restoreArchive,
  writeArchive,
} from '@plumbline/cli';
import type { Catalogue, Codec, SchemaIds, TopicSpec } from '@plumbline/events';
import { catalogue, createCodec, topics } from '@plumbline/events';
import type { Log, LogRecord } from '@plumbline/kafka';
import { createKafkaLog, Unavailable, UnknownTopic } from '@plumbline/kafka';
import { createKafkaAdmin, createTopics } from '@plumbline/kafka/admin';
import { hasPython, localConfig, pythonEnvironment, runCommand } from '@plumbline/local';
import type { RegistrySchemaIds } from '@plumbline/registry';
import { createRegistrySchemaIds } from '@plumbline/registry';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

/** `src` and `dist` stand at the same depth, so this holds for both. */
const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const brokers = (process.env['PLUMBLINE_TEST_KAFKA'] ?? '127.0.0.1:19092').split(',');
const url = process.env['PLUMBLINE_TEST_REGISTRY'] ?? 'http://127.0.0.1:18081/apis/ccompat/v7';
const clientId = 'archive-test';
const timeoutMs = 60_000;

const topic = `archive-test-${randomUUID()}`;
const spec: TopicSpec = { ...topics.ordersEvents, name: topic };
const ownCatalogue: Catalogue = { ...catalogue, topics: [spec] };
const admin = createKafkaAdmin({ brokers, clientId, ssl: false, timeoutMs: 10_000 });
const { signal } = new AbortController();

const withPython = hasPython();
if (!withPython) process.stdout.write('Without python3 on the PATH, fastavro reads no archive.\n');

let python = '';
let folder = '';
let log: Log;
let schemaIds: RegistrySchemaIds;
let codec: Codec;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-archive-'));
  const requirementsFile = at('infra/integrity/python/subscribers.txt');
  const { cacheFolder } = localConfig(process.env);
  if (withPython) python = await pythonEnvironment({ cacheFolder, requirementsFile });
  await admin.connect();
  const created = { name: topic, partitions: 2, config: spec.config };
  await createTopics(admin, { topics: [created], timeoutMs: 10_000 });
  log = await createKafkaLog({ brokers, clientId });
  await vi.waitFor(() => log.ends({ topic, partition: 1 }), 15_000);
  schemaIds = createRegistrySchemaIds({ url });
  codec = createCodec(schemaIds, { catalogue: ownCatalogue });
  await codec.prepare([topic]);
}, 300_000);

afterAll(async () => {
  await admin.deleteTopics({ topics: [topic] }).catch(() => undefined);
  await admin.disconnect();
  await log.close();
  await schemaIds.close();
  await rm(folder, { recursive: true });
});

const event = (partition: number, number: number) => ({
  ...{ topic, partition, key: Buffer.from(`main/注文-${number}`) },
  value: codec.encode(topic, {
    type: 'OrderCancelled',
    data: { orderNo: `注文-${number}`, reason: 'changed my mind' },
  }),
  headers: { ce_id: `e-${number}`, ce_type: 'OrderCancelled' },
});

/** Transactions, of which one is aborted, and what is no Avro. */
async function fill(): Promise<void> {
  const producer = await log.openTransactionalProducer({ transactionalId: topic });
  for (let number = 0; number < 60; number += 3)
    await producer.transact([event(0, number), event(1, number + 1), event(0, number + 2)]);
  const tooLarge = { ...event(0, 1_000), value: Buffer.alloc(2 * 1_048_576) };
  await producer.transact([event(1, 999), tooLarge]).catch(() => undefined);
  await producer.close();
  const edge = await log.openEdgeProducer();
  await edge.send({ ...event(1, 61), value: Buffer.from('nonsense'), headers: {} });
  await edge.send({ ...event(1, 62), key: null, value: null, headers: {} });
  await edge.close();
}

async function readAll(): Promise<readonly LogRecord[]> {
  const all: LogRecord[] = [];
  for (const partition of [0, 1]) {
    const { logStartOffset: offset, lastStableOffset } = await log.ends({ topic, partition });
    const from = [{ topic, partition, offset }];
    const reader = await log.openReader({ from, isolation: 'read_committed' });
    while (reader.position({ topic, partition }) < lastStableOffset)
      for (const { records } of await reader.fetch({ maxWaitMs: 250 })) all.push(...records);
    await reader.close();
  }
  return all;
}

const said = ({ partition, timestampMs, key, value, headers }: LogRecord) => ({
  ...{ partition, timestampMs, key: key?.toString() ?? null, value: value?.toString('hex') },
  headers: Object.entries(headers).map(([name, bytes]) => [name, bytes.toString()]),
});

const open = () => openArchiveFolder(join(folder, 'archive'));

async function archive(): Promise<void> {
  const of: { readonly log: Log; readonly schemaIds: SchemaIds } = { log, schemaIds };
  await writeArchive({
    ...of,
    ...{
      folder: open(),
      specs: [spec],
      selection: null,
      tool: 'test',
      signal,
      nowMs: () => Date.now(),
    },
    onProgress: () => undefined,
  });
  const manifest = await finishedManifest(open());
  expect(await checkArchive({ folder: open(), manifest, signal })).toEqual([]);
}

interface ReadByPython {
  readonly timestamp: string;
  readonly key: string | null;
  readonly type: string | null;
  readonly value: unknown;
  readonly headers: readonly (readonly [string, string])[];
}

async function readByPython(): Promise<readonly ReadByPython[]> {
  const { topics: archived } = await finishedManifest(open());
  const files = archived.flatMap(({ partitions }) => partitions.flatMap((each) => each.files));
  const { code, output } = await runCommand({
    command: python,
    args: [
      ...['-X', 'utf8', at('docs/examples/read_archive.py')],
      ...files.map(({ path }) => join(open().path, path)),
    ],
    timeoutMs,
  });
  expect(code, output.join('\n')).toBe(0);
  return output.filter((line) => line !== '').map((line) => JSON.parse(line) as ReadByPython);
}

it(
  'a topic in Avro containers is read by fastavro, and comes back with keys, times and headers',
  async () => {
    await fill();
    const stood = await readAll();
    expect(stood).toHaveLength(62);
    expect(await log.isRestored?.({ topic, partition: 0 })).toBe(false);
    await archive();
    if (withPython) {
      const read = await readByPython();
      expect(read.map(({ key }) => key)).toEqual(stood.map(({ key }) => key?.toString() ?? null));
      expect(read.map(({ timestamp }) => Date.parse(timestamp))).toEqual(
        stood.map(({ timestampMs }) => timestampMs),
      );
      expect(read[0]).toMatchObject({
        ...{ type: 'plumbline.orders.OrderCancelled', key: 'main/注文-0' },
        value: { orderNo: '注文-0', reason: 'changed my mind' },
        headers: [
          ['ce_id', 'e-0'],
          ['ce_type', 'OrderCancelled'],
        ],
      });
    }
    const [was] = await log.describeTopics([topic]);
    await admin.deleteTopics({ topics: [topic] });
    await vi.waitFor(() => expect(isGone()).resolves.toBe(true), 15_000);

    const manifest = await finishedManifest(open());
    const target = await openKafkaTarget({ brokers, clientId, ssl: false });
    const of = { log, schemaIds, folder: open(), manifest, specs: [spec], signal };
    const [restored] = await restoreArchive({ ...of, target, onProgress: () => undefined });
    expect((await readAll()).map(said)).toEqual(stood.map(said));
    for (const partition of [0, 1]) expect(await log.isRestored?.({ topic, partition })).toBe(true);
    expect(restored?.was).toBe(was?.incarnation);
    expect(restored?.incarnation).not.toBe(was?.incarnation);
    expect((await target.topic(topic))?.settings).toMatchObject(spec.config);
    await expect(restoreArchive({ ...of, target, onProgress: () => undefined })).rejects.toThrow(
      'is not empty here',
    );
    await target.close();

    // From here on the broker says what time it is again.
    const edge = await log.openEdgeProducer();
    const appended = await edge.send(event(0, 100));
    await edge.close();
    expect(appended.appendTimeMs).toBeGreaterThan(stood.at(-1)?.timestampMs ?? Infinity);
  },
  timeoutMs,
);

async function isGone(): Promise<boolean> {
  try {
    await log.describeTopics([topic]);
    return false;
  } catch (error) {
    if (error instanceof UnknownTopic || error instanceof Unavailable) return true;
    throw error;
  }
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allTopics, avroType, catalogue, subjectOf, topics } from '@plumbline/events';
import { silentLogger } from '@plumbline/observability';
import { ordersTopology } from '@plumbline/orders';
import { runTopology } from '@plumbline/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openArchiveFolder } from '../archive/archive-folder.ts';
import { finishedManifest } from '../archive/check-archive.ts';
import type { MemoryTarget, TestLog } from '../archive/testing-archive.ts';
import { createMemoryTarget, createTestLog, ordersTopic } from '../archive/testing-archive.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { restoreTopics } from './archive-restore.ts';
import { checkFolder } from './archive.ts';
import type { BundleExportOptions } from './bundle.ts';
import { exportBundle, importBundle, showBundle } from './bundle.ts';

let path: string;
let source: TestLog;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'bundle-'));
  source = await createTestLog();
});
afterEach(() => rm(path, { recursive: true, force: true }));

const exported = (options: BundleExportOptions) => exportBundle(source.session, path, options);

/** A session that must need no server. */
function offline(): MemorySession {
  const absent = () => Promise.reject(new Error('no server'));
  return { ...source.session.again(), log: absent, codec: absent, schemaIds: absent };
}

interface Shown {
  readonly topic: string;
  readonly key: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function shown(): Promise<readonly Shown[]> {
  const session = offline();
  expect(await showBundle(session, path, { json: true })).toBe(0);
  const lines = session.out.stdout().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Shown);
}

const clearText = '{"payer":"Zhang San"}';

/** As an edge of a version before wrote it: with personal data in the clear. */
async function writeMoney(tenant: string, rawPayload: string): Promise<void> {
  const topic = topics.receivingCommands.name;
  const name = 'plumbline.receiving.ReportMoney';
  const schema = catalogue.schemas[name] ?? '';
  const id = await (await source.session.schemaIds()).idOf(subjectOf(topic, name), schema);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(id, 1);
  const body = avroType(schema).toBuffer({
    ...{ tenant, pid: '1000', aid: '1', payway: 'wxpay', channel: 'wxpay1', amountMinor: 100n },
    ...{ currency: 'CNY', platformOrder: 'wx1', rawPayload, reportedBy: 'client' },
  });
  source.session.memory.appendRaw({
    ...{ topic, partition: 1, key: Buffer.from(`${tenant}/1000-1`), headers: {} },
    value: Buffer.concat([frame, body]),
  });
}

describe('bundle export', () => {
  it('takes one order and nothing of others, to be read without any server', async () => {
    await source.write('H1');
    await source.write('H2');
    await source.write('H1', 'again');
    expect(await exported({ order: 'H1', tenant: 'main' })).toBe(0);
    const entries = await shown();
    expect(entries.map(({ key, data }) => [key, data['reason']])).toEqual([
      ['main/H1', 'changed my mind'],
      ['main/H1', 'again'],
    ]);
    const session = offline();
    await showBundle(session, path, {});
    expect(session.out.stdout()).toContain('OrderCancelled  by operator:ana');
    expect(session.out.stderr()).toContain('order main/H1, personal fields masked');
    expect(await checkFolder(offline(), path, {})).toBe(0);
  });

  it('takes a merchant, and no other whose name begins the same', async () => {
    await writeMoney('main', 'enc:v1:k:abc');
    await writeMoney('mainz', 'enc:v1:k:abc');
    await source.write('H1');
    await exported({ merchant: 'main' });
    expect((await shown()).map(({ key }) => key).sort()).toEqual(['main/1000-1', 'main/H1']);
  });

  it('takes a stretch of time, from the first moment and without the last', async () => {
    for (let number = 0; number < 12; number += 1) await source.write(`H${number}`);
    const times = source.records().map(({ timestampMs }) => timestampMs);
    const [from, to] = [Math.min(...times) + 3_000, Math.max(...times) - 2_000];
    await exported({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
    expect((await shown()).map(({ time }) => Date.parse(time))).toEqual(
      [...times].sort((one, other) => one - other).filter((ms) => ms >= from && ms < to),
    );
  });

  it('masks what stands in the clear, and shows no personal field at all', async () => {
    await writeMoney('main', clearText);
    await writeMoney('main', 'enc:v1:key-1:c2VjcmV0');
    await exported({ merchant: 'main' });
    expect(await stored()).not.toContain('Zhang San');
    expect((await shown()).map(({ data }) => data['rawPayload'])).toEqual([
      '(personal)',
      '(personal)',
    ]);
  });

  it('leaves it as it is for a reason, which stays in the bundle', async () => {
    await writeMoney('main', clearText);
    await exported({ merchant: 'main', withPersonal: true, reason: 'ticket 812' });
    expect(await stored()).toContain('Zhang San');
    expect((await finishedManifest(openArchiveFolder(path))).selection).toContain('ticket 812');
    expect((await shown())[0]?.data['rawPayload']).toBe('(personal)');
  });

  /** Everything in the containers, unpacked. */
  async function stored(): Promise<string> {
    const { openContainer } = await import('../archive/container.ts');
    const { topics: archived } = await finishedManifest(openArchiveFolder(path));
    const bodies: string[] = [];
    for (const { partitions } of archived)
      for (const file of partitions.flatMap(({ files }) => files))
        for (const { value } of openContainer(await readFile(join(path, file.path))).records())
          if (value.kind === 'record') bodies.push(value.body.toString('utf8'));
    return bodies.join('\n');
  }

  it.each<readonly [BundleExportOptions, string]>([
    [{}, 'name one of'],
    [{ order: 'H1', merchant: 'main' }, 'name one of'],
    [{ merchant: 'main', withPersonal: true }, 'needs --reason'],
    [{ merchant: 'main', reason: 'x' }, 'goes with --with-personal'],
    [{ from: '2026-01-31T12:00' }, '--from'],
    [{ from: '2026-01-31T12:00:00Z', to: '2026-01-31T12:00:00Z' }, 'is not before'],
    [{ order: 'nobody', tenant: 'main' }, 'says nothing about order main/nobody'],
  ])('refuses %j', async (options, message) => {
    await expect(exported(options)).rejects.toThrow(message);
  });
});

describe('bundle import', () => {
  let other: TestLog;
  let target: MemoryTarget;

  beforeEach(async () => {
    other = await createTestLog([topics.paymentsEvents.name]);
    target = createMemoryTarget(other);
  });

  /** With an administrator who sees what is in the other log. */
  async function imported(): Promise<number> {
    const states = await Promise.all(
      allTopics.map(async ({ name, config }) => ({
        ...{ name, settings: config },
        partitions: ((await target.topic(name))?.partitions ?? []).map(
          ({ start: startOffset, end: endOffset }, partition) => ({
            ...{ partition, startOffset, endOffset },
          }),
        ),
      })),
    );
    const absent = () => Promise.reject(new Error('not needed'));
    const admin = {
      topics: () => Promise.resolve(states),
      ...{ brokers: absent, offsetsSince: absent, close: absent },
    };
    const session = { ...other.session, admin: () => Promise.resolve(admin) };
    return importBundle(session, path, {}, () => Promise.resolve(target));
  }

  it('puts it into an empty stack, where no task takes it for work of its own', async () => {
    await source.write('H1');
    await exported({ order: 'H1', tenant: 'main' });
    expect(await imported()).toBe(0);
    expect(other.records().map(({ key }) => key?.toString())).toEqual(['main/H1']);
    const running = await runTopology({
      ...{ topology: ordersTopology, log: other.session.memory, logger: silentLogger },
      ...{ codec: other.session.memoryCodec, partitions: 4 },
    });
    try {
      const failed = () => running.tasks().find(({ status }) => status === 'failed');
      await vi.waitFor(() => expect(failed()).toBeDefined(), 5_000);
      expect(failed()?.problem).toContain('the state of this task was lost');
    } finally {
      await running.close();
    }
  });

  it('puts nothing into a stack that holds something', async () => {
    await source.write('H1');
    await exported({ order: 'H1', tenant: 'main' });
    await other.write('H9');
    await expect(imported()).rejects.toThrow(`${ordersTopic} holds something`);
  });

  it('is not taken for whole topics', async () => {
    await source.write('H1');
    await exported({ order: 'H1', tenant: 'main' });
    await expect(restoreTopics(other.session, path, {})).rejects.toThrow('is a bundle');
  });
});

import { randomBytes } from 'node:crypto';
import type { Codec } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openErasureLog } from './erasures.ts';
import type { KeyRing } from './key-ring.ts';
import { createKeyRing } from './key-ring.ts';
import type { DataKeyRows } from './data-key-rows.ts';
import type { MasterKeys } from './master-keys.ts';
import { createMemoryDataKeyRows, noFaults } from './memory/memory-rows.ts';
import type { RepeatedErasures } from './repeat-erasures.ts';
import { repeatErasures } from './repeat-erasures.ts';

const partitions = 4;
const topic = topics.erasuresEvents.name;
const masterKeys: MasterKeys = { current: randomBytes(32), previous: null };
const nowMs = () => 1_735_689_600_123;

let log: MemoryLog;
let codec: Codec;
let rows: DataKeyRows;
let running: RepeatedErasures | null = null;
const faults = noFaults();

beforeEach(() => {
  log = createMemoryLog({ topics: [{ name: topic, partitions }] });
  codec = createCodec(createMemorySchemaIds());
  rows = createMemoryDataKeyRows(faults);
});
afterEach(async () => {
  faults.down = false;
  await running?.close();
  running = null;
});

const erasureLog = () =>
  openErasureLog({ log, codec, partitions, source: '/test', actor: 'operator:ana' });

async function ring(): Promise<KeyRing> {
  return createKeyRing({ rows, masterKeys, nowMs, recordErasure: (await erasureLog()).record });
}

async function follow(keyRing: KeyRing): Promise<void> {
  running = await repeatErasures({
    ...{ log, codec, partitions, keyRing, logger: silentLogger, everyMs: 5 },
  });
}

/** The keys of these subjects as a backup has them. */
async function backedUp(...subjects: readonly string[]) {
  const keys = await Promise.all(subjects.map((subject) => rows.live(subject)));
  return async (): Promise<void> => {
    rows = createMemoryDataKeyRows(faults);
    for (const key of keys) if (key !== null) await rows.insert(key, nowMs());
  };
}

it('an erasure stands in the log before the key is gone, with who, whose and why', async () => {
  const text = await (await ring()).encrypt('app:a', 'x');
  await (await ring()).erase('app:a', 'asked to');
  const [record] = log.topicRecords(topic);
  expect(record?.key?.toString()).toBe('app:a');
  expect(record?.headers['ce_actor']?.toString()).toBe('operator:ana');
  expect(codec.decode(topic, record?.value ?? null).data).toEqual({
    ...{ subject: 'app:a', keyIds: [text.split(':')[2]], reason: 'asked to', erasedAt: nowMs() },
  });
});

it('what cannot be written down is not erased, and a repeat erases it', async () => {
  const failing = createKeyRing({
    ...{ rows, masterKeys, nowMs },
    recordErasure: () => Promise.reject(new Error('the log is away')),
  });
  const text = await failing.encrypt('app:a', 'x');
  await expect(failing.erase('app:a', 'asked to')).rejects.toThrow('the log is away');
  expect(await failing.decrypt(text)).toBe('x');
  const { keyIds } = await (await ring()).erase('app:a', 'asked to');
  expect(keyIds).toEqual([text.split(':')[2]]);
});

it('whoever died between the log and the row has erased the key', async () => {
  const keyRing = await ring();
  const text = await keyRing.encrypt('app:a', 'x');
  const { record } = await erasureLog();
  const keyIds = [text.split(':')[2] ?? ''];
  await record({ subject: 'app:a', keyIds, reason: 'asked to', erasedAt: nowMs() });
  await follow(keyRing);
  await vi.waitFor(async () => expect(await keyRing.decrypt(text)).toBe(null));
});

it('a vault that is restored from a backup forgets again who was forgotten since, and nobody else', async () => {
  const before = await ring();
  const [erased, kept] = [await before.encrypt('app:a', 'x'), await before.encrypt('app:b', 'y')];
  const restore = await backedUp('app:a', 'app:b');
  await before.erase('app:a', 'asked to');
  const came = await before.encrypt('app:a', 'after');
  await restore();
  const after = await ring();
  expect(await after.decrypt(erased)).toBe('x');
  await follow(after);
  await vi.waitFor(async () => expect(await after.decrypt(erased)).toBe(null));
  expect(await (await ring()).decrypt(erased)).toBe(null);
  expect(await after.decrypt(kept)).toBe('y');
  // The backup never had the key that the subject got afterwards.
  expect(await after.decrypt(came)).toBe(null);
  expect(await (await ring()).decrypt(await after.encrypt('app:a', 'anew'))).toBe('anew');
});

it('one that is restored while it is followed is asked again, also after Postgres was away', async () => {
  const keyRing = await ring();
  const text = await keyRing.encrypt('app:a', 'x');
  const key = await rows.live('app:a');
  await keyRing.erase('app:a', 'asked to');
  await follow(keyRing);
  faults.down = true;
  await new Promise((resolve) => setTimeout(resolve, 30));
  faults.down = false;
  const restored = createMemoryDataKeyRows(faults);
  if (key !== null) await restored.insert(key, nowMs());
  Object.assign(rows, restored);
  await vi.waitFor(async () => expect(await rows.byId(text.split(':')[2] ?? '')).toBe('erased'));
});

it('what is no erasure is passed over, and the others hold', async () => {
  const keyRing = await ring();
  const text = await keyRing.encrypt('app:a', 'x');
  log.appendRaw({ topic, partition: 0, key: null, value: Buffer.from('what'), headers: {} });
  const restore = await backedUp('app:a');
  await keyRing.erase('app:a', 'asked to');
  await restore();
  const after = await ring();
  await follow(after);
  await vi.waitFor(async () => expect(await after.decrypt(text)).toBe(null));
});

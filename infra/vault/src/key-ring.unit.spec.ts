import { randomBytes } from 'node:crypto';
import { PostgresDown } from '@plumbline/postgres';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DataKeyRows } from './data-key-rows.ts';
import { AlteredText, WrongMasterKey } from './errors.ts';
import { createKeyRing } from './key-ring.ts';
import type { MasterKeys } from './master-keys.ts';
import type { MemoryFaults } from './memory/memory-rows.ts';
import { createMemoryDataKeyRows, noFaults } from './memory/memory-rows.ts';
import { rewrapKeys } from './rewrap.ts';

const masterKeys: MasterKeys = { current: randomBytes(32), previous: null };
const app = 'app:demo_app';

let faults: MemoryFaults;
let rows: DataKeyRows;
/** One process; all share the rows. */
const open = (keys = masterKeys) => createKeyRing({ rows, masterKeys: keys, nowMs: () => 1 });

beforeEach(() => {
  faults = noFaults();
  rows = createMemoryDataKeyRows(faults);
});

describe('a key ring', () => {
  it('reads what it or another process encrypted', async () => {
    const [one, other] = [open(), open()];
    const text = await one.encrypt(app, 'a card');
    expect(await one.decrypt(text)).toBe('a card');
    expect(await other.decrypt(text)).toBe('a card');
    expect(await other.digest(app, 'a')).toBe(await one.digest(app, 'a'));
  });

  it('makes one key for a subject, however many ask for it at once in several processes', async () => {
    const rings = [open(), open(), open()];
    const texts = await Promise.all(
      rings.flatMap((ring) => [1, 2, 3, 4].map(() => ring.encrypt(app, 'x'))),
    );
    expect(new Set(texts.map((text) => text.split(':')[2])).size).toBe(1);
    for (const text of texts) expect(await open().decrypt(text)).toBe('x');
  });

  it('keeps subjects apart', async () => {
    const ring = open();
    const [one, other] = [await ring.encrypt(app, 'x'), await ring.encrypt('gateway:LAKALA', 'x')];
    const [, , keyId = ''] = one.split(':');
    const [, , otherId = ''] = other.split(':');
    expect(keyId).not.toBe(otherId);
    await expect(ring.decrypt(one.replace(keyId, otherId))).rejects.toThrow(AlteredText);
    expect(await ring.digest(app, 'a')).not.toBe(await ring.digest('gateway:LAKALA', 'a'));
  });

  it('works without Postgres with what was used once, and says so where it cannot', async () => {
    const ring = open();
    await ring.warm([app]);
    const text = await ring.encrypt(app, 'x');
    faults.down = true;
    expect(await ring.decrypt(await ring.encrypt(app, 'y'))).toBe('y');
    expect(await ring.decrypt(text)).toBe('x');
    await expect(ring.encrypt('app:new', 'x')).rejects.toThrow(PostgresDown);
    await expect(open().decrypt(text)).rejects.toThrow(PostgresDown);
    faults.down = false;
    expect(await ring.decrypt(await ring.encrypt('app:new', 'z'))).toBe('z');
  });

  it('refuses what is no encrypted text, and knows nothing of a key that is lost', async () => {
    await expect(open().decrypt('a card')).rejects.toThrow(AlteredText);
    const text = await open().encrypt(app, 'x');
    rows = createMemoryDataKeyRows(faults);
    expect(await open().decrypt(text)).toBe(null);
  });

  it.each(['demo_app', 'app:', 'App:x', 'app:a b', 'app:a\n', `app:${'x'.repeat(129)}`])(
    'takes %j for no subject',
    async (subject) => {
      await expect(open().encrypt(subject, 'x')).rejects.toThrow('is no subject');
      await expect(open().erase(subject, 'x')).rejects.toThrow('is no subject');
    },
  );
});

describe('an erasure', () => {
  it('leaves nothing that could be read, and another key for what comes after', async () => {
    const ring = open();
    const before = await ring.encrypt(app, 'x');
    const digest = await ring.digest(app, 'a');
    const { keyIds } = await ring.erase(app, 'asked to');
    expect(keyIds).toEqual([before.split(':')[2]]);
    expect(await ring.decrypt(before)).toBe(null);
    expect(await open().decrypt(before)).toBe(null);
    const after = await ring.encrypt(app, 'y');
    expect(await open().decrypt(after)).toBe('y');
    expect(await ring.digest(app, 'a')).not.toBe(digest);
    expect(await ring.erase('app:nobody', 'asked to')).toEqual({ keyIds: [] });
  });

  it('is forgotten by another process when it asks, and by none that cannot', async () => {
    const [one, other] = [open(), open()];
    const kept = await other.encrypt('app:kept', 'k');
    const text = await other.encrypt(app, 'x');
    await one.erase(app, 'asked to');
    expect(await other.decrypt(text)).toBe('x');
    faults.down = true;
    await expect(other.forgetErased()).rejects.toThrow(PostgresDown);
    expect(await other.decrypt(text)).toBe('x');
    faults.down = false;
    await other.forgetErased();
    expect(await other.decrypt(text)).toBe(null);
    expect(await other.encrypt(app, 'y')).not.toContain(text.split(':')[2]);
    const { calls } = faults;
    expect(await other.decrypt(kept)).toBe('k');
    expect(faults.calls).toBe(calls);
  });
});

describe('a change of the master key', () => {
  const next: MasterKeys = { current: randomBytes(32), previous: masterKeys.current };

  it('goes on with both while keys are wrapped anew, and then without the old one', async () => {
    const texts = await Promise.all(
      Array.from({ length: 7 }, (_, at) => open().encrypt(`app:a${at}`, `x${at}`)),
    );
    const alone: MasterKeys = { ...next, previous: null };
    await expect(open(alone).decrypt(texts[0] ?? '')).rejects.toThrow(WrongMasterKey);
    expect(await open(next).decrypt(texts[0] ?? '')).toBe('x0');
    expect(await rewrapKeys({ rows, masterKeys: next })).toEqual({ rewrapped: 7, failed: [] });
    expect(await rewrapKeys({ rows, masterKeys: next })).toEqual({ rewrapped: 0, failed: [] });
    for (const [at, text] of texts.entries())
      expect(await open(alone).decrypt(text)).toBe(`x${at}`);
    await expect(open().decrypt(texts[0] ?? '')).rejects.toThrow(WrongMasterKey);
  });

  it('leaves alone what neither key opens, and says so', async () => {
    const stranger: MasterKeys = { current: randomBytes(32), previous: null };
    const text = await open(stranger).encrypt('app:strange', 'x');
    await open().encrypt(app, 'x');
    const { rewrapped, failed } = await rewrapKeys({ rows, masterKeys: next });
    expect(rewrapped).toBe(1);
    expect(failed.map(({ keyId }) => keyId)).toEqual([text.split(':')[2]]);
    expect(await open(stranger).decrypt(text)).toBe('x');
  });
});

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ApiKeyRows, StoredApiKey } from '../api-key-rows.ts';
import type { DataKeyRows } from '../data-key-rows.ts';
import type { WrappedKey } from '../master-keys.ts';

const word = (): string => randomBytes(6).toString('hex');

const wrapped = (subject: string, masterKeyId = 'm1'): WrappedKey => ({
  ...{ keyId: word(), subject, masterKeyId },
  wrapped: randomBytes(60),
});

/** What both the tables and their stand-in in memory do. Rows of other tests may be there. */
export function dataKeyRowsContract(rows: () => DataKeyRows): void {
  const atMs = Date.UTC(2026, 0, 1, 0, 0, 0, 123);

  it('gives back the key of a subject, by subject and by id, and none that is not there', async () => {
    const key = wrapped(`app:${word()}`);
    expect(await rows().live(key.subject)).toBe(null);
    expect(await rows().byId(key.keyId)).toBe('missing');
    await rows().insert(key, atMs);
    expect(await rows().live(key.subject)).toEqual(key);
    expect(await rows().byId(key.keyId)).toEqual(key);
  });

  it('keeps the first of several keys that are made for a subject at once', async () => {
    const subject = `app:${word()}`;
    const keys = [wrapped(subject), wrapped(subject), wrapped(subject)];
    await Promise.all(keys.map((key) => rows().insert(key, atMs)));
    const live = await rows().live(subject);
    expect(keys).toContainEqual(live);
    for (const { keyId } of keys)
      expect(await rows().byId(keyId)).toEqual(keyId === live?.keyId ? live : 'missing');
  });

  it('erases for good, says what it erased, and lets the subject have another key', async () => {
    const [first, second] = [wrapped(`app:${word()}`), wrapped('')];
    const { subject } = first;
    await rows().insert(first, atMs);
    const erased = { keyIds: [first.keyId, word()], reason: 'asked to', atMs };
    expect(await rows().erase(erased)).toEqual([first.keyId]);
    expect(await rows().erase(erased)).toEqual([]);
    expect(await rows().byId(first.keyId)).toBe('erased');
    await rows().insert({ ...second, subject }, atMs);
    expect(await rows().live(subject)).toEqual({ ...second, subject });
    expect(await rows().liveAmong([first.keyId, second.keyId, word()])).toEqual(
      new Set([second.keyId]),
    );
  });

  it('replaces a wrapped key by compare-and-set, and never one that was erased meanwhile', async () => {
    const from = wrapped(`app:${word()}`, word());
    await rows().insert(from, atMs);
    const to = { ...from, wrapped: randomBytes(60), masterKeyId: word() };
    const mine = async (masterKeyId: string) =>
      (await rows().underOthers({ masterKeyId, after: '', limit: 10_000 })).filter(
        ({ subject }) => subject === from.subject,
      );
    expect(await mine(to.masterKeyId)).toEqual([from]);
    expect(await rows().replace({ from, to })).toBe(true);
    expect(await mine(to.masterKeyId)).toEqual([]);
    expect(await rows().live(from.subject)).toEqual(to);
    expect(await rows().replace({ from, to })).toBe(false);
    await rows().erase({ keyIds: [from.keyId], reason: 'asked to', atMs });
    expect(await rows().replace({ from: to, to: from })).toBe(false);
    expect(await rows().byId(from.keyId)).toBe('erased');
  });

  it('goes through the keys by id, a batch at a time', async () => {
    const keys = Array.from({ length: 5 }, () => wrapped(`app:${word()}`, word()));
    for (const key of keys) await rows().insert(key, atMs);
    const found: string[] = [];
    for (let after = ''; ;) {
      const batch = await rows().underOthers({ masterKeyId: 'none', after, limit: 2 });
      expect(batch.length).toBeLessThanOrEqual(2);
      for (const { keyId } of batch) {
        expect(keyId > after).toBe(true);
        found.push((after = keyId));
      }
      if (batch.length < 2) break;
    }
    for (const { keyId } of keys) expect(found.filter((each) => each === keyId)).toHaveLength(1);
  });
}

export function apiKeyRowsContract(rows: () => ApiKeyRows): void {
  const at = (second: number): number => Date.UTC(2026, 0, 1, 0, 0, second, 7);
  const stored = (appId: string, over: Partial<StoredApiKey> = {}): StoredApiKey => ({
    ...{ keyId: word(), appId, name: 'a till', digest: randomBytes(32), createdAtMs: at(0) },
    ...{ scopes: ['payments:read', 'refunds:write'], expiresAtMs: null, revokedAtMs: null },
    lastUsedAtMs: null,
    ...over,
  });

  it('gives back keys as they were made, to the millisecond', async () => {
    const keys = [stored(word()), stored(word(), { expiresAtMs: at(9) })];
    for (const key of keys) await rows().insert(key);
    const found = await rows().byIds([...keys.map(({ keyId }) => keyId), word()]);
    expect(new Set(found)).toEqual(new Set(keys));
  });

  it('lists the keys of an app, the oldest first', async () => {
    const app = word();
    const [young, old] = [stored(app, { createdAtMs: at(5) }), stored(app)];
    for (const key of [young, old, stored(word())]) await rows().insert(key);
    expect(await rows().list(app)).toEqual([old, young]);
    expect((await rows().list(null)).length).toBeGreaterThanOrEqual(3);
  });

  it('revokes a key once, and none that is not there', async () => {
    const key = stored(word());
    await rows().insert(key);
    expect(await rows().revoke(key.keyId, at(3))).toEqual({ ...key, revokedAtMs: at(3) });
    expect(await rows().revoke(key.keyId, at(4))).toEqual({ ...key, revokedAtMs: at(3) });
    expect(await rows().revoke(word(), at(4))).toBe(null);
  });

  it('never sets the time of its last use back', async () => {
    const key = stored(word());
    await rows().insert(key);
    for (const second of [2, 4, 3]) await rows().used(key.keyId, at(second));
    expect(await rows().byIds([key.keyId])).toEqual([{ ...key, lastUsedAtMs: at(4) }]);
  });
}

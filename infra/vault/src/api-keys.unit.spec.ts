import { createMetrics, silentLogger } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiKeyRows } from './api-key-rows.ts';
import type { ApiKeysOptions } from './api-keys.ts';
import { createApiKeys } from './api-keys.ts';
import { apiScopes } from './api-scopes.ts';
import { unknownKeysHeldMax } from './limits.ts';
import type { NewApiKey } from './manage-api-keys.ts';
import { appIdProblem, issueApiKey } from './manage-api-keys.ts';
import type { MemoryFaults } from './memory/memory-rows.ts';
import { createMemoryApiKeyRows, noFaults } from './memory/memory-rows.ts';

const tenant = 'main';
let faults: MemoryFaults;
let rows: ApiKeyRows;
let atMs: number;
let metrics = createMetrics({ service: 'test', processMetrics: false });
const nowMs = () => atMs;

beforeEach(() => {
  faults = noFaults();
  rows = createMemoryApiKeyRows(faults);
  atMs = Date.UTC(2026, 0, 1);
  metrics = createMetrics({ service: 'test', processMetrics: false });
});

/** One process; all share the rows. */
const open = (over: Partial<ApiKeysOptions> = {}) =>
  createApiKeys({
    ...{ rows, tenant, nowMs, metrics, localStack: false, logger: silentLogger },
    ...over,
  });

const issue = (over: Partial<NewApiKey> = {}) =>
  issueApiKey(
    { appId: 'shop', name: 'a till', scopes: ['payments:read'], expiresAtMs: null, ...over },
    { rows, tenant, nowMs },
  );

const countOf = async (outcome: string): Promise<number> => {
  const line = new RegExp(
    `^plumbline_api_authentications_total{outcome="${outcome}".*} (\\d+)$`,
    'm',
  );
  return Number(line.exec(await metrics.text())?.[1] ?? 0);
};

describe('an API key', () => {
  it('is known by its text alone, with its app and scopes', async () => {
    const { text, key } = await issue();
    expect(text).toMatch(/^pk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    expect(await open().authenticate(text)).toEqual({
      ...{ keyId: key.keyId, appId: 'shop', name: 'a till', scopes: ['payments:read'] },
    });
    expect(await countOf('ok')).toBe(1);
  });

  it('is not kept: what is at rest does not lead back to it', async () => {
    const { text, key } = await issue();
    const [stored] = await rows.byIds([key.keyId]);
    expect(stored?.digest).toHaveLength(32);
    const atRest = JSON.stringify(stored) + (stored?.digest.toString('latin1') ?? '');
    expect(atRest).not.toContain(text.slice(20));
  });

  it('is unknown with any character changed, cut off or added, whatever stands there', async () => {
    const { text } = await issue();
    const keys = open();
    const swapped = (at: number) => {
      const character = text[at] === 'a' ? 'b' : 'a';
      return text.slice(0, at) + character + text.slice(at + 1);
    };
    const wrong = [
      ...text.split('').map((_, at) => swapped(at)),
      ...['', text.slice(0, -1), `${text}a`, ` ${text}`, `${text}\n`, text.toUpperCase()],
      ...['local-merchant-key', 'pk__', "pk_' or 1=1 --", 'x'.repeat(100_000)],
    ];
    for (const each of wrong) expect(await keys.authenticate(each), each.slice(0, 99)).toBe(null);
    expect(await countOf('unknown')).toBe(wrong.length);
    expect(await keys.authenticate(text)).not.toBe(null);
  });

  it('is one of several of an app that are good at once, so that one can replace another', async () => {
    const [old, next] = [await issue(), await issue()];
    const keys = open();
    expect(await keys.authenticate(old.text)).not.toBe(null);
    expect(await keys.authenticate(next.text)).not.toBe(null);
    await rows.revoke(old.key.keyId, atMs);
    atMs += 10_000;
    expect(await keys.authenticate(old.text)).toBe(null);
    expect(await keys.authenticate(next.text)).not.toBe(null);
    expect(await countOf('revoked')).toBe(1);
  });

  it('ends at its time, to the millisecond, also while it is remembered', async () => {
    const { text } = await issue({ expiresAtMs: atMs + 5_000 });
    const keys = open();
    atMs += 4_999;
    expect(await keys.authenticate(text)).not.toBe(null);
    atMs += 1;
    expect(await keys.authenticate(text)).toBe(null);
    expect(await countOf('expired')).toBe(1);
  });

  it('opens nothing when its app has the name of the platform itself', async () => {
    const { text } = await issue({ appId: 'shop' });
    expect(await open({ tenant: 'shop' }).authenticate(text)).toBe(null);
    await expect(issue({ appId: tenant })).rejects.toThrow("is the platform's own tenant");
  });

  it.each(['', 'a b', 'a/b', 'é', 'x'.repeat(33), 'a\n', tenant])('is of no app %j', (appId) => {
    expect(appIdProblem(appId, tenant)).not.toBe(null);
  });

  it.each(['demo_app', 'A-1', 'x'.repeat(32)])('can be of app %j', (appId) => {
    expect(appIdProblem(appId, tenant)).toBe(null);
  });
});

describe('the key of the local stack', () => {
  it('is demo_app with all scopes there, and nobody elsewhere', async () => {
    faults.down = true;
    const local = await open({ localStack: true }).authenticate('local-merchant-key');
    expect(local).toMatchObject({ appId: 'demo_app', scopes: apiScopes });
    expect(await open().authenticate('local-merchant-key')).toBe(null);
    const own = open({ localStack: true, tenant: 'demo_app' });
    expect(await own.authenticate('local-merchant-key')).toBe(null);
  });
});

describe('what is remembered', () => {
  const guessed = (text: string, at: number): string =>
    text.replace(/pk_.{16}/, `pk_${at.toString(16).padStart(16, '0')}`);

  it('answers for 10 s without Postgres being asked, and then asks', async () => {
    const { text } = await issue();
    const keys = open();
    await keys.authenticate(text);
    await keys.settled();
    const { calls } = faults;
    atMs += 9_999;
    for (let each = 0; each < 20; each += 1) await keys.authenticate(text);
    expect(faults.calls).toBe(calls);
    atMs += 1;
    await keys.authenticate(text);
    expect(faults.calls).toBe(calls + 1);
  });

  it('holds for 60 s while Postgres is away, and is never turned into a refusal after that', async () => {
    const { text } = await issue();
    const keys = open();
    await keys.authenticate(text);
    await keys.settled();
    faults.down = true;
    atMs += 59_999;
    expect(await keys.authenticate(text)).not.toBe(null);
    atMs += 1;
    await expect(keys.authenticate(text)).rejects.toThrow(PostgresDown);
    expect(await countOf('down')).toBe(1);
    faults.down = false;
    expect(await keys.authenticate(text)).not.toBe(null);
  });

  it('does not refuse a key that may have been made since, while Postgres is away', async () => {
    const { text, key } = await issue();
    const keys = open();
    const guess = text.replace(key.keyId, '0123456789abcdef');
    expect(await keys.authenticate(guess)).toBe(null);
    const { calls } = faults;
    expect(await keys.authenticate(guess)).toBe(null);
    expect(faults.calls).toBe(calls);
    faults.down = true;
    atMs += 10_000;
    await expect(keys.authenticate(guess)).rejects.toThrow(PostgresDown);
  });

  it('is not pushed out by guesses, which share their look-ups', async () => {
    const { text } = await issue();
    const keys = open();
    await keys.authenticate(text);
    await keys.settled();
    const before = faults.calls;
    for (let first = 0; first <= unknownKeysHeldMax; first += 1_000) {
      const guesses = Array.from({ length: 1_000 }, (_, at) => guessed(text, first + at));
      const answers = await Promise.all(guesses.map((guess) => keys.authenticate(guess)));
      expect(answers.every((answer) => answer === null)).toBe(true);
    }
    // Of each thousand the first alone, and then 200 at a time.
    expect(faults.calls - before).toBeLessThanOrEqual(6 * 11);
    faults.down = true;
    expect(await keys.authenticate(text)).not.toBe(null);
  });

  it('refuses to look up more than it can, as a dependency that is down', async () => {
    const { text } = await issue();
    const keys = open();
    const answers = await Promise.allSettled(
      Array.from({ length: 3_000 }, (_, at) => keys.authenticate(guessed(text, at))),
    );
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const each of refused) expect(each).toMatchObject({ reason: { name: 'PostgresDown' } });
    expect(await keys.authenticate(text)).not.toBe(null);
  });
});

describe('the time of the last use', () => {
  const lastUse = async (keyId: string) => (await rows.byIds([keyId]))[0]?.lastUsedAtMs;

  it('is written at most once a minute, by all processes together', async () => {
    const { text, key } = await issue();
    const [one, other] = [open(), open()];
    const first = atMs;
    await one.authenticate(text);
    await one.settled();
    expect(await lastUse(key.keyId)).toBe(first);
    atMs += 59_000;
    for (const keys of [one, other]) {
      await keys.authenticate(text);
      await keys.settled();
    }
    expect(await lastUse(key.keyId)).toBe(first);
    atMs += 1_000;
    await one.authenticate(text);
    await one.settled();
    expect(await lastUse(key.keyId)).toBe(atMs);
  });

  it('is left out when it cannot be written, and nobody waits for it', async () => {
    const { text, key } = await issue();
    const broken = { ...rows, used: () => Promise.reject(new PostgresDown('away')) };
    const keys = open({ rows: broken });
    expect(await keys.authenticate(text)).not.toBe(null);
    await keys.settled();
    expect(await lastUse(key.keyId)).toBe(null);
  });
});

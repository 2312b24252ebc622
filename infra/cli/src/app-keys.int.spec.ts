import { randomBytes } from 'node:crypto';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { openPostgres } from '@plumbline/postgres';
import type { Vault } from '@plumbline/vault';
import { masterKeysOf, openVault, vaultSchema } from '@plumbline/vault';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli } from './run-cli.ts';
import { createSession } from './session/session.ts';
import { recordOutput } from './testing/memory-session.ts';

const postgresUrl =
  process.env['PLUMBLINE_TEST_POSTGRES'] ?? 'postgres://plumbline:local@127.0.0.1:15432/plumbline';

const kafka = {
  PLUMBLINE_KAFKA_BROKERS: process.env['PLUMBLINE_TEST_KAFKA'] ?? '127.0.0.1:19092',
  PLUMBLINE_REGISTRY_URL:
    process.env['PLUMBLINE_TEST_REGISTRY'] ?? 'http://127.0.0.1:18081/apis/ccompat/v7',
};

const masterKey = randomBytes(32).toString('base64');

async function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const out = recordOutput();
  const exitCode = await runCli({
    ...{ args, out, signal: new AbortController().signal, createSession },
    env: { ...kafka, PLUMBLINE_POSTGRES_URL: postgresUrl, ...env },
  });
  return { exitCode, stdout: out.stdout(), stderr: out.stderr() };
}

interface Backup {
  readonly wrapped: Buffer;
  readonly master_key_id: string;
}

interface Erased {
  readonly subject: string;
  readonly keyIds: readonly string[];
  readonly there: readonly string[];
}

interface Shown {
  readonly key?: string;
  readonly keyId: string;
  readonly state: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

const word = () => randomBytes(6).toString('hex');

/** A process that opened it with this master key alone. */
const open = (key: string, over: { readonly nowMs?: () => number } = {}): Vault =>
  openVault({
    ...{ url: postgresUrl, tenant: 'main', localStack: false, nowMs: Date.now },
    masterKeys: masterKeysOf({ PLUMBLINE_LOCAL_STACK: false, PLUMBLINE_MASTER_KEY: key }),
    ...{ logger: silentLogger, metrics: createMetrics({ service: 't', processMetrics: false }) },
    ...{ forgetEveryMs: 50, ...over },
  });

describe('on a real Postgres', () => {
  let vault: Vault;
  let atMs = Date.now();
  beforeAll(() => {
    vault = open(masterKey, { nowMs: () => atMs });
  });
  afterAll(() => vault.close());

  it('app-key create prints a key that is good, once, and list shows all but the key', async () => {
    const app = `app_${word()}`;
    const { exitCode, stdout, stderr } = await cli(['app-key', 'create', '--app', app]);
    expect(exitCode).toBe(0);
    const text = stdout.trim();
    expect(stderr).not.toContain(text);
    expect(await vault.apiKeys.authenticate(text)).toMatchObject({ appId: app });
    const listed = await cli(['app-key', 'list', '--app', app]);
    expect(listed.stdout).toContain(text.slice(3, 19));
    expect(listed.stdout).not.toContain(text.slice(20));
    expect(listed.stdout).toContain('live');
    expect((await cli(['app-key', 'list', '--app', `${app}x`])).stderr).toContain('no keys');
  });

  it('app-key create gives the scopes, the name and the time that were asked for', async () => {
    const app = `app_${word()}`;
    const asked = ['--scope', 'payments:read', 'refunds:read', '--name', 'a till'];
    const made = await cli([
      'app-key',
      'create',
      '--app',
      app,
      ...asked,
      '--expires-in',
      '1h',
      '--json',
    ]);
    const key = JSON.parse(made.stdout) as Shown;
    expect(key).toMatchObject({ name: 'a till', scopes: ['payments:read', 'refunds:read'] });
    expect(Date.parse(key.expiresAt ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    const known = await vault.apiKeys.authenticate(key.key ?? '');
    expect(known).toMatchObject({ keyId: key.keyId, scopes: key.scopes });
  });

  it('app-key revoke ends one key of an app, and the other goes on', async () => {
    const app = `app_${word()}`;
    const [old, next] = await Promise.all(
      [1, 2].map(async () => {
        const { stdout } = await cli(['app-key', 'create', '--app', app, '--json']);
        return JSON.parse(stdout) as Shown;
      }),
    );
    for (const key of [old, next])
      expect(await vault.apiKeys.authenticate(key?.key ?? '')).not.toBe(null);
    const { exitCode, stdout } = await cli(['app-key', 'revoke', old?.keyId ?? '']);
    expect(stdout).toContain('is revoked since');
    expect(exitCode).toBe(0);
    atMs += 10_000;
    expect(await vault.apiKeys.authenticate(old?.key ?? '')).toBe(null);
    expect(await vault.apiKeys.authenticate(next?.key ?? '')).not.toBe(null);
    const { stdout: list } = await cli(['app-key', 'list', '--app', app, '--json']);
    const states = (JSON.parse(list) as readonly Shown[]).map(({ keyId, state }) => [keyId, state]);
    expect(Object.fromEntries(states)).toEqual({
      [old?.keyId ?? '']: 'revoked',
      [next?.keyId ?? '']: 'live',
    });
  });

  it('app-key revoke of nobody ends with 1, and never repeats a key that was given to it', async () => {
    const nobody = await cli(['app-key', 'revoke', '0123456789abcdef']);
    expect(nobody).toMatchObject({ exitCode: 1, stderr: 'no key is called 0123456789abcdef\n' });
    const pasted = await cli(['app-key', 'revoke', 'pk_0123456789abcdef_secret']);
    expect(pasted.exitCode).toBe(2);
    expect(pasted.stderr + pasted.stdout).not.toContain('secret');
  });

  it('personal-data erase forgets a subject in running processes, once', async () => {
    const subject = `app:${word()}`;
    const text = await vault.keyRing.encrypt(subject, 'x');
    const erase = () => cli(['personal-data', 'erase', subject, '--reason', 'asked to', '--json']);
    const { exitCode, stdout } = await erase();
    expect(JSON.parse(stdout)).toEqual({ subject, keyIds: [text.split(':')[2]] });
    expect(exitCode).toBe(0);
    await vi.waitFor(async () => expect(await vault.keyRing.decrypt(text)).toBe(null));
    const again = await erase();
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain(`no key of ${subject}`);
  });

  it('personal-data erasures tells of a key that a restored backup brought back, and erases it', async () => {
    const [subject, rows] = [`app:${word()}`, `${vaultSchema}.subject_keys`];
    const text = await vault.keyRing.encrypt(subject, 'x');
    const postgres = openPostgres({ url: postgresUrl, logger: silentLogger });
    const own = async () => {
      const { stdout } = await cli(['personal-data', 'erasures', '--json']);
      return (JSON.parse(stdout) as readonly Erased[]).filter((each) => each.subject === subject);
    };
    try {
      const backup = await postgres.query<Backup>(`select * from ${rows} where subject = ?`, [
        subject,
      ]);
      expect(await own()).toEqual([]);
      await cli(['personal-data', 'erase', subject, '--reason', 'asked to']);
      const keyIds = [text.split(':')[2]];
      expect(await own()).toMatchObject([{ keyIds, reason: 'asked to', there: [] }]);
      await postgres.query(
        `update ${rows} set wrapped = ?, master_key_id = ?, erased_at = null, erase_reason = null
           where subject = ?`,
        [backup[0]?.wrapped ?? '', backup[0]?.master_key_id ?? '', subject],
      );
      expect(await own()).toMatchObject([{ there: keyIds }]);
      const told = await cli(['personal-data', 'erasures']);
      expect(told.exitCode).toBe(1);
      expect(told.stdout).toContain('READABLE AGAIN');
      const repeated = await cli(['personal-data', 'erasures', '--repeat']);
      expect(repeated.exitCode).toBe(0);
      expect(repeated.stdout).toContain('ERASED AGAIN');
      expect(await own()).toMatchObject([{ there: [] }]);
    } finally {
      await postgres.close();
    }
  });

  it('personal-data rewrap moves keys to another master key, and names those it cannot', async () => {
    const text = await vault.keyRing.encrypt(`app:${word()}`, 'x');
    const next = randomBytes(32).toString('base64');
    const env = { PLUMBLINE_MASTER_KEY: next, PLUMBLINE_PREVIOUS_MASTER_KEY: masterKey };
    const moved = await cli(['personal-data', 'rewrap', '--json'], env);
    expect((JSON.parse(moved.stdout) as { rewrapped: number }).rewrapped).toBeGreaterThan(0);
    const other = open(next);
    expect(await other.keyRing.decrypt(text)).toBe('x');
    await other.close();
    const stranger = { PLUMBLINE_MASTER_KEY: randomBytes(32).toString('base64') };
    const { exitCode, stdout } = await cli(['personal-data', 'rewrap'], stranger);
    expect(stdout).toContain('PLUMBLINE_PREVIOUS_MASTER_KEY');
    expect(exitCode).toBe(1);
    for (const secret of [next, masterKey]) expect(stdout + moved.stdout).not.toContain(secret);
  });
});

import { randomBytes } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { createMetrics, silentLogger } from '@plumbline/observability';
import type { Postgres } from '@plumbline/postgres';
import { openPostgres, PostgresDown } from '@plumbline/postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApiKeyRows } from './api-key-rows.ts';
import { monitorKeyRowsContract } from './contract/monitor-rows-contract.ts';
import { apiKeyRowsContract, dataKeyRowsContract } from './contract/rows-contract.ts';
import { endpointSecretRowsContract } from './contract/secret-rows-contract.ts';
import { createEndpointSecretRows } from './endpoint-secret-rows.ts';
import { createDataKeyRows } from './data-key-rows.ts';
import { issueApiKey } from './manage-api-keys.ts';
import type { MasterKeys } from './master-keys.ts';
import { masterKeysOf } from './master-keys.ts';
import { vaultSchema, vaultSql } from './migrate-vault.ts';
import { createMonitorKeyRows } from './monitor-key-rows.ts';
import { newMonitorKeyId } from './monitor-key-text.ts';
import type { Vault, VaultOptions } from './open-vault.ts';
import { openVault } from './open-vault.ts';
import { createReveals } from './reveals.ts';
import { rewrapKeys } from './rewrap.ts';

function testPostgresUrl(): string {
  const url = process.env['PLUMBLINE_TEST_POSTGRES'];
  if (url === undefined || url === '')
    throw new Error('PLUMBLINE_TEST_POSTGRES is not set: postgres://user:password@host:port/db');
  return url;
}

const word = () => randomBytes(6).toString('hex');
const masterKeys = masterKeysOf({ PLUMBLINE_LOCAL_STACK: true });

let postgres: Postgres;
const closing: (() => Promise<void>)[] = [];
beforeAll(() => {
  postgres = openPostgres({ url: testPostgresUrl(), logger: silentLogger });
});
afterAll(() => postgres.close());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** One process. */
function open(changes: Partial<VaultOptions> = {}): Vault {
  const vault = openVault({
    ...{ url: testPostgresUrl(), masterKeys, tenant: 'main', localStack: false },
    ...{ nowMs: Date.now, logger: silentLogger },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
    ...changes,
  });
  closing.push(() => vault.close());
  return vault;
}

describe('keys of subjects in Postgres', () => {
  dataKeyRowsContract(() => createDataKeyRows(vaultSql(postgres)));
});

describe('API keys in Postgres', () => {
  apiKeyRowsContract(() => createApiKeyRows(vaultSql(postgres)));
});

describe('secrets of endpoints in Postgres', () => {
  endpointSecretRowsContract(() => createEndpointSecretRows(vaultSql(postgres)));
});

describe('keys of monitor clients in Postgres', () => {
  monitorKeyRowsContract(() => createMonitorKeyRows(vaultSql(postgres)));
});

it('makes its tables once, whoever comes first', async () => {
  const vaults = Array.from({ length: 4 }, () => open());
  const states = await Promise.all(vaults.map((vault) => vault.health()));
  expect(states).toEqual(vaults.map(() => ({ ok: true })));
  const migrations = await postgres.query(`select name from ${vaultSchema}.migrations order by 1`);
  expect(migrations).toEqual([
    { name: '1-subject-keys' },
    { name: '2-api-keys' },
    { name: '3-endpoint-secrets' },
    { name: '4-monitor-keys' },
    { name: '5-reveals' },
  ]);
});

it('makes one key for a subject that several processes meet at once', async () => {
  const vaults = Array.from({ length: 4 }, () => open());
  const subject = `app:${word()}`;
  const texts = await Promise.all(
    vaults.flatMap(({ keyRing }) => [1, 2].map(() => keyRing.encrypt(subject, '张三'))),
  );
  expect(new Set(texts.map((text) => text.split(':')[2])).size).toBe(1);
  const read = await Promise.all(texts.map((text) => open().keyRing.decrypt(text)));
  expect(new Set(read)).toEqual(new Set(['张三']));
});

it('keeps no key in the clear, and nothing of one that was erased but when and why', async () => {
  const { keyRing } = open({ nowMs: () => Date.UTC(2026, 0, 2) });
  const subject = `app:${word()}`;
  await keyRing.encrypt(subject, 'x');
  const rows = () =>
    postgres.query<Readonly<Record<string, unknown>>>(
      `select * from ${vaultSchema}.subject_keys where subject = ?`,
      [subject],
    );
  const [live] = await rows();
  expect((live?.['wrapped'] as Buffer).length).toBe(60);
  await keyRing.erase(subject, 'asked to');
  expect(await rows()).toEqual([
    {
      ...{ ...live, wrapped: null, master_key_id: null },
      ...{ erased_at: new Date(Date.UTC(2026, 0, 2)), erase_reason: 'asked to' },
    },
  ]);
});

it('keeps who looked at personal data, why, where, and under which keys it stood', async () => {
  const { keyRing } = open();
  const text = await keyRing.encrypt(`app:${word()}`, '张三');
  const [, , keyId] = text.split(':');
  const atMs = Date.UTC(2026, 0, 2);
  const reveals = createReveals({ sql: vaultSql(postgres), keyRing, nowMs: () => atMs });
  const what = `order timeline main/${word()}`;
  const of = { actor: 'operator:ana', reason: 'ticket 812', what };
  expect(await reveals.reveal([text, text], of)).toEqual(new Map([[text, '张三']]));
  const rows = await postgres.query(
    `select actor, reason, key_ids, revealed_at from ${vaultSchema}.reveals where what = ?`,
    [what],
  );
  const { actor, reason } = of;
  expect(rows).toEqual([{ actor, reason, key_ids: [keyId], revealed_at: new Date(atMs) }]);
});

it('forgets in every process what was erased in one', async () => {
  const [one, other] = [open(), open({ forgetEveryMs: 50 })];
  const subject = `app:${word()}`;
  const text = await other.keyRing.encrypt(subject, 'x');
  await one.keyRing.erase(subject, 'asked to');
  expect(await one.keyRing.decrypt(text)).toBe(null);
  await vi.waitFor(async () => expect(await other.keyRing.decrypt(text)).toBe(null));
  const after = await other.keyRing.encrypt(subject, 'y');
  expect(await one.keyRing.decrypt(after)).toBe('y');
});

it('wraps every key anew after a change of the master key', async () => {
  const before: MasterKeys = { current: randomBytes(32), previous: null };
  const next: MasterKeys = { current: randomBytes(32), previous: before.current };
  const subject = `app:${word()}`;
  const text = await open({ masterKeys: before }).keyRing.encrypt(subject, 'x');
  const rows = createDataKeyRows(vaultSql(postgres));
  const { rewrapped, failed } = await rewrapKeys({ rows, masterKeys: next });
  expect(rewrapped).toBe(1);
  // Those of the other tests are under neither key, and stay as they are.
  expect(failed.map(({ keyId }) => keyId)).not.toContain(text.split(':')[2]);
  const alone = open({ masterKeys: { current: next.current, previous: null } });
  expect(await alone.keyRing.decrypt(text)).toBe('x');
});

it('keeps no secret and no token of a monitor client in the clear, and opens them elsewhere', async () => {
  const [one, other] = [open(), open()];
  const [clientId, keyId] = [`mc_${word()}`, newMonitorKeyId()];
  const grant = { clientId, pid: '1000', aids: ['1'], version: 1n, revokedAtMs: null };
  await one.monitorKeys.put(grant);
  const key = { clientId, keyId, version: 2n, othersEndAtMs: Date.now() };
  const { secret, token } = await one.monitorKeys.issue(key);
  const [row] = await postgres.query<{ readonly at_rest: string }>(
    `select to_jsonb(monitor_keys)::text as at_rest from ${vaultSchema}.monitor_keys
       where client_id = ?`,
    [clientId],
  );
  const atRest = row?.at_rest ?? '';
  expect(atRest).toContain('token_digest');
  for (const text of [secret.slice(3), token.slice(20)]) expect(atRest).not.toContain(text);
  expect(await other.monitorKeys.client(clientId)).toEqual({
    ...{ clientId, pid: '1000', aids: ['1'], isRevoked: false },
    keys: [{ keyId, secret, expiresAtMs: null }],
  });
  expect(await other.monitorKeys.token(token)).toEqual({ kind: 'good', clientId, keyId });
});

interface Way {
  readonly url: string;
  cut(): void;
  mend(): Promise<void>;
}

/** Leads to Postgres until it is cut, and again once it is mended. */
async function openWay(): Promise<Way> {
  const to = new URL(testPostgresUrl());
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(to.port || '5432'), to.hostname);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
    client.pipe(upstream).pipe(client);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  await listen(0);
  closing.push(() => {
    cut();
    return Promise.resolve();
  });
  const { port } = server.address() as AddressInfo;
  const { href } = Object.assign(new URL(to), { host: `127.0.0.1:${port}` });
  return { url: href, cut, mend: () => listen(port) };
}

it('goes on without Postgres with what it has used, says what it cannot, and refuses no key', async () => {
  let atMs = Date.now();
  const way = await openWay();
  const vault = open({ url: way.url, nowMs: () => atMs });
  const subject = `app:${word()}`;
  await vault.keyRing.warm([subject]);
  const on = { rows: createApiKeyRows(vaultSql(postgres)), tenant: 'main', nowMs: () => atMs };
  const asked = { appId: word(), name: '', scopes: ['payments:read'], expiresAtMs: null } as const;
  const [known, strange] = [await issueApiKey(asked, on), await issueApiKey(asked, on)];
  expect(await vault.apiKeys.authenticate(known.text)).toMatchObject({ appId: asked.appId });
  way.cut();
  expect(await vault.keyRing.decrypt(await vault.keyRing.encrypt(subject, 'x'))).toBe('x');
  expect((await vault.health()).ok).toBe(false);
  atMs += 59_000;
  expect(await vault.apiKeys.authenticate(known.text)).toMatchObject({ appId: asked.appId });
  await expect(vault.keyRing.encrypt('app:new', 'x')).rejects.toBeInstanceOf(PostgresDown);
  const startedAt = performance.now();
  await expect(vault.apiKeys.authenticate(strange.text)).rejects.toBeInstanceOf(PostgresDown);
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  atMs += 2_000;
  await expect(vault.apiKeys.authenticate(known.text)).rejects.toBeInstanceOf(PostgresDown);
});

it('may be opened before Postgres is there', async () => {
  const way = await openWay();
  way.cut();
  const vault = open({ url: way.url });
  const subject = `app:${word()}`;
  await expect(vault.keyRing.encrypt(subject, 'x')).rejects.toBeInstanceOf(PostgresDown);
  await way.mend();
  expect(await vault.keyRing.decrypt(await vault.keyRing.encrypt(subject, 'x'))).toBe('x');
});

it('takes what is gone with its tables as erased, and begins anew', async () => {
  const [one, other] = [open(), open()];
  const subject = `app:${word()}`;
  const text = await one.keyRing.encrypt(subject, 'x');
  await other.health();
  // Not dropped: it may be a vault that somebody needs.
  const aside = `${vaultSchema}_aside_${word()}`;
  await postgres.query(`alter schema ${vaultSchema} rename to ${aside}`);
  try {
    await expect(other.keyRing.decrypt(text)).rejects.toMatchObject({ code: '42P01' });
    expect(await other.keyRing.decrypt(text)).toBe(null);
    expect(await one.keyRing.decrypt(await other.keyRing.encrypt(subject, 'y'))).toBe('y');
  } finally {
    await postgres.query(`drop schema if exists ${vaultSchema} cascade`);
    await postgres.query(`alter schema ${aside} rename to ${vaultSchema}`);
  }
  expect(await open().keyRing.decrypt(text)).toBe('x');
});

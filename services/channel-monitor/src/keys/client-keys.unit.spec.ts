import { PostgresDown } from '@plumbline/postgres';
import type { MemoryVault } from '@plumbline/vault';
import { newMonitorKeyId, openMemoryVault } from '@plumbline/vault';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthentication } from '../auth/authenticate.ts';
import { keysTriedMax } from '../auth/limits.ts';
import { createMemoryNonces } from '../auth/testing/memory-nonces.ts';
import { nowMs, sent, signed } from '../auth/testing/requests.ts';
import { createClientKeys, isKeyStoreDown } from './client-keys.ts';
import { isWithin } from './client-scope.ts';

let vault: MemoryVault;
let version: bigint;
beforeEach(() => {
  vault = openMemoryVault({ nowMs: () => nowMs });
  version = 0n;
});

const open = (localStack = false) =>
  createClientKeys({ monitorKeys: vault.monitorKeys, localStack });

async function registered(
  clientId: string,
  of: { readonly pid?: string; readonly aids?: readonly string[] } = {},
) {
  const grant = { clientId, pid: of.pid ?? '1000', aids: of.aids ?? [], revokedAtMs: null };
  await vault.monitorKeys.put({ ...grant, version: (version += 1n) });
  return { ...(await issued(clientId)), grant };
}

async function issued(clientId: string, othersEndAtMs = nowMs) {
  const key = { clientId, keyId: newMonitorKeyId(), version: (version += 1n), othersEndAtMs };
  return { ...key, ...(await vault.monitorKeys.issue(key)) };
}

/** What the real authentication says, over these keys. */
function world(localStack = false) {
  const authenticate = createAuthentication({
    ...{ keys: open(localStack), nonces: createMemoryNonces(), isKeyStoreDown },
    rateLimit: { take: () => Promise.resolve({ allowed: true, remaining: 1 }) },
    nowMs: () => nowMs,
  });
  const said = async (facts: Parameters<typeof authenticate>[0]) => {
    const verdict = await authenticate(facts);
    return verdict.kind === 'refused' ? verdict.code : verdict.clientId;
  };
  let calls = 0;
  return {
    bySecret: (client: string, secret: string) =>
      said(signed(sent({ client, secret, nonce: `nonce-${(calls += 1)}-of-it` }))),
    byToken: (token: string) =>
      said({ ...signed(sent()), headers: { authorization: `Bearer ${token}` } }),
  };
}

describe('a monitor client with a key of the vault', () => {
  it('is let in by its secret and by its token, by each as itself', async () => {
    const { secret, token } = await registered('mc_phone');
    const { bySecret, byToken } = world();
    expect(await bySecret('mc_phone', secret)).toBe('mc_phone');
    expect(await byToken(token)).toBe('mc_phone');
    expect(await bySecret('mc_phone', token)).toBe('signature_wrong');
    expect(await byToken(secret)).toBe('token_unknown');
    expect(await bySecret('mc_other', secret)).toBe('client_unknown');
  });

  it('is told that a key was replaced, or revoked with it', async () => {
    const { secret, token, grant } = await registered('mc_phone');
    const next = await issued('mc_phone');
    const { bySecret, byToken } = world();
    expect(await bySecret('mc_phone', secret)).toBe('key_expired');
    expect(await byToken(token)).toBe('token_expired');
    expect(await bySecret('mc_phone', next.secret)).toBe('mc_phone');
    await vault.monitorKeys.put({ ...grant, version: (version += 1n), revokedAtMs: nowMs });
    expect(await bySecret('mc_phone', next.secret)).toBe('key_revoked');
    expect(await byToken(next.token)).toBe('token_revoked');
  });

  it('is not refused with Postgres away, unless it was seen before', async () => {
    const { secret, token } = await registered('mc_phone');
    const { bySecret, byToken } = world();
    vault.faults.down = true;
    expect(await bySecret('mc_phone', secret)).toBe('key_store_unavailable');
    expect(await byToken(token)).toBe('key_store_unavailable');
    vault.faults.down = false;
    expect(await byToken(token)).toBe('mc_phone');
    vault.faults.down = true;
    expect(await bySecret('mc_phone', secret)).toBe('mc_phone');
  });

  it('may report for its merchant and its accounts, whatever its own id is', async () => {
    await registered('mc_phone', { aids: ['1', '2'] });
    await registered('mc_x', { pid: '2000' });
    await registered('1000');
    const keys = open();
    const may = async (clientId: string, pid: string, aid: string) => {
      const scope = await keys.scopeOf(clientId);
      return scope !== null && isWithin(scope, { pid, aid });
    };
    expect(await may('mc_phone', '1000', '1')).toBe(true);
    expect(await may('mc_phone', '1000', '3')).toBe(false);
    expect(await may('mc_phone', '2000', '1')).toBe(false);
    expect(await may('1000', '1000', '77')).toBe(true);
    expect(await may('1000', '2000', '1')).toBe(false);
    // A merchant whose id looks like a client's is not that client's.
    expect(await may('mc_x', 'mc_x', '1')).toBe(false);
    expect(await may('mc_nobody', 'mc_nobody', '1')).toBe(false);
    expect(await keys.scopeOf('mc_phone')).toEqual({ pid: '1000', aids: ['1', '2'] });
  });

  it('may report nothing once it is revoked, and nobody guesses with Postgres away', async () => {
    const { grant } = await registered('mc_phone');
    await vault.monitorKeys.put({ ...grant, version: 9n, revokedAtMs: nowMs });
    const keys = open();
    expect(await keys.scopeOf('mc_phone')).toBeNull();
    vault.faults.down = true;
    await expect(keys.scopeOf('mc_new')).rejects.toThrow(PostgresDown);
  });
});

describe('the key of the local stack', () => {
  it('is merchant 1000 there, with Postgres away as well, and nobody elsewhere', async () => {
    const [there, elsewhere] = [world(true), world(false)];
    const text = 'local-monitor-key';
    expect(await elsewhere.bySecret('1000', text)).toBe('client_unknown');
    expect(await elsewhere.byToken(text)).toBe('token_unknown');
    vault.faults.down = true;
    expect(await there.bySecret('1000', text)).toBe('1000');
    expect(await there.byToken(text)).toBe('1000');
    expect(await open(true).scopeOf('1000')).toEqual({ pid: '1000', aids: [] });
  });

  it('is one beside those that were issued, and no other client’s', async () => {
    const first = await registered('1000');
    for (let times = 0; times < keysTriedMax; times += 1) await issued('1000', nowMs + 1);
    const { bySecret } = world(true);
    expect(await bySecret('1000', 'local-monitor-key')).toBe('1000');
    expect(await bySecret('1000', first.secret)).toBe('signature_wrong');
    expect(await open(true).keysOf('1000')).toHaveLength(keysTriedMax);
    await registered('mc_phone');
    expect(await bySecret('mc_phone', 'local-monitor-key')).toBe('signature_wrong');
  });
});

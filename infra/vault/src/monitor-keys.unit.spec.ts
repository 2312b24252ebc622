import { PostgresDown } from '@plumbline/postgres';
import { describe, expect, it } from 'vitest';
import { monitorKeysMax, unknownMonitorsHeldMax } from './limits.ts';
import { openMemoryVault } from './memory/memory-vault.ts';
import { createMemoryMonitorKeyRows } from './memory/memory-monitor-rows.ts';
import { newMonitorKeyId } from './monitor-key-text.ts';
import { createMonitorKeys } from './monitor-keys.ts';

const hourMs = 3_600_000;
const clientId = 'mc_phone';

function world() {
  let atMs = 1_000_000_000;
  let version = 1n;
  const nowMs = () => atMs;
  const vault = openMemoryVault({ nowMs });
  const { faults } = vault;
  const rows = createMemoryMonitorKeyRows(faults);
  /** One process; all share the rows. */
  const open = () => createMonitorKeys({ rows, keyRing: vault.keyRing, nowMs });
  const keys = open();
  const put = (over: { readonly aids?: readonly string[]; readonly revokedAtMs?: number } = {}) =>
    keys.put({
      ...{ clientId, pid: '1000', aids: [], version: (version += 1n), revokedAtMs: null, ...over },
    });
  const issue = async (overlapMs = 0, by = keys) => {
    const keyId = newMonitorKeyId();
    const key = { clientId, keyId, version: (version += 1n), othersEndAtMs: atMs + overlapMs };
    return { keyId, ...(await by.issue(key)) };
  };
  const kinds = async (...tokens: readonly string[]) =>
    (await Promise.all(tokens.map((token) => keys.token(token)))).map(({ kind }) => kind);
  const secrets = async () => ((await keys.client(clientId))?.keys ?? []).map((key) => key.secret);
  return { keys, open, put, issue, kinds, secrets, faults, pass: (ms: number) => (atMs += ms) };
}

async function registered() {
  const here = world();
  await here.put({ aids: ['1'] });
  return { ...here, first: await here.issue() };
}

describe('a key of a monitor client', () => {
  it('has a secret and a token, which say nothing of each other', async () => {
    const { keys, first } = await registered();
    expect(first.secret).toMatch(/^mk_[A-Za-z0-9_-]{43}$/);
    expect(first.token).toMatch(/^mt_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    expect(first.token).not.toContain(first.secret.slice(3));
    const { keyId, secret } = first;
    expect(await keys.client(clientId)).toEqual({
      ...{ clientId, pid: '1000', aids: ['1'], isRevoked: false },
      keys: [{ keyId, secret, expiresAtMs: null }],
    });
    expect(await keys.token(first.token)).toEqual({ kind: 'good', clientId, keyId });
    expect(await keys.client('mc_other')).toBeNull();
  });

  it('has a token that is unknown with any character changed, cut off or added', async () => {
    const { keys, first } = await registered();
    const { token } = first;
    const swapped = (at: number) =>
      token.slice(0, at) + (token[at] === 'a' ? 'b' : 'a') + token.slice(at + 1);
    const wrong = [
      ...token.split('').map((_, at) => swapped(at)),
      ...['', token.slice(0, -1), `${token}a`, ` ${token}`, first.secret, 'local-monitor-key'],
    ];
    for (const each of wrong) expect(await keys.token(each), each).toEqual({ kind: 'unknown' });
  });

  it('is replaced by another at once, and told from what is nobody’s once it is over', async () => {
    const { issue, kinds, secrets, first } = await registered();
    const second = await issue(0);
    expect(await secrets()).toEqual([second.secret, first.secret]);
    expect(await kinds(first.token, second.token)).toEqual(['expired', 'good']);
  });

  it('is good beside the next until the overlap is over, to the millisecond', async () => {
    const { issue, kinds, pass, first } = await registered();
    const second = await issue(24 * hourMs);
    pass(24 * hourMs - 1);
    expect(await kinds(first.token, second.token)).toEqual(['good', 'good']);
    pass(1);
    expect(await kinds(first.token, second.token)).toEqual(['expired', 'good']);
  });

  it('never has an overlap that grows again', async () => {
    const { issue, kinds, pass, first } = await registered();
    const [second, third] = [await issue(hourMs), await issue(24 * hourMs)];
    const all = [first.token, second.token, third.token];
    expect(await kinds(...all)).toEqual(['good', 'good', 'good']);
    pass(hourMs);
    expect(await kinds(...all)).toEqual(['expired', 'good', 'good']);
  });

  it('is told as revoked with its client, and one that is made after that is no better', async () => {
    const { keys, put, issue, kinds, first } = await registered();
    await put({ revokedAtMs: 1 });
    await put();
    const late = await issue();
    expect(await kinds(first.token, late.token)).toEqual(['revoked', 'revoked']);
    expect((await keys.client(clientId))?.isRevoked).toBe(true);
  });

  it('is one of eight that are kept, the newest', async () => {
    const { issue, kinds, secrets, first } = await registered();
    const more = [];
    for (let times = 0; times < monitorKeysMax; times += 1) more.push(await issue(hourMs));
    expect(await secrets()).toEqual(more.map(({ secret }) => secret).reverse());
    expect(await kinds(first.token, more[0]?.token ?? '')).toEqual(['unknown', 'good']);
  });
});

describe('what is remembered of monitor clients', () => {
  it('answers for 10 s without Postgres being asked, and then a revocation holds', async () => {
    const { keys, open, put, faults, pass, first } = await registered();
    const elsewhere = open();
    await elsewhere.client(clientId);
    await put({ revokedAtMs: 1 });
    const { calls } = faults;
    pass(9_999);
    for (let times = 0; times < 20; times += 1)
      expect((await elsewhere.client(clientId))?.isRevoked).toBe(false);
    expect(faults.calls).toBe(calls);
    // Where it was written it holds at once.
    expect((await keys.client(clientId))?.isRevoked).toBe(true);
    pass(1);
    expect((await elsewhere.client(clientId))?.isRevoked).toBe(true);
    expect(await elsewhere.token(first.token)).toEqual({ kind: 'revoked' });
  });

  it('takes a new token at once, wherever it was made', async () => {
    const { open, issue, first } = await registered();
    const elsewhere = open();
    expect(await elsewhere.token(first.token)).toMatchObject({ kind: 'good' });
    const second = await issue(0);
    expect(await elsewhere.token(second.token)).toMatchObject({ kind: 'good' });
    expect(await elsewhere.token(first.token)).toEqual({ kind: 'expired' });
  });

  it('holds for 60 s while Postgres is away, and is never turned into a refusal after that', async () => {
    const { keys, faults, pass, secrets, first } = await registered();
    await keys.token(first.token);
    faults.down = true;
    pass(59_999);
    expect(await keys.token(first.token)).toMatchObject({ kind: 'good' });
    expect(await secrets()).toEqual([first.secret]);
    pass(1);
    await expect(keys.token(first.token)).rejects.toThrow(PostgresDown);
    await expect(keys.client(clientId)).rejects.toThrow(PostgresDown);
    faults.down = false;
    expect(await keys.token(first.token)).toMatchObject({ kind: 'good' });
  });

  it('does not refuse who may have been registered since, while Postgres is away', async () => {
    const { keys, faults, pass, first } = await registered();
    const guess = first.token.replace(first.keyId, '0123456789abcdef');
    const tried = async () => [await keys.client('mc_other'), await keys.token(guess)];
    expect(await tried()).toEqual([null, { kind: 'unknown' }]);
    const { calls } = faults;
    expect(await tried()).toEqual([null, { kind: 'unknown' }]);
    expect(faults.calls).toBe(calls);
    faults.down = true;
    pass(10_000);
    await expect(keys.client('mc_other')).rejects.toThrow(PostgresDown);
    await expect(keys.token(guess)).rejects.toThrow(PostgresDown);
  });

  it('is not pushed out by guesses, which share their look-ups', async () => {
    const { keys, faults, first } = await registered();
    await keys.token(first.token);
    const before = faults.calls;
    for (let from = 0; from <= unknownMonitorsHeldMax; from += 1_000) {
      const guesses = Array.from({ length: 1_000 }, (_, at) => keys.client(`mc_${from + at}`));
      expect(new Set(await Promise.all(guesses))).toEqual(new Set([null]));
    }
    // Of each thousand the first alone, and then 200 at a time.
    expect(faults.calls - before).toBeLessThanOrEqual(6 * 11);
    faults.down = true;
    expect(await keys.token(first.token)).toMatchObject({ kind: 'good' });
  });

  it('is shown to people as it is in Postgres now', async () => {
    const { keys, open, issue, first } = await registered();
    const elsewhere = open();
    await elsewhere.client(clientId);
    const second = await issue(hourMs);
    const shown = (await elsewhere.keysOf([clientId, 'mc_other'])).get(clientId);
    expect(shown?.map(({ keyId }) => keyId)).toEqual([second.keyId, first.keyId]);
    expect(shown?.map(({ expiresAtMs }) => expiresAtMs)).toEqual([null, 1_000_000_000 + hourMs]);
    expect((await keys.keysOf([])).size).toBe(0);
  });
});

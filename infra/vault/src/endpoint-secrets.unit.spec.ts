import { PostgresDown } from '@plumbline/postgres';
import { describe, expect, it } from 'vitest';
import { openMemoryVault } from './memory/memory-vault.ts';

const hourMs = 3_600_000;
const secret = (secretId: string, overlapMs = 0) => ({
  ...{ endpointId: 'ep_1', secretId, text: `whsec_${secretId}`, overlapMs },
});

function world() {
  let atMs = 1_000_000;
  const vault = openMemoryVault({ nowMs: () => atMs });
  const pass = (ms: number) => (atMs += ms);
  const signing = (newest: string | null) => vault.endpointSecrets.signing('ep_1', newest);
  return { vault, secrets: vault.endpointSecrets, pass, signing };
}

describe('secrets of an endpoint', () => {
  it('sign with the newest first, and with the one before until its overlap is over', async () => {
    const { secrets, signing, pass } = world();
    await secrets.add(secret('a'));
    expect(await signing('a')).toEqual(['whsec_a']);
    await secrets.add(secret('b', 24 * hourMs));
    expect(await signing('b')).toEqual(['whsec_b', 'whsec_a']);
    pass(24 * hourMs - 1);
    expect(await signing('b')).toEqual(['whsec_b', 'whsec_a']);
    pass(1);
    expect(await signing('b')).toEqual(['whsec_b']);
  });

  it('never let an overlap grow again', async () => {
    const { secrets, signing, pass } = world();
    await secrets.add(secret('a'));
    await secrets.add(secret('b', hourMs));
    await secrets.add(secret('c', 24 * hourMs));
    expect(await signing('c')).toEqual(['whsec_c', 'whsec_b', 'whsec_a']);
    pass(hourMs);
    expect(await signing('c')).toEqual(['whsec_c', 'whsec_b']);
  });

  it('are added once, however often the same is added', async () => {
    const { secrets, signing } = world();
    await secrets.add(secret('a'));
    await secrets.add(secret('b'));
    await secrets.add(secret('b'));
    await secrets.add(secret('a', 24 * hourMs));
    expect(await signing('b')).toEqual(['whsec_b']);
  });

  it('are read anew as soon as the log names another, and not before a minute otherwise', async () => {
    const { vault, secrets, signing, pass } = world();
    await secrets.add(secret('a'));
    await signing('a');
    const { calls } = vault.faults;
    await signing('a');
    expect(vault.faults.calls).toBe(calls);
    await signing('b');
    expect(vault.faults.calls).toBeGreaterThan(calls);
    const again = vault.faults.calls;
    pass(60_000);
    await signing('b');
    expect(vault.faults.calls).toBeGreaterThan(again);
  });

  it('stay good for ten minutes while Postgres is away, and then say so', async () => {
    const { vault, secrets, signing, pass } = world();
    await secrets.add(secret('a'));
    await signing('a');
    vault.faults.down = true;
    pass(599_999);
    expect(await signing('a')).toEqual(['whsec_a']);
    pass(1);
    await expect(signing('a')).rejects.toThrow(PostgresDown);
    await expect(secrets.signing('ep_2', null)).rejects.toThrow(PostgresDown);
  });

  it('stand in Postgres encrypted, and are gone with their endpoint', async () => {
    const { vault, secrets, signing } = world();
    await secrets.add(secret('a'));
    const sealed = await vault.keyRing.encrypt('endpoint:ep_1', 'whsec_a');
    expect(sealed).not.toContain('whsec_a');
    await secrets.forget('ep_1');
    expect(await signing(null)).toEqual([]);
    expect(await vault.keyRing.decrypt(sealed)).toBe(null);
  });
});

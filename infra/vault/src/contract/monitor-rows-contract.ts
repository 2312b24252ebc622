import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { monitorKeysMax } from '../limits.ts';
import type { MonitorKeyRows, StoredMonitorGrant, StoredMonitorKey } from '../monitor-key-rows.ts';

const word = (): string => randomBytes(6).toString('hex');

/** What both the tables and their stand-in in memory do. Rows of other tests may be there. */
export function monitorKeyRowsContract(rows: () => MonitorKeyRows): void {
  const atMs = Date.UTC(2026, 0, 1, 0, 0, 0, 123);
  const grant = (over: Partial<StoredMonitorGrant> = {}): StoredMonitorGrant => ({
    ...{ clientId: `mc_${word()}`, pid: '1000', aids: ['1', '2'], version: 1n },
    revokedAtMs: null,
    ...over,
  });
  const key = (clientId: string, version: bigint): StoredMonitorKey => ({
    ...{ keyId: word(), clientId, sealed: `sealed ${word()}`, tokenDigest: randomBytes(32) },
    ...{ version, othersEndAtMs: atMs + 1, createdAtMs: atMs },
  });
  const read = async (clientId: string) => (await rows().byClients([clientId]))[0] ?? null;

  it('gives back clients as they were put, with their keys, the newest first', async () => {
    const [one, other] = [grant(), grant({ aids: [], version: 9n, revokedAtMs: atMs })];
    const [first, second] = [key(one.clientId, 2n), key(one.clientId, 3n)];
    await rows().put(one);
    await rows().put(other);
    // In no order: whichever process comes first.
    for (const each of [second, first]) await rows().add(each);
    const found = await rows().byClients([other.clientId, one.clientId, word()]);
    expect(new Set(found)).toEqual(
      new Set([
        { grant: one, keys: [second, first] },
        { grant: other, keys: [] },
      ]),
    );
    const owners = await rows().clientsOfKeys([first.keyId, second.keyId, word()]);
    expect(owners).toEqual(
      new Map([first, second].map(({ keyId }) => [keyId, one.clientId] as const)),
    );
  });

  it('never goes back to what was said before, nor from revoked', async () => {
    const known = grant({ version: 3n });
    const { clientId } = known;
    await rows().put(known);
    await rows().put({ ...known, aids: [], version: 2n });
    expect((await read(clientId))?.grant).toEqual(known);
    await rows().put({ ...known, aids: ['9'], version: 4n, revokedAtMs: atMs });
    await rows().put({ ...known, aids: [], version: 5n });
    await rows().put({ ...known, aids: [], version: 2n, revokedAtMs: atMs + 9 });
    const revoked = { ...known, aids: [], version: 5n, revokedAtMs: atMs };
    expect((await read(clientId))?.grant).toEqual(revoked);
  });

  it('is revoked also by what comes late', async () => {
    const known = grant({ version: 3n });
    await rows().put(known);
    await rows().put({ ...known, aids: [], version: 2n, revokedAtMs: atMs });
    expect((await read(known.clientId))?.grant).toEqual({ ...known, revokedAtMs: atMs });
  });

  it('adds a key once', async () => {
    const client = grant();
    await rows().put(client);
    const first = key(client.clientId, 2n);
    await rows().add(first);
    await rows().add({ ...first, sealed: 'another', version: 7n });
    expect((await read(client.clientId))?.keys).toEqual([first]);
  });

  it('keeps the newest keys of a client, and those of others', async () => {
    const [client, other] = [grant(), grant()];
    for (const each of [client, other]) await rows().put(each);
    await rows().add(key(other.clientId, 1n));
    const keys = Array.from({ length: monitorKeysMax + 3 }, (_, at) =>
      key(client.clientId, BigInt(at + 2)),
    );
    for (const each of keys) await rows().add(each);
    const newest = keys.slice(-monitorKeysMax).reverse();
    expect((await read(client.clientId))?.keys).toEqual(newest);
    const [oldest] = keys;
    expect((await rows().clientsOfKeys([oldest?.keyId ?? ''])).size).toBe(0);
    expect((await read(other.clientId))?.keys).toHaveLength(1);
  });
}

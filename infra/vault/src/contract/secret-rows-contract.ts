import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { EndpointSecretRows } from '../endpoint-secret-rows.ts';

const word = (): string => randomBytes(6).toString('hex');

/** What both the table and its stand-in in memory do. Rows of other tests may be there. */
export function endpointSecretRowsContract(rows: () => EndpointSecretRows): void {
  const atMs = Date.UTC(2026, 0, 1, 0, 0, 0, 123);
  const add = (endpointId: string, secretId: string, at: number, overlapMs: number) =>
    rows().add({ endpointId, secretId, sealed: `sealed ${secretId}`, atMs: at, overlapMs });

  it('gives back the secrets of an endpoint, the newest first, with their ends', async () => {
    const [endpoint, a, b] = [word(), word(), word()];
    expect(await rows().of(endpoint)).toEqual([]);
    await add(endpoint, a, atMs, 0);
    await add(word(), word(), atMs, 0);
    await add(endpoint, b, atMs + 1_000, 5_000);
    expect(await rows().of(endpoint)).toEqual([
      { secretId: b, sealed: `sealed ${b}`, expiresAtMs: null },
      { secretId: a, sealed: `sealed ${a}`, expiresAtMs: atMs + 6_000 },
    ]);
  });

  it('adds a secret once, and drops what has ended when another comes', async () => {
    const [endpoint, a, b, c] = [word(), word(), word(), word()];
    await add(endpoint, a, atMs, 0);
    await add(endpoint, b, atMs + 1_000, 5_000);
    await add(endpoint, b, atMs + 2_000, 90_000);
    expect((await rows().of(endpoint)).map(({ expiresAtMs }) => expiresAtMs)).toEqual([
      null,
      atMs + 6_000,
    ]);
    await add(endpoint, c, atMs + 6_000, 1_000);
    expect((await rows().of(endpoint)).map(({ secretId }) => secretId)).toEqual([c, b]);
  });

  it('never lets an end come later than it would have', async () => {
    const [endpoint, a, b, c] = [word(), word(), word(), word()];
    await add(endpoint, a, atMs, 0);
    await add(endpoint, b, atMs + 1_000, 5_000);
    await add(endpoint, c, atMs + 2_000, 90_000);
    expect((await rows().of(endpoint)).map(({ expiresAtMs }) => expiresAtMs)).toEqual([
      null,
      atMs + 92_000,
      atMs + 6_000,
    ]);
  });

  it('forgets the secrets of one endpoint only', async () => {
    const [endpoint, other] = [word(), word()];
    await add(endpoint, word(), atMs, 0);
    await add(other, word(), atMs, 0);
    await rows().forget(endpoint);
    expect(await rows().of(endpoint)).toEqual([]);
    expect(await rows().of(other)).toHaveLength(1);
  });
}

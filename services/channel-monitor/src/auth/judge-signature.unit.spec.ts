import { InvariantViolation } from '@plumbline/kernel';
import { describe, expect, it } from 'vitest';
import type { ClientKey, Signed } from './judge-signature.ts';
import { judgeSignature, judgeTimestamp } from './judge-signature.ts';
import { clockDifferenceMaxMs, keysTriedMax } from './limits.ts';
import { readCredentials } from './read-credentials.ts';
import { nowMs, secret, sent, signed } from './testing/requests.ts';

function read(request: Parameters<typeof sent>[0] = {}): Signed {
  const credentials = readCredentials(signed(sent(request)));
  if (credentials.kind !== 'signed') throw new Error(JSON.stringify(credentials));
  return credentials;
}

const key = (over: Partial<ClientKey> = {}): ClientKey => ({
  ...{ keyId: 'k1', secret, isRevoked: false, expiresAtMs: null },
  ...over,
});
const judged = (...keys: readonly ClientKey[]) => {
  const verdict = judgeSignature(read(), keys, nowMs);
  return verdict.kind === 'right' ? verdict.keyId : verdict.code;
};

describe('a signature', () => {
  const other = key({ keyId: 'k2', secret: 'another' });

  it('is right by any live key of the client, old or new', () => {
    expect(judged(key())).toBe('k1');
    expect(judged(other, key())).toBe('k1');
    expect(judged(key({ expiresAtMs: nowMs + 1 }), other)).toBe('k1');
  });

  it('is wrong by no key, and by keys of others', () => {
    expect(judged()).toBe('signature_wrong');
    expect(judged(other)).toBe('signature_wrong');
    expect(judged(key({ secret: `${secret} ` }))).toBe('signature_wrong');
    expect(judged(key({ secret: '' }))).toBe('signature_wrong');
  });

  it('by a key that is over is told so, and a wrong one is not', () => {
    expect(judged(key({ isRevoked: true }), other)).toBe('key_revoked');
    expect(judged(key({ expiresAtMs: nowMs }), other)).toBe('key_expired');
    expect(judged(key({ isRevoked: true, expiresAtMs: nowMs }))).toBe('key_revoked');
    expect(judged({ ...other, isRevoked: true }, { ...other, expiresAtMs: 0 })).toBe(
      'signature_wrong',
    );
  });

  it('is right when the same secret was revoked as one key and lives on as another', () => {
    expect(judged(key({ isRevoked: true }), key({ keyId: 'k3' }))).toBe('k3');
  });

  it('is taken in capitals, too', () => {
    const facts = signed(sent());
    const text = String(facts.headers['signature']).toUpperCase().replace('V1', 'v1');
    const shouted = readCredentials({ ...facts, headers: { ...facts.headers, signature: text } });
    expect(shouted).toEqual(read());
  });

  it('is tried with so many keys and no more', () => {
    const keys = Array.from({ length: keysTriedMax + 1 }, () => other);
    expect(judged(...keys.slice(1))).toBe('signature_wrong');
    expect(() => judged(...keys)).toThrow(InvariantViolation);
  });
});

describe('a timestamp', () => {
  it.each([0, 1_000, clockDifferenceMaxMs])('%d ms from the clock is taken, either way', (byMs) => {
    expect(judgeTimestamp(read(), nowMs + byMs)).toBeNull();
    expect(judgeTimestamp(read(), nowMs - byMs)).toBeNull();
  });

  it.each([
    [clockDifferenceMaxMs + 1, '300 s behind'],
    [3_600_000, '3600 s behind'],
    [-clockDifferenceMaxMs - 1, '300 s ahead of'],
    [-3_600_000, '3600 s ahead of'],
  ])('%d ms from the clock is stale, and says %s', (byMs, words) => {
    expect(judgeTimestamp(read(), nowMs + byMs)).toMatchObject({
      ...{ code: 'timestamp_stale', status: 401 },
      message: expect.stringContaining(words) as unknown,
    });
  });
});

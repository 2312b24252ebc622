import type { RateVerdict } from '@plumbline/redis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientKeys, TokenFound } from './authenticate.ts';
import { createAuthentication } from './authenticate.ts';
import type { RequestFacts } from './read-credentials.ts';
import type { RefusalCode } from './refusals.ts';
import { createMemoryNonces } from './testing/memory-nonces.ts';
import type { Sent } from './testing/requests.ts';
import { nonce, nowMs, secret, sent, signed, unsigned } from './testing/requests.ts';

class KeysAway extends Error {}

const live = { keyId: 'k1', secret, isRevoked: false, expiresAtMs: null };
const clients: Readonly<Record<string, Awaited<ReturnType<ClientKeys['keysOf']>>>> = {
  '1000': [live],
  rotated: [
    { ...live, keyId: 'new', secret: 'new' },
    { ...live, keyId: 'old', secret: 'old', expiresAtMs: nowMs + 60_000 },
    { ...live, keyId: 'older', secret: 'older', expiresAtMs: nowMs - 1 },
    { ...live, keyId: 'stolen', secret: 'stolen', isRevoked: true },
  ],
  keyless: [],
};
const tokens: Readonly<Record<string, TokenFound>> = {
  good: { kind: 'good', clientId: 'mc_1', keyId: 't1' },
  ...{ revoked: { kind: 'revoked' }, expired: { kind: 'expired' } },
};

function world(over: { readonly verdict?: RateVerdict; readonly keysError?: Error } = {}) {
  const nonces = createMemoryNonces();
  const asked: string[] = [];
  const orAway = <T>(name: string, value: T): Promise<T> => {
    asked.push(name);
    return over.keysError ? Promise.reject(over.keysError) : Promise.resolve(value);
  };
  const authenticate = createAuthentication({
    keys: {
      keysOf: (clientId) => orAway(clientId, clients[clientId] ?? null),
      token: (text) => orAway(text, tokens[text] ?? { kind: 'unknown' }),
    },
    nonces,
    rateLimit: {
      take: (clientId) => {
        asked.push(`rate ${clientId}`);
        return Promise.resolve(over.verdict ?? { allowed: true, remaining: 1 });
      },
    },
    isKeyStoreDown: (error) => error instanceof KeysAway,
    nowMs: () => nowMs,
  });
  const codeOf = async (facts: RequestFacts): Promise<string> => {
    const came = await authenticate(facts);
    return came.kind === 'refused' ? came.code : came.keyId;
  };
  return { authenticate, codeOf, nonces, asked };
}

const bearing = (token: string): RequestFacts => ({
  ...unsigned(sent()),
  headers: { authorization: `Bearer ${token}` },
});

describe('a signed call', () => {
  it('with the right signature is its client’s, and its nonce is used up', async () => {
    const { authenticate, nonces, asked } = world();
    const letIn = { kind: 'let-in', clientId: '1000', keyId: 'k1', by: 'signature' };
    expect(await authenticate(signed(sent()))).toEqual(letIn);
    expect(nonces.used).toEqual([`1000:${nonce}`]);
    expect(asked).toEqual(['1000', 'rate 1000']);
  });

  it('goes in with either key of a rotation, and not with one that is over', async () => {
    const { codeOf } = world();
    const by = (text: string) =>
      codeOf(signed(sent({ client: 'rotated', secret: text, nonce: `nonce-of-${text}` })));
    expect([await by('new'), await by('old')]).toEqual(['new', 'old']);
    expect([await by('older'), await by('stolen')]).toEqual(['key_expired', 'key_revoked']);
  });

  it('is let in once, and again under another nonce', async () => {
    const { codeOf } = world();
    const call = signed(sent());
    expect([await codeOf(call), await codeOf(call)]).toEqual(['k1', 'nonce_reused']);
    expect(await codeOf(signed(sent({ nonce: 'another-one' })))).toBe('k1');
  });

  it('twice at the same moment passes once', async () => {
    const { codeOf } = world();
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(signed(sent()))));
    expect(codes.sort()).toEqual(['k1', ...Array<string>(4).fill('nonce_reused')]);
  });

  const refused: readonly (readonly [RefusalCode, Partial<Sent>])[] = [
    ['client_unknown', { client: '1001' }],
    ['signature_wrong', { client: 'keyless' }],
    ['signature_wrong', { secret: 'guessed' }],
    ['timestamp_stale', { timestamp: '1763996400' }],
    ['timestamp_stale', { timestamp: '1764003600' }],
    ['timestamp_malformed', { timestamp: '1764000000000' }],
    ['nonce_malformed', { nonce: 'short' }],
    ['key_expired', { client: 'rotated', secret: 'older' }],
  ];
  it.each(refused)('is refused with %s for %j, and uses up nothing', async (code, change) => {
    const { authenticate, nonces, asked } = world();
    const came = await authenticate(signed(sent(change)));
    expect(came).toMatchObject({ kind: 'refused', code, status: 401 });
    expect(nonces.used).toEqual([]);
    expect(asked.filter((each) => each.startsWith('rate'))).toEqual([]);
  });

  it('that is stale or malformed asks nobody for keys', async () => {
    const { codeOf, asked } = world();
    await codeOf(signed(sent({ timestamp: '1763996400' })));
    await codeOf(signed(sent({ nonce: 'short' })));
    expect(asked).toEqual([]);
  });

  it('is refused after a change of any part, and then still good as it was', async () => {
    const request = sent({
      method: 'POST',
      url: '/api/monitor/records?x=1&y=2',
      body: '{"pid":1000}',
    });
    const right = signed(request);
    const changes: readonly Partial<RequestFacts>[] = [
      { method: 'PUT' },
      { path: '/api/monitor/records/' },
      { path: '/api/monitor/Records' },
      { query: { x: '1' } },
      { query: { x: '1', y: '2', z: '' } },
      { query: { x: ['1', '1'], y: '2' } },
      { query: { x: '2', y: '1' } },
      { rawBody: Buffer.from('{"pid":1001}') },
      { rawBody: Buffer.from('{"pid":1000} ') },
      { rawBody: Buffer.alloc(0) },
      { headers: { ...right.headers, nonce: 'another-nonce' } },
      { headers: { ...right.headers, timestamp: '1764000001' } },
      { headers: { ...right.headers, client: 'rotated' } },
    ];
    const { codeOf, nonces } = world();
    for (const change of changes)
      expect(await codeOf({ ...right, ...change }), JSON.stringify(change)).toBe('signature_wrong');
    expect(nonces.used).toEqual([]);
    expect(await codeOf({ ...right, query: { y: '2', x: '1' } })).toBe('k1');
  });

  it('is refused with any bit of the signature or the body turned', async () => {
    const body = '{"pid":1000,"price":10.0}';
    const right = signed(sent({ method: 'POST', url: '/api/monitor/records', body }));
    const { codeOf, nonces } = world();
    const turned = (bytes: Buffer, bit: number): Buffer => {
      const other = Buffer.from(bytes);
      const at = (bit >> 3) % other.length;
      other[at] = (other[at] ?? 0) ^ (1 << (bit & 7));
      return other;
    };
    const mac = Buffer.from(String(right.headers['signature']).slice(3), 'hex');
    await fc.assert(
      fc.asyncProperty(fc.nat(255), fc.boolean(), async (bit, isBody) => {
        const signature = `v1=${turned(mac, bit).toString('hex')}`;
        const changed = isBody
          ? { ...right, rawBody: turned(right.rawBody, bit) }
          : { ...right, headers: { ...right.headers, signature } };
        expect(await codeOf(changed)).toBe('signature_wrong');
      }),
    );
    expect(nonces.used).toEqual([]);
  });

  it('over its limit is told when to come again, with its nonce unused', async () => {
    const { authenticate, nonces } = world({ verdict: { allowed: false, retryAfterMs: 1_001 } });
    const came = await authenticate(signed(sent()));
    expect(came).toMatchObject({ code: 'rate_limited', status: 429, retryAfterMs: 1_001 });
    expect(nonces.used).toEqual([]);
  });

  it('is 503 with the nonces away, unless it is wrong anyway', async () => {
    const { authenticate, codeOf, nonces } = world();
    nonces.away = true;
    const came = await authenticate(signed(sent()));
    expect(came).toMatchObject({ code: 'nonce_store_unavailable', status: 503 });
    expect(await codeOf(signed(sent({ secret: 'guessed' })))).toBe('signature_wrong');
    expect(await codeOf(bearing('good'))).toBe('t1');
  });
});

describe('a call with a token', () => {
  it('is its client’s, and needs no nonce', async () => {
    const { authenticate, nonces, asked } = world();
    const letIn = { kind: 'let-in', clientId: 'mc_1', keyId: 't1', by: 'token' };
    expect(await authenticate(bearing('good'))).toEqual(letIn);
    expect(nonces.used).toEqual([]);
    expect(asked).toEqual(['good', 'rate mc_1']);
  });

  it.each([
    ['nobodys', 'token_unknown'],
    ['revoked', 'token_revoked'],
    ['expired', 'token_expired'],
    ['two words', 'token_malformed'],
  ])('that is %s is refused with %s', async (token, code) => {
    const { authenticate } = world();
    expect(await authenticate(bearing(token))).toMatchObject({ code, status: 401 });
  });

  it('that is wrong is refused, whatever signature came with it', async () => {
    const right = signed(sent());
    const both = { ...right, headers: { ...right.headers, authorization: 'Bearer wrong' } };
    const { codeOf, nonces } = world();
    expect(await codeOf(both)).toBe('token_unknown');
    expect(nonces.used).toEqual([]);
  });

  it('over its limit is told when to come again', async () => {
    const { codeOf } = world({ verdict: { allowed: false, retryAfterMs: 5 } });
    expect(await codeOf(bearing('good'))).toBe('rate_limited');
  });
});

describe('with the keys away', () => {
  it('nobody is told that a key is wrong', async () => {
    const { authenticate } = world({ keysError: new KeysAway() });
    for (const call of [signed(sent()), bearing('good')])
      expect(await authenticate(call)).toMatchObject({
        code: 'key_store_unavailable',
        status: 503,
      });
  });

  it('a defect is no outage', async () => {
    const { authenticate } = world({ keysError: new TypeError('a defect') });
    await expect(authenticate(signed(sent()))).rejects.toThrow(TypeError);
  });
});

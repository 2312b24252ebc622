import { createSwitchedOff } from '@plumbline/redis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refused } from '../testing/fake-service.ts';
import type { TestBff } from '../testing/open-test-bff.ts';
import { openTestBff } from '../testing/open-test-bff.ts';

let bff: TestBff;
beforeAll(async () => {
  // No webhook needs Redis, which is away all the time.
  bff = await openTestBff({ redisUrl: (await createSwitchedOff()).url });
});
afterAll(() => bff.close());
beforeEach(() => {
  bff.services.payments.asked.length = 0;
});

describe('a webhook', () => {
  it('reaches payments byte by byte with its headers, and the gateway hears its answer', async () => {
    const answer = { status: 200, body: '{"code":"SUCCESS"}', headers: { 'X-Inner': '1' } };
    bff.services.payments.answer = () => answer;
    const body = Buffer.from([0x7b, 0xff, 0x00, 0x0a, 0x7d]);
    const { status, text, headers } = await bff.call({
      ...{ path: '/webhooks/lakala', body },
      headers: {
        ...{ 'Content-Type': 'application/octet-stream', Authorization: 'LKLAPI-SHA256 sig="x"' },
        ...{
          Cookie: 'sid=mine',
          'X-Signature': 'a, b',
          TE: 'trailers',
          'Plumbline-Actor': 'operator:x',
        },
      },
    });
    expect([status, text]).toEqual([200, answer.body]);
    expect(headers.get('X-Inner')).toBe(null);
    const [asked] = bff.services.payments.asked;
    expect(asked).toMatchObject({ method: 'POST', path: '/gateways/lakala', body });
    expect(asked?.headers).toMatchObject({
      ...{ 'content-type': 'application/octet-stream', 'x-signature': 'a, b' },
      ...{ authorization: 'LKLAPI-SHA256 sig="x"', 'content-length': '5' },
      ...{ host: new URL(bff.services.payments.url).host },
      'x-correlation-id': headers.get('X-Correlation-Id'),
    });
    for (const name of ['cookie', 'te', 'plumbline-actor'])
      expect(asked?.headers[name]).toBe(undefined);
  });

  it("of the mock channel goes to contract 1's address", async () => {
    bff.services.payments.answer = () => ({ status: 200, body: '"success"' });
    expect((await bff.call({ path: '/webhooks/mock', body: {} })).text).toBe('"success"');
    expect(bff.services.payments.asked[0]?.path).toBe('/payments/mock-callback');
  });

  it.each([401, 404, 413, 500, 503])(
    'that payments answers with %d is answered so',
    async (status) => {
      bff.services.payments.answer = () => refused(status, 'INNER_CODE');
      const answer = await bff.call({ path: '/webhooks/paypay', body: '{}' });
      expect([answer.status, answer.json['code']]).toEqual([status, 'INNER_CODE']);
    },
  );

  it('is 503 while payments is away, so that the gateway repeats it', async () => {
    const other = await openTestBff({ redisUrl: 'redis://127.0.0.1:1' });
    await other.services.payments.close();
    const { status, json, headers } = await other.call({ path: '/webhooks/paypay', body: '{}' });
    expect([status, json['code'], headers.get('Retry-After')]).toEqual([
      503,
      'DEPENDENCY_DOWN',
      '1',
    ]);
    await other.close();
  });

  it('is no larger than it may be, and names a gateway', async () => {
    const large = await bff.call({ path: '/webhooks/paypay', body: 'x'.repeat(33 * 1024) });
    expect(large.status).toBe(413);
    for (const name of ['../orders', '..%2Forders', 'PAYPAY', 'a1', 'x'.repeat(17)]) {
      const { status } = await bff.call({ path: `/webhooks/${name}`, body: '{}' });
      expect([400, 404]).toContain(status);
    }
    expect(bff.services.payments.asked).toEqual([]);
    expect((await bff.call({ path: '/webhooks/paypay' })).status).toBe(405);
  });
});

it('the local issuer describes itself, and gives tokens to anybody', async () => {
  const { json } = await bff.call({ path: '/local-issuer/.well-known/openid-configuration' });
  expect(json).toMatchObject({
    issuer: 'http://shop.example/local-issuer',
    jwks_uri: 'http://shop.example/local-issuer/jwks.json',
  });
  const { json: set, text } = await bff.call({ path: '/local-issuer/jwks.json' });
  expect(set['keys']).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }]);
  expect(text).not.toContain('"d"');
  for (const body of [{}, { user: '' }, { user: 'x', roles: ['admin'] }, { user: 'x', sub: 'y' }]) {
    expect((await bff.call({ path: '/local-issuer/token', body })).status).toBe(400);
  }
});

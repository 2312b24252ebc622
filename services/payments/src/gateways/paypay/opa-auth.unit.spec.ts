import { PayPayRestSDK } from '@paypayopa/paypayopa-sdk-node/dist/lib/paypay-rest-sdk.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { opaAuthorization } from './opa-auth.ts';

describe("the header of PayPay's API", () => {
  it('is that of the published example', () => {
    const header = opaAuthorization(
      {
        ...{ method: 'POST', path: '/v2/codes', nonce: 'acd028', epochSeconds: 1_579_843_452 },
        contentType: 'application/json;charset=UTF-8;',
        body:
          '{"sampleRequestBodyKey1":"sampleRequestBodyValue1",' +
          '"sampleRequestBodyKey2":"sampleRequestBodyValue2"}',
      },
      { apiKey: 'APIKeyGenerated', apiSecret: 'APIKeySecretGenerated' },
    );
    expect(header).toBe(
      'hmac OPA-Auth:APIKeyGenerated:NW1jKIMnzR7tEhMWtcJcaef+nFVBt7jjAGcVuxHhchc=:acd028:' +
        '1579843452:1j0FnY4flNp5CtIKa7x9MQ==',
    );
  });

  // https://integration.paypay.ne.jp/hc/en-us/articles/11831606311951: it names /v2/codes/payments/…, and
  // its header is that of this path.
  it("is that of the help centre's example of a query", () => {
    const header = opaAuthorization(
      {
        ...{ method: 'GET', path: '/v2/payments/TEST_merchantPaymentID', body: '' },
        ...{ nonce: 'a360e2', epochSeconds: 1_743_139_337, contentType: 'application/json' },
      },
      { apiKey: 'sample_key', apiSecret: 'sample_secret' },
    );
    expect(header).toBe(
      'hmac OPA-Auth:sample_key:JbUZwAUKeQ+WDClEjkCGwYG/juFR+Dd5RK5AfL0gK9w=:a360e2:1743139337:empty',
    );
  });
});

describe("PayPay's own client", () => {
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['POST', '/v2/codes', { merchantPaymentId: 'PAY1', orderDescription: '茶 ☕ 🍵', amount: 1 }],
    ['POST', '/v2/refunds', { reason: null, amount: { amount: 99_999_999_999, currency: 'JPY' } }],
    ['GET', '/v2/codes/payments/PAY1', null],
    ['DELETE', '/v2/codes/04-abc', null],
  ])('makes the same header for %s %s', (method, path, json) => {
    const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 999);
    vi.useFakeTimers({ now: nowMs });
    const sdk = new PayPayRestSDK();
    const credentials = { apiKey: 'a_key', apiSecret: 'a secret ü' };
    sdk.configure({ clientId: credentials.apiKey, clientSecret: credentials.apiSecret });
    const theirs = (
      Reflect.get(sdk, 'createAuthHeader') as (...of: [string, string, object | null]) => string
    )(method, path, json);
    const nonce = theirs.split(':')[3] ?? '';
    expect(nonce.length).toBeGreaterThan(30);
    const body = json === null ? '' : JSON.stringify(json);
    const epochSeconds = Math.floor(nowMs / 1_000);
    const signed = { method, path, contentType: 'application/json', body, nonce, epochSeconds };
    expect(opaAuthorization(signed, credentials)).toBe(theirs);
  });
});

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bodyHash, macOf, parseAuthorization } from './signature.ts';

/** PayPay's own page on authorization. */
const published = {
  method: 'POST',
  path: '/v2/codes',
  nonce: 'acd028',
  epoch: '1579843452',
  contentType: 'application/json;charset=UTF-8;',
  body: Buffer.from(
    '{"sampleRequestBodyKey1":"sampleRequestBodyValue1",' +
      '"sampleRequestBodyKey2":"sampleRequestBodyValue2"}',
  ),
};
const secret = 'APIKeySecretGenerated';

describe("PayPay's authorization", () => {
  it('gives the published hash and MAC of a request with a body', () => {
    expect(bodyHash(published.contentType, published.body)).toBe('1j0FnY4flNp5CtIKa7x9MQ==');
    expect(macOf(secret, published)).toBe('NW1jKIMnzR7tEhMWtcJcaef+nFVBt7jjAGcVuxHhchc=');
  });

  it('gives the MAC of the example in the help pages, whose content type is a shorter one', () => {
    const body = Buffer.from(
      '{\n    "merchantPaymentId": "TEST_QR_Payment",\n    "amount": {\n        "amount":10,\n' +
        '        "currency": "JPY"\n    },\n    "codeType": "ORDER_QR",\n' +
        '    "isAuthorization":false,\n    "redirectUrl":"https:' +
        '//about.paypay.ne.jp/",\n    "redirectType":"WEB_LINK"\n}',
    );
    const request = {
      ...{ method: 'POST', path: '/v2/codes', nonce: 'fedaa4', epoch: '1743138611' },
      ...{ contentType: 'application/json', body },
    };
    expect(bodyHash(request.contentType, body)).toBe('T9wzkv1tUWIxzIHQUT7iDQ==');
    expect(macOf('sample_secret', request)).toBe('C2a7jD7OjL1DXnZhSYQfRI2Oxfdh43htV7pG8cwgCy4=');
  });

  it('says empty, twice, for a request without a body, whatever its content type', () => {
    const request = {
      ...{ method: 'GET', path: '/v2/codes/payments/P1', nonce: 'a360e2', epoch: '1743139337' },
      ...{ contentType: 'application/json', body: Buffer.alloc(0) },
    };
    const lines = '/v2/codes/payments/P1\nGET\na360e2\n1743139337\nempty\nempty';
    expect(bodyHash('application/json', request.body)).toBe('empty');
    const expected = createHmac('sha256', secret).update(lines).digest('base64');
    expect(macOf(secret, request)).toBe(expected);
  });

  it.each([
    ['the method', { method: 'GET' }],
    ['the path', { path: '/v2/refunds' }],
    ['the nonce', { nonce: 'acd029' }],
    ['the epoch', { epoch: '1579843453' }],
    ['the content type', { contentType: 'application/json' }],
    ['the body', { body: Buffer.from('{}') }],
  ])('changes with %s', (_what, change) => {
    expect(macOf(secret, { ...published, ...change })).not.toBe(macOf(secret, published));
  });

  it('reads the header and nothing that only resembles it', () => {
    expect(parseAuthorization('hmac OPA-Auth:k:m+/=:n:1579843452:h==')).toEqual({
      ...{ apiKey: 'k', mac: 'm+/=', nonce: 'n', epoch: '1579843452', hash: 'h==' },
    });
    for (const wrong of [
      '',
      'hmac OPA-Auth:k:m:n:1:',
      'OPA-Auth:k:m:n:1:h',
      'hmac OPA-Auth:k:m:n:x:h',
    ])
      expect(parseAuthorization(wrong)).toBeNull();
  });
});

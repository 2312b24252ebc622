import { parseJsonBody } from '@plumbline/http';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, orderNoOfKey, orderRequest } from './create-order-request.ts';

const parse = (json: string) => orderRequest.parse(parseJsonBody(Buffer.from(json)));
const items = '[{"sku":"tea","quantity":2,"unitAmount":4.95}]';

describe('the fingerprint of an order', () => {
  const base = fingerprintOf(parse(`{"items":${items},"amount":9.9}`));

  it('is that of what was asked for, however it was written', () => {
    const same = [
      `{"amount":"9.90","items":${items},"currency":"CNY"}`,
      `{"items":[{"unitAmount":"4.95","sku":"tea","quantity":2}],"amount":9.90,"orderNo":"O-1"}`,
    ];
    for (const json of same) expect(fingerprintOf(parse(json))).toBe(base);
  });

  it('differs with each parameter', () => {
    const others = [
      `{"items":${items},"amount":9.91}`,
      `{"items":${items},"amount":9.9,"currency":"USD"}`,
      `{"items":${items},"amount":9.9,"payWithinSeconds":60}`,
      `{"items":${items},"amount":9.9,"paymentDeadline":"2030-01-01T00:00:00Z"}`,
      `{"items":[{"sku":"tea2","quantity":2,"unitAmount":4.95}],"amount":9.9}`,
      `{"items":[{"sku":"tea","quantity":1,"unitAmount":4.95}],"amount":9.9}`,
      `{"items":[{"sku":"tea","quantity":2,"unitAmount":4.94}],"amount":9.9}`,
    ].map((json) => fingerprintOf(parse(json)));
    expect(new Set([base, ...others]).size).toBe(others.length + 1);
  });

  it('is the same for one instant written in two zones', () => {
    const [a, b] = ['2030-01-01T08:00:00+08:00', '2030-01-01T00:00:00Z'].map((at) =>
      fingerprintOf(parse(`{"items":${items},"amount":9.9,"paymentDeadline":"${at}"}`)),
    );
    expect(a).toBe(b);
  });
});

describe('the number of an order that was given none', () => {
  it('is a function of tenant and key, within the 32 characters of the contract', () => {
    const number = orderNoOfKey('main', 'key-1');
    expect(number).toMatch(/^O[0-9A-F]{30}$/);
    expect(orderNoOfKey('main', 'key-1')).toBe(number);
    expect(orderNoOfKey('main', 'key-2')).not.toBe(number);
    expect(orderNoOfKey('other', 'key-1')).not.toBe(number);
  });
});

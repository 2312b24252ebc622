import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NotificationContent } from './body.ts';
import { eventBody, flatBody, flatSignature } from './body.ts';

const content: NotificationContent = {
  ...{ notificationId: 'ntf_1', type: 'payment.succeeded', paymentId: 'p1', orderNo: 'H1' },
  ...{ amount: '100.00', currency: 'CNY', status: 'SUCCESS', paymentMethod: 'ALIPAY' },
  ...{ transactionId: 't1', refundId: null, occurredAtMs: Date.UTC(2026, 0, 1), sequence: 3 },
  ...{ tenant: 'main', dataJson: null },
};
const secret = Buffer.from('a secret of some length');

describe('the flat body', () => {
  it("has contract 2's fields and no other, in its order", () => {
    expect(flatBody(content, { format: 'JSON' })).toBe(
      '{"paymentId":"p1","orderNo":"H1","amount":"100.00","status":"SUCCESS",' +
        '"paymentMethod":"ALIPAY","transactionId":"t1","timestamp":"2026-01-01T00:00:00.000Z"}',
    );
    expect(flatBody({ ...content, orderNo: 'H 1&茶' }, { format: 'FORM' })).toBe(
      'paymentId=p1&orderNo=H+1%26%E8%8C%B6&amount=100.00&status=SUCCESS' +
        '&paymentMethod=ALIPAY&transactionId=t1&timestamp=2026-01-01T00%3A00%3A00.000Z',
    );
  });

  it('says null in JSON, and nothing in a form, of what is not known', () => {
    const unknown = { ...content, paymentMethod: null, transactionId: null };
    expect(JSON.parse(flatBody(unknown, { format: 'JSON' }))).toMatchObject({
      ...{ paymentMethod: null, transactionId: null },
    });
    expect([...new URLSearchParams(flatBody(unknown, { format: 'FORM' })).keys()]).toEqual([
      ...['paymentId', 'orderNo', 'amount', 'status', 'timestamp'],
    ]);
  });

  it('can carry a signature over its fields by name', () => {
    const text =
      'amount=100.00&orderNo=H1&paymentId=p1&paymentMethod=ALIPAY&status=SUCCESS' +
      '&timestamp=2026-01-01T00:00:00.000Z&transactionId=t1';
    const expected = createHmac('sha256', secret).update(text).digest('hex');
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
    const json = flatBody(content, { format: 'JSON', signWith: secret });
    expect(json.endsWith(`,"signature":"${expected}"}`)).toBe(true);
    const form = flatBody(content, { format: 'FORM', signWith: secret });
    expect(form.endsWith(`&signature=${expected}`)).toBe(true);
  });

  it('has the same signature in both formats, which a receiver can make from the fields alone', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const some = fc.record({ orderNo: text, transactionId: fc.option(text) });
    fc.assert(
      fc.property(some, (over) => {
        const each = { ...content, ...over };
        const json = JSON.parse(flatBody(each, { format: 'JSON', signWith: secret })) as object;
        const form = new URLSearchParams(flatBody(each, { format: 'FORM', signWith: secret }));
        const fields = Object.fromEntries(form);
        expect(fields['signature']).toBe((json as { signature: string }).signature);
        expect(flatSignature(fields, secret)).toBe(fields['signature']);
      }),
    );
  });
});

describe('the body of an event', () => {
  it('has type, time, id, sequence and data, in this order', () => {
    expect(eventBody(content)).toBe(
      '{"type":"payment.succeeded","timestamp":"2026-01-01T00:00:00.000Z","id":"ntf_1",' +
        '"sequence":3,"data":{"paymentId":"p1","orderNo":"H1","amount":"100.00",' +
        '"status":"SUCCESS","paymentMethod":"ALIPAY","transactionId":"t1",' +
        '"timestamp":"2026-01-01T00:00:00.000Z","currency":"CNY","refundId":null}}',
    );
  });

  it('carries data of its own as they are written, large numbers included', () => {
    const dataJson = '{"rule":"C","amountMinor":9007199254740993,"b":1,"a":[]}';
    const body = eventBody({ ...content, dataJson });
    expect(body).toMatch(
      /"sequence":3,"data":\{"rule":"C","amountMinor":9007199254740993,"b":1,"a":\[\]\}\}$/,
    );
    expect(JSON.parse(body)).toMatchObject({ data: { rule: 'C', b: 1, a: [] } });
  });

  it.each(['', '{', '{"a":1},"id":"ntf_2"', 'undefined'])('takes no data %j', (dataJson) => {
    expect(() => eventBody({ ...content, dataJson })).toThrow(SyntaxError);
  });
});

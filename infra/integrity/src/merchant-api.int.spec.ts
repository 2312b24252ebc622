import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayWorld, Json } from './world/gateway-world.ts';
import { openGatewayWorld, pressPay, until } from './world/gateway-world.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await openGatewayWorld({
    PLUMBLINE_MERCHANT_CHANNEL: 'LAKALA',
    PLUMBLINE_MERCHANT_CHANNELS: 'by_hand=MOCK',
    PLUMBLINE_GATEWAY_QUERY_SECONDS: '5',
    // Tests call faster than merchants do.
    PLUMBLINE_MERCHANT_CALLS_PER_SECOND: '10000',
  });
}, 60_000);
afterAll(() => world.close());

const key = 'local-merchant-key';
const app = 'demo_app';
const newNumber = (): string => `ORDER_${randomUUID().slice(0, 18)}`;
const bearer = (token = key) => ({ Authorization: `Bearer ${token}` });

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

async function post(path: string, body: unknown, headers: object = bearer()): Promise<Answer> {
  const answer = await world.edge.post(`/api/v1${path}`, body, { ...headers });
  return { status: answer.status, headers: answer.headers, body: answer.json as unknown as Json };
}

async function get(path: string, headers: object = bearer()): Promise<Answer> {
  const answer = await world.edge.get(`/api/v1${path}`, { ...headers });
  return { status: answer.status, headers: answer.headers, body: answer.json as unknown as Json };
}

const order = (over: object = {}) => ({
  ...{ app_id: app, merchant_order_id: newNumber(), amount: 10_000, order_type: 'payment' },
  ...{ subject: 'a plumb bob' },
  ...over,
});

const read = (number: unknown): Promise<Answer> =>
  get(`/payment-orders/${encodeURIComponent(String(number))}?app_id=${app}`);

const reached = (number: unknown, status: string): Promise<Json> =>
  until(
    `${String(number)} is ${status}`,
    async () => {
      const { body } = await read(number);
      return body['status'] === status ? body : null;
    },
    15_000,
  );

/** Created, at the gateway, and paid there. */
async function paid(): Promise<Json> {
  const asked = order();
  const { merchant_order_id } = asked;
  const created = await post('/payment-orders', asked);
  expect(created.status, JSON.stringify(created.body)).toBe(202);
  const { extra_data } = await reached(merchant_order_id, 'processing');
  await pressPay((extra_data as Json)['payment_url']);
  return reached(merchant_order_id, 'succeeded');
}

describe('a payment order', () => {
  it('is pending, then processing with a page to pay on, then succeeded with the callback', async () => {
    const merchant_order_id = newNumber();
    const extra_data = { return_url: 'https://shop.example/back', note: { table: 7 } };
    const asked = order({ merchant_order_id, extra_data });
    const created = await post('/payment-orders', asked);
    expect(created.status).toBe(202);
    expect(Object.keys(created.body)).toEqual([
      ...['id', 'app_id', 'merchant_order_id', 'status', 'order_type', 'amount', 'currency'],
      ...['payment_gateway', 'gateway_transaction_id', 'subject', 'extra_data'],
      ...['created_at', 'updated_at'],
    ]);
    expect(created.body).toMatchObject({
      ...{ ...asked, status: 'pending', currency: 'CNY', payment_gateway: 'lakala' },
      gateway_transaction_id: null,
    });
    expect(created.body['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const processing = await reached(merchant_order_id, 'processing');
    expect(processing).toMatchObject({ id: created.body['id'], extra_data });
    const { payment_url } = processing['extra_data'] as Json;
    expect(payment_url).toMatch(/^https?:\/\//);
    const left = await pressPay(payment_url);
    expect(left.headers.get('location')).toBe('https://shop.example/back');
    const succeeded = await until(
      'the callback is shown',
      async () => {
        const body = await reached(merchant_order_id, 'succeeded');
        return (body['extra_data'] as Json)['lakala_callback'] === undefined ? null : body;
      },
      10_000,
    );
    expect(succeeded['gateway_transaction_id']).toEqual(expect.any(String));
    const { lakala_callback, payment_url: gone } = succeeded['extra_data'] as Json;
    expect(gone).toBeUndefined();
    expect(lakala_callback).toEqual({
      payStatus: 'S',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
    });
  });

  it('is answered 409 and shown when it is asked for again', async () => {
    const asked = order({ extra_data: { a: 1, b: [2] } });
    const created = await post('/payment-orders', asked);
    const again = await post('/payment-orders', { ...asked, extra_data: { b: [2], a: 1 } });
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({
      ...{ id: created.body['id'], code: 'PAYMENT_EXISTS', app_id: app },
      ...{ merchant_order_id: asked.merchant_order_id, param: 'merchant_order_id' },
      detail: expect.any(String) as unknown,
      doc_url: '/docs/errors/PAYMENT_EXISTS',
      request_id: again.headers.get('x-request-id'),
    });
  });

  it.each([
    ['amount', { amount: 10_001 }],
    ['currency', { currency: 'CNY', amount: 1 }],
    ['order_type', { order_type: 'recharge' }],
    ['subject', { subject: 'another' }],
    ['extra_data', { extra_data: { a: 2 } }],
  ])('shows nothing of itself to a request with another %s', async (_name, over) => {
    const asked = order({ extra_data: { a: 1 } });
    await post('/payment-orders', asked);
    const other = await post('/payment-orders', { ...asked, ...over });
    expect(other.status).toBe(409);
    expect(other.body).toEqual({
      code: 'PAYMENT_PARAMETERS_DIFFER',
      detail: expect.any(String) as unknown,
      param: 'merchant_order_id',
      doc_url: '/docs/errors/PAYMENT_PARAMETERS_DIFFER',
      request_id: expect.any(String) as unknown,
    });
  });

  it('is one, however many requests come at once', async () => {
    const asked = order();
    const all = await Promise.all(Array.from({ length: 20 }, () => post('/payment-orders', asked)));
    expect(all.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 409)).toHaveLength(19);
    expect(new Set(all.map(({ body }) => body['id'])).size).toBe(1);
  });

  it('is the caller’s own: the same number in another app is another order', async () => {
    const asked = order();
    await post('/payment-orders', asked);
    const foreign = await get(`/payment-orders/${asked.merchant_order_id}?app_id=other_app`);
    expect([foreign.status, foreign.body['code']]).toEqual([403, 'APP_NOT_YOURS']);
    const named = await post('/payment-orders', order({ app_id: 'other_app' }));
    expect([named.status, named.body['code']]).toEqual([403, 'APP_NOT_YOURS']);
    const unknown = await read('never-seen');
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'PAYMENT_NOT_FOUND']);
  });
});

describe('an Idempotency-Key', () => {
  const keyed = (value: string) => ({ ...bearer(), 'Idempotency-Key': value });

  it('repeats the first answer, marked as such, whatever has happened since', async () => {
    const asked = order({ extra_data: { x: 'y' } });
    const value = randomUUID();
    const first = await post('/payment-orders', asked, keyed(value));
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    await reached(asked.merchant_order_id, 'processing');
    const again = await post('/payment-orders', asked, keyed(value));
    expect(again.status).toBe(202);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const another = await post('/payment-orders', asked, keyed(randomUUID()));
    expect(another.status).toBe(409);
  });

  it('is refused for another request, of the same order or of another', async () => {
    const asked = order();
    const value = randomUUID();
    await post('/payment-orders', asked, keyed(value));
    for (const over of [{ amount: 1 }, { merchant_order_id: newNumber() }]) {
      const other = await post('/payment-orders', { ...asked, ...over }, keyed(value));
      expect([other.status, other.body['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    }
  });

  it('lets one of two requests at once through', async () => {
    const asked = order();
    const value = randomUUID();
    const both = await Promise.all([
      post('/payment-orders', asked, keyed(value)),
      post('/payment-orders', asked, keyed(value)),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
    const busy = both.find(({ status }) => status === 409);
    expect(busy?.body['code']).toBe('IDEMPOTENCY_KEY_IN_USE');
    expect(busy?.headers.get('retry-after')).toBe('1');
  });
});

describe('a refund order', () => {
  const refundOf = (paymentOrder: Json, over: object = {}) => ({
    ...{ app_id: app, payment_order_id: paymentOrder['id'], amount: 4_000, reason: null },
    ...over,
  });

  it('gives back a part, and all parts together never more than was paid', async () => {
    const payment = await paid();
    const asked = await post('/refund-orders', refundOf(payment));
    expect(asked.status).toBe(202);
    expect(asked.body).toMatchObject({
      ...{ app_id: app, payment_order_id: payment['id'], status: 'pending', amount: 4_000 },
      ...{ currency: 'CNY', reason: null, gateway_refund_id: null, extra_data: {} },
    });
    const id = String(asked.body['id']);
    const done = await until(
      'the refund has succeeded',
      async () => {
        const { body } = await get(`/refund-orders/${id}?app_id=${app}`);
        return body['status'] === 'succeeded' ? body : null;
      },
      15_000,
    );
    expect(done['gateway_refund_id']).toEqual(expect.any(String));
    const rest = await post('/refund-orders', refundOf(payment, { amount: 6_001 }));
    expect([rest.status, rest.body['code']]).toEqual([409, 'REFUND_EXCEEDS_CAPTURED']);
    const withoutReason = { ...refundOf(payment, { amount: 6_000 }), reason: undefined };
    expect((await post('/refund-orders', withoutReason)).status).toBe(202);
    expect((await read(payment['merchant_order_id'])).body['status']).toBe('succeeded');
  });

  it('is one under one key, with the first answer again', async () => {
    const payment = await paid();
    const headers = { ...bearer(), 'Idempotency-Key': randomUUID() };
    const first = await post('/refund-orders', refundOf(payment), headers);
    const again = await post('/refund-orders', refundOf(payment), headers);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await post('/refund-orders', refundOf(payment, { amount: 1 }), headers);
    expect([other.status, other.body['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('is refused before the payment has succeeded, and of what is not the caller’s', async () => {
    const { body } = await post('/payment-orders', order());
    const early = await post('/refund-orders', refundOf(body));
    expect([early.status, early.body['code']]).toEqual([409, 'PAYMENT_NOT_SUCCEEDED']);
    for (const payment_order_id of ['550e8400-e29b-41d4-a716-446655440000', flipped(body['id'])]) {
      const unknown = await post('/refund-orders', refundOf(body, { payment_order_id }));
      expect([unknown.status, unknown.body['code']]).toEqual([404, 'PAYMENT_NOT_FOUND']);
    }
    const missing = await get(`/refund-orders/${String(body['id'])}?app_id=${app}`);
    expect([missing.status, missing.body['code']]).toEqual([404, 'REFUND_NOT_FOUND']);
  });
});

/** The same slot, and another id. */
const flipped = (id: unknown): string => {
  const text = String(id);
  return `${text.startsWith('0') ? '1' : '0'}${text.slice(1)}`;
};

describe('a request', () => {
  it.each([
    ['no credential', {}],
    ['another scheme', { Authorization: `Basic ${key}` }],
    ['no key', { Authorization: 'Bearer ' }],
    ['a wrong key', bearer('wrong')],
    ['a key in another case', bearer(key.toUpperCase())],
    ['the key with something behind it', bearer(`${key}x`)],
  ])('with %s is told nothing, not even what is wrong with it', async (_name, headers) => {
    const answers = [
      await post('/payment-orders', '{', headers),
      await get('/payment-orders/x', headers),
    ];
    for (const { status, body, headers: sent } of answers) {
      expect([status, body['code']]).toEqual([401, 'UNAUTHENTICATED']);
      expect(sent.get('www-authenticate')).toMatch(/^Bearer/);
      expect(JSON.stringify(body)).not.toContain(key);
    }
  });

  it.each([
    ['amount', '"amount":"10000"', 'amount'],
    ['amount', '"amount":100.0', 'amount'],
    ['amount', '"amount":1e4', 'amount'],
    ['amount', '"amount":0', 'amount'],
    ['amount', '"amount":-1', 'amount'],
    ['amount', '"amount":null', 'amount'],
    ['amount', '"amount":1000000000000', 'amount'],
    ['amount', '"amount":123456789012345678901234567890', 'amount'],
    ['app_id', '"app_id":"demo app"', 'app_id'],
    ['app_id', '"app_id":7', 'app_id'],
    ['merchant_order_id', '"merchant_order_id":""', 'merchant_order_id'],
    ['merchant_order_id', `"merchant_order_id":"${'x'.repeat(65)}"`, 'merchant_order_id'],
    ['merchant_order_id', '"merchant_order_id":"a\\u0000b"', 'merchant_order_id'],
    ['merchant_order_id', '"merchant_order_id":"\\ud800"', 'merchant_order_id'],
    ['order_type', '"order_type":"gift"', 'order_type'],
    ['subject', '"subject":5', 'subject'],
    ['currency', '"currency":"cny"', 'currency'],
    ['currency', '"currency":"XYZ"', 'currency'],
    ['currency', '"currency":"JPY"', 'currency'],
    ['extra_data', '"extra_data":[]', 'extra_data'],
    ['extra_data', '"extra_data":null', 'extra_data'],
    ['extra_data', '"extra_data":{"n":12345678901234567890}', 'extra_data'],
    ['extra_data', `"extra_data":${'{"a":'.repeat(9)}1${'}'.repeat(9)}`, 'extra_data'],
    ['extra_data', `"extra_data":{"a":"${'x'.repeat(8_200)}"}`, 'extra_data'],
    ['extra_data', '"extra_data":{"return_url":"javascript:alert(1)"}', 'extra_data.return_url'],
    ['colour', '"colour":"red"', 'colour'],
  ])('with a wrong %s (%s) is refused by name', async (field, member, param) => {
    const rest = Object.entries(order()).filter(([name]) => name !== field);
    const body = `{${[...rest.map(([n, v]) => `${JSON.stringify(n)}:${JSON.stringify(v)}`), member].join(',')}}`;
    const answer = await post('/payment-orders', body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(answer.body).toMatchObject({ param, detail: expect.any(String) as unknown });
  });

  it('with a key twice, or no JSON at all, is refused', async () => {
    for (const body of ['{"amount":1,"amount":1}', '{"a":1,"a":2}', '[', 'amount=1', '\u0000']) {
      const { status, body: answer } = await post('/payment-orders', body);
      expect([status, answer['code']]).toEqual([400, 'MALFORMED_JSON']);
    }
  });

  it('finds its error code explained', async () => {
    const { doc_url } = (await read('never-seen')).body;
    const { status, json } = await world.edge.get(String(doc_url));
    expect(status).toBe(200);
    expect(json).toMatchObject({ code: 'PAYMENT_NOT_FOUND', status: 404 });
    expect((await world.edge.get('/docs/errors/NO_SUCH_CODE')).status).toBe(404);
  });
});

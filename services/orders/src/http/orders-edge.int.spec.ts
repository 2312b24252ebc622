import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestOrders } from '../testing/open-orders.ts';
import { openTestOrders } from '../testing/open-orders.ts';

let edge: TestOrders;
beforeAll(async () => {
  edge = await openTestOrders();
});
afterAll(() => edge.close());

const newOrderNo = (): string => `T${randomUUID().replaceAll('-', '').slice(0, 20)}`;

const order = (over: object = {}) => ({
  orderNo: newOrderNo(),
  items: [
    { sku: 'tea', quantity: 2, unitAmount: 30 },
    { sku: 'cup', quantity: 1, unitAmount: '39.99' },
  ],
  amount: 99.99,
  ...over,
});

const statusAndCode = ({ status, json }: { status: number; json: { code: string } }) => [
  status,
  json.code,
];

describe('placing an order', () => {
  it('answers the order, with exact amounts and both names of its status', async () => {
    const body = order();
    const { status, json, text } = await edge.post('/orders', body);
    expect(status).toBe(200);
    expect(json).toMatchObject({ code: '00000', message: 'success' });
    expect(json.data).toMatchObject({
      ...{ orderNo: body.orderNo, status: 'PENDING', contract1Status: 'PENDING' },
      ...{ currency: 'CNY', payNo: null, paidAt: null, reason: null },
    });
    expect(text).toContain('"unitAmount":30.00');
    expect(text).toContain('"amount":99.99');
    const at = (field: string): number => Date.parse(String(json.data?.[field]));
    expect(Math.abs(at('paymentDeadline') - at('createdAt') - 1_800_000)).toBeLessThan(5_000);
  });

  it('is idempotent by order number, and tells others nothing of the order', async () => {
    const body = order();
    const first = await edge.post('/orders', body);
    const again = await edge.post('/orders', { ...body, amount: '99.99' });
    expect(again.json).toEqual(first.json);
    const other = await edge.post('/orders', {
      ...body,
      items: [{ sku: 'tea', quantity: 1, unitAmount: 1 }],
      amount: 1,
    });
    expect(statusAndCode(other)).toEqual([409, 'ORDER_PARAMETERS_DIFFER']);
    expect(other.text).not.toContain('99.99');
  });

  it('is idempotent by Idempotency-Key where no number is given', async () => {
    const body = order({ orderNo: undefined });
    const key = { 'Idempotency-Key': randomUUID() };
    const first = await edge.post('/orders', body, key);
    const again = await edge.post('/orders', body, key);
    expect(first.json.data?.['orderNo']).toMatch(/^O[0-9A-F]{30}$/);
    expect(again.json).toEqual(first.json);
    const clash = await edge.post('/orders', { ...body, payWithinSeconds: 60 }, key);
    expect(statusAndCode(clash)).toEqual([409, 'ORDER_PARAMETERS_DIFFER']);
    const without = await edge.post('/orders', body);
    expect(without.json.data?.['orderNo']).not.toBe(first.json.data?.['orderNo']);
  });

  it('takes a deadline as an instant or as a duration', async () => {
    const at = new Date(Date.now() + 60_000).toISOString();
    const fixed = await edge.post('/orders', order({ paymentDeadline: at }));
    expect(fixed.json.data?.['paymentDeadline']).toBe(at);
    const within = await edge.post('/orders', order({ payWithinSeconds: 60 }));
    expect(within.status).toBe(200);
    const past = order({ paymentDeadline: '2020-01-01T00:00:00Z' });
    expect(statusAndCode(await edge.post('/orders', past))).toEqual([
      400,
      'PAYMENT_DEADLINE_PASSED',
    ]);
  });

  it.each([
    ['items', { items: [] }, 'items: must have at least one item'],
    ['no items', { items: undefined }, 'items: '],
    ['a quantity', { items: [{ sku: 'a', quantity: 0, unitAmount: 1 }] }, 'items.0.quantity'],
    ['half of one', { items: [{ sku: 'a', quantity: 1.5, unitAmount: 1 }] }, 'items.0.quantity'],
    ['a price', { items: [{ sku: 'a', quantity: 1, unitAmount: -1 }] }, 'items.0.unitAmount'],
    ['an item', { items: [{ sku: 'a', quantity: 1, unitAmount: 1, x: 1 }] }, 'unknown field "x"'],
    ['an amount', { amount: 1.001 }, 'amount: must have at most 2 decimals'],
    ['an amount beyond all', { amount: 10_000_000_000 }, 'amount: must not be above'],
    ['a currency', { currency: 'yuan' }, 'currency: must be an ISO 4217 code'],
    ['a deadline', { paymentDeadline: 'tomorrow' }, 'paymentDeadline: must be an instant'],
    ['a local time', { paymentDeadline: '2030-01-01T00:00:00' }, 'paymentDeadline: '],
    ['a far deadline', { paymentDeadline: '2099-01-01T00:00:00Z' }, 'within 30 days'],
    [
      'two deadlines',
      { paymentDeadline: '2030-01-01T00:00:00Z', payWithinSeconds: 60 },
      'payWithinSeconds: must not be given together',
    ],
    ['an order number', { orderNo: 'x'.repeat(33) }, 'orderNo: must have at most 32 characters'],
    ['a field', { discount: 1 }, 'unknown field "discount"'],
  ])('refuses %s that cannot be, with its reason', async (_name, over, words) => {
    const { status, json } = await edge.post('/orders', order(over));
    expect([status, json.code]).toEqual([400, 'INVALID_PARAMETER']);
    expect(json.message).toContain(words);
  });

  it('refuses an amount that is not the sum of the items', async () => {
    const refused = await edge.post('/orders', order({ amount: 99.98 }));
    expect(statusAndCode(refused)).toEqual([400, 'AMOUNT_MISMATCH']);
  });

  it('counts in the decimals of the currency', async () => {
    const items = [{ sku: 'tea', quantity: 3, unitAmount: 100 }];
    const yen = await edge.post('/orders', order({ items, amount: 300, currency: 'JPY' }));
    expect(yen.text).toContain('"amount":300,');
    const half = await edge.post('/orders', order({ items, amount: 300.5, currency: 'JPY' }));
    expect(half.json.message).toContain('amount: must have at most 0 decimals');
  });

  it('refuses what is no JSON, too large, of another type, or badly keyed', async () => {
    const post = async (body: string, headers = {}) =>
      statusAndCode(await edge.post('/orders', body, headers));
    expect(await post('{')).toEqual([400, 'MALFORMED_JSON']);
    expect(await post(`{"pad":"${'x'.repeat(70_000)}"}`)).toEqual([413, 'BODY_TOO_LARGE']);
    const type = { 'Content-Type': 'text/xml' };
    expect(await post('{}', type)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    const key = { 'Idempotency-Key': 'two words' };
    expect(await post(JSON.stringify(order()), key)).toEqual([400, 'INVALID_PARAMETER']);
  });
});

describe('an order that was placed', () => {
  it('is read as it was answered, at once', async () => {
    const body = order();
    const placed = await edge.post('/orders', body);
    const read = await edge.get(`/orders/${body.orderNo}`);
    expect(read.status).toBe(200);
    expect(read.json).toEqual(placed.json);
    const cancelled = await edge.post(`/orders/${body.orderNo}/cancel`, { reason: 'mind' });
    expect(cancelled.json.data).toMatchObject({ status: 'CANCELLED', reason: 'mind' });
    expect((await edge.get(`/orders/${body.orderNo}`)).json).toEqual(cancelled.json);
  });

  it('is cancelled once; a repeat changes nothing, not even the reason', async () => {
    const body = order();
    await edge.post('/orders', body);
    await edge.post(`/orders/${body.orderNo}/cancel`, { reason: 'first' });
    const again = await edge.post(`/orders/${body.orderNo}/cancel`, { reason: 'second' });
    expect(again.status).toBe(200);
    expect(again.json.data).toMatchObject({ status: 'CANCELLED', reason: 'first' });
    const none = await edge.post('/orders/none/cancel', { reason: 'x' });
    expect(statusAndCode(none)).toEqual([404, 'ORDER_NOT_FOUND']);
    const wordless = await edge.post(`/orders/${body.orderNo}/cancel`, {});
    expect(wordless.json.message).toContain('reason: is required');
  });

  it('expires by broker time, and refuses to be cancelled then', async () => {
    const body = order({ payWithinSeconds: 1 });
    await edge.post('/orders', body);
    const status = async () => (await edge.get(`/orders/${body.orderNo}`)).json.data?.['status'];
    await expect.poll(status, { timeout: 5_000 }).toBe('EXPIRED');
    const cancel = await edge.post(`/orders/${body.orderNo}/cancel`, { reason: 'late' });
    expect(statusAndCode(cancel)).toEqual([409, 'ORDER_ENDED']);
  });

  it('is listed by pages and by status, each once', async () => {
    const made = [order(), order(), order()];
    for (const body of made) await edge.post('/orders', body);
    await edge.get(`/orders/${made[2]?.orderNo ?? ''}`);
    const seen: unknown[] = [];
    let cursor = '';
    for (let page = 0; page < 2; page += 1) {
      const { json } = await edge.get(`/orders?limit=2&status=PENDING${cursor}`);
      seen.push(...(json.data?.['orders'] as { orderNo: string }[]).map((o) => o.orderNo));
      if (typeof json.data?.['nextCursor'] !== 'string') break;
      cursor = `&cursor=${json.data['nextCursor']}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made.map(({ orderNo }) => orderNo)));
    for (const query of ['limit=201', 'cursor=abc', 'status=STOCK_RESERVED', 'page=1']) {
      expect((await edge.get(`/orders?${query}`)).json.code).toBe('INVALID_PARAMETER');
    }
  });

  it('is not found where there is none', async () => {
    expect(statusAndCode(await edge.get(`/orders/${newOrderNo()}`))).toEqual([
      404,
      'ORDER_NOT_FOUND',
    ]);
  });
});

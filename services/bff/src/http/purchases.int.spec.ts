import { topics } from '@plumbline/events';
import { partitionOfSlot, routingKey, slotOf } from '@plumbline/kernel';
import { createSwitch } from '@plumbline/redis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Asked } from '../testing/fake-service.ts';
import { fine, refused } from '../testing/fake-service.ts';
import type { Answer, Browser, TestBff } from '../testing/open-test-bff.ts';
import { openTestBff } from '../testing/open-test-bff.ts';
import { items, placed, queries, shop, shownOrder } from '../testing/shapes.ts';

const redis = createSwitch();
let bff: TestBff;
let buyer: Browser;
let other: Browser;
let operator: Browser;
beforeAll(async () => {
  await redis.on();
  bff = await openTestBff({ redisUrl: redis.url });
  buyer = await bff.logIn('buyer');
  other = await bff.logIn('other');
  operator = await bff.logIn('operator', ['operator']);
});
afterAll(async () => {
  await bff.close();
  await redis.off();
});

const bodyOf = (asked: Asked | undefined): Readonly<Record<string, unknown>> =>
  JSON.parse(asked?.body.toString() ?? '{}') as Readonly<Record<string, unknown>>;

beforeEach(() => {
  for (const service of Object.values(bff.services)) service.asked.length = 0;
  bff.services.inventory.answer = ({ path }) => shop(path);
  bff.services.orders.answer = (asked) => fine(placed(bodyOf(asked)));
});

const basket = (over: object = {}) => ({
  ...{ items: [{ sku: 'cup', quantity: 3 }], currency: 'CNY', channel: 'PAYPAY' },
  ...over,
});

const key = { 'Idempotency-Key': 'key-1' };

const buy = (body: unknown, headers: Readonly<Record<string, string>> = key, by = buyer) =>
  by.call({ path: '/api/purchases', body, headers });

const told = ({ status, json }: Answer) => [status, json['code']];

describe('a purchase', () => {
  it("is placed at the shop's prices, for whoever is logged in", async () => {
    const items = [
      { sku: 'cup', quantity: 3 },
      { sku: 'pot', quantity: 1 },
    ];
    const answer = await buy(basket({ items, balance: '59.80', orderNo: 'o-1' }));
    expect(answer.status).toBe(200);
    const [asked] = bff.services.orders.asked;
    expect(asked).toMatchObject({ method: 'POST', path: '/orders' });
    expect(asked?.body.toString()).toContain('"amount":159.80,');
    expect(bodyOf(asked)).toEqual({
      orderNo: 'o-1',
      items: [
        { sku: 'cup', quantity: 3, unitAmount: 19.9 },
        { sku: 'pot', quantity: 1, unitAmount: 100.1 },
      ],
      amount: 159.8,
      currency: 'CNY',
      purchase: { buyer: buyer.userId, balance: 59.8, channel: 'PAYPAY' },
    });
    expect(asked?.headers).toMatchObject({
      'idempotency-key': `${buyer.userId}:key-1`,
      'plumbline-actor': `user:${buyer.userId}`,
      'x-correlation-id': answer.headers.get('X-Correlation-Id'),
      traceparent: expect.stringMatching(/^00-/) as string,
    });
    expect(asked?.headers['cookie']).toBe(undefined);
    expect(answer.json['purchase']).toMatchObject({
      ...{ orderNo: 'o-1', status: 'PENDING', amount: 159.8, payment: null },
      items: [{ unitAmount: 19.9 }, { unitAmount: 100.1 }],
    });
  });

  it.each([
    ['a price', { items: [{ sku: 'cup', quantity: 1, unitAmount: 0.01 }] }],
    ['an amount', { amount: 0.01 }],
    ['a buyer', { buyer: 'somebody-else' }],
    ['a purchase', { purchase: { buyer: 'somebody-else', balance: 0, channel: null } }],
    ['a user in a line', { items: [{ sku: 'cup', quantity: 1, buyer: 'x' }] }],
  ])('that brings %s of its own is refused', async (_name, over) => {
    const answer = await buy(basket(over));
    expect(told(answer)).toEqual([400, 'INVALID_PARAMETER']);
    expect(answer.json['message']).toContain('unknown field');
    expect(bff.services.orders.asked).toEqual([]);
  });

  it.each([
    ['0 pieces', { items: [{ sku: 'cup', quantity: 0 }] }, 'items.0.quantity'],
    ['−1 pieces', { items: [{ sku: 'cup', quantity: -1 }] }, 'items.0.quantity'],
    ['1.5 pieces', { items: [{ sku: 'cup', quantity: 1.5 }] }, 'items.0.quantity'],
    ['10^9 pieces', { items: [{ sku: 'cup', quantity: 1e9 }] }, 'items.0.quantity'],
    ['pieces in words', { items: [{ sku: 'cup', quantity: '1' }] }, 'items.0.quantity'],
    ['an empty basket', { items: [] }, 'at least one item'],
    ['no basket', { items: undefined }, 'items'],
    ['no currency', { currency: undefined }, 'currency'],
    ['an unknown channel', { channel: 'CASH' }, 'channel'],
    ['a negative balance', { balance: -1 }, 'balance: must not be negative'],
    ['a balance with three decimals', { balance: 1.001 }, 'balance: must have at most 2'],
    ['a balance that is none', { balance: {} }, 'balance: must be a number'],
  ])('of %s is refused and says so', async (_name, over, words) => {
    const answer = await buy(basket(over));
    expect(told(answer)).toEqual([400, 'INVALID_PARAMETER']);
    expect(answer.json['message']).toContain(words);
    expect(bff.services.inventory.asked).toEqual([]);
  });

  it.each([
    [{ items: [{ sku: 'nope, cup', quantity: 1 }] }, 404, 'ITEM_NOT_FOUND', '"nope, cup"'],
    [{ items: [{ sku: '茶', quantity: 1 }] }, 404, 'ITEM_NOT_FOUND', '"茶"'],
    [{ items: [{ sku: 'tea', quantity: 1 }] }, 400, 'CURRENCIES_MIXED', '"tea" is sold in JPY'],
    [{ currency: 'JPY' }, 400, 'CURRENCIES_MIXED', '"cup"'],
    [{ items: [{ sku: 'gift', quantity: 5 }] }, 400, 'AMOUNT_OUT_OF_RANGE', ''],
    [{ items: [{ sku: 'pot', quantity: 1_000_000 }] }, 200, undefined, ''],
    [{ balance: 59.71 }, 400, 'BALANCE_ABOVE_AMOUNT', ''],
    [{ channel: undefined }, 400, 'CHANNEL_MISSING', ''],
    [{ channel: undefined, balance: 59.69 }, 400, 'CHANNEL_MISSING', ''],
  ])('of %j answers %d %s', async (over, status, code, words) => {
    const answer = await buy(basket(over));
    expect(told(answer)).toEqual([status, code]);
    if (code !== undefined) expect(answer.json['message']).toContain(words);
    expect(bff.services.orders.asked).toHaveLength(status === 200 ? 1 : 0);
  });

  it('takes lines of one code together', async () => {
    const lines = (...quantities: number[]) =>
      ['cup', 'pot', 'cup'].map((sku, at) => ({ sku, quantity: quantities[at] }));
    await buy(basket({ items: lines(1, 1, 2) }));
    expect(bodyOf(bff.services.orders.asked[0])['items']).toMatchObject([
      { sku: 'cup', quantity: 3 },
      { sku: 'pot', quantity: 1 },
    ]);
    const many = await buy(basket({ items: lines(500_000, 1, 500_001) }));
    expect(told(many)).toEqual([400, 'INVALID_PARAMETER']);
    expect(many.json['message']).toContain('"cup"');
  });

  it('dearer than anything is refused', async () => {
    const dear = { cup: { ...items.cup, price: 9_999_999.99 } };
    bff.services.inventory.answer = ({ path }) => shop(path, dear);
    const answer = await buy(basket({ items: [{ sku: 'cup', quantity: 1_000_000 }] }));
    expect(told(answer)).toEqual([400, 'AMOUNT_OUT_OF_RANGE']);
  });

  it('that the balance pays whole has no channel, whatever was named', async () => {
    await buy(basket({ balance: 59.7 }));
    expect(bodyOf(bff.services.orders.asked[0])['purchase']).toEqual({
      ...{ buyer: buyer.userId, balance: 59.7, channel: null },
    });
  });

  it('has a hundred lines at most', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 101 }, (_, n) => [`tea-${n}`, { ...items.cup, sku: `tea-${n}` }]),
    );
    bff.services.inventory.answer = ({ path }) => shop(path, many);
    const lines = Object.keys(many).map((sku) => ({ sku, quantity: 1 }));
    expect((await buy(basket({ items: lines.slice(0, 100) }))).status).toBe(200);
    expect((bodyOf(bff.services.orders.asked[0])['items'] as unknown[]).length).toBe(100);
    expect(told(await buy(basket({ items: lines })))).toEqual([400, 'INVALID_PARAMETER']);
  });

  it('of long codes asks for prices in several questions', async () => {
    const long = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => {
        const sku = `a${'|'.repeat(60)}${n}`;
        return [sku, { ...items.cup, sku }];
      }),
    );
    bff.services.inventory.answer = ({ path }) => shop(path, long);
    const lines = Object.keys(long).map((sku) => ({ sku, quantity: 1 }));
    expect((await buy(basket({ items: lines }))).status).toBe(200);
    const longest = Math.max(...bff.services.inventory.asked.map(({ path }) => path.length));
    expect(longest).toBeLessThan(8 * 1024);
    expect(bff.services.inventory.asked.length).toBeGreaterThan(1);
  });
});

describe('a key of a client', () => {
  it.each([undefined, '', 'two words', 'ключ', 'k'.repeat(224)])('cannot be %j', async (given) => {
    const headers =
      given === undefined
        ? {}
        : { 'Idempotency-Key': encodeURI(given).replace('%20', ' ').replaceAll('%', '\u00e9') };
    expect(told(await buy(basket(), headers))).toEqual([400, 'INVALID_PARAMETER']);
  });

  it('leads to the same order each time, and to another for another user', async () => {
    await Promise.all([buy(basket()), buy(basket()), buy(basket(), key, other)]);
    const asked = bff.services.orders.asked.map((one) => bodyOf(one));
    const numbers = (of: Browser) =>
      asked
        .filter(({ purchase }) => (purchase as { buyer: string }).buyer === of.userId)
        .map(({ orderNo }) => orderNo);
    expect(new Set(numbers(buyer)).size).toBe(1);
    expect(numbers(buyer)).toHaveLength(2);
    expect(numbers(other)).not.toEqual(numbers(buyer).slice(0, 1));
    expect(numbers(buyer)[0]).toMatch(/^O[0-9A-F]{30}$/);
  });

  describe('used before', () => {
    const before = (changes: object, purchase: object = {}) => {
      const was = { buyer: buyer.userId, balance: 0, channel: 'PAYPAY', ...purchase };
      bff.services.orders.answer = ({ method, path }) =>
        method === 'POST'
          ? refused(409, 'ORDER_PARAMETERS_DIFFER')
          : fine({
              ...placed({ orderNo: path.slice('/orders/'.length), purchase: was }),
              ...{ items: [{ sku: 'cup', quantity: 3, unitAmount: 15 }], amount: 45 },
              ...{ currency: 'CNY', status: 'WAITING_PAYMENT', ...changes },
            });
    };

    it('for the same basket answers it at the price of then', async () => {
      before({});
      const { status, json } = await buy(basket());
      expect(status).toBe(200);
      expect(json['purchase']).toMatchObject({ amount: 45, status: 'WAITING_PAYMENT' });
    });

    it.each([
      ['another basket', { items: [{ sku: 'cup', quantity: 2, unitAmount: 15 }] }, {}],
      ['other goods', { items: [{ sku: 'pot', quantity: 3, unitAmount: 15 }] }, {}],
      ['another currency', { currency: 'JPY' }, {}],
      ['another channel', {}, { channel: 'LAKALA' }],
      ['another part from the balance', {}, { balance: 1 }],
      ["another user's purchase", {}, { buyer: 'u0' }],
      ['an order of no buyer', { purchase: null }, {}],
    ])('for %s is refused', async (_name, changes, purchase) => {
      before(changes, purchase);
      expect(told(await buy(basket()))).toEqual([409, 'PURCHASE_PARAMETERS_DIFFER']);
    });
  });
});

describe('the position token', () => {
  it('is the end of the partition of the order, once it is placed', async () => {
    const { name: topic } = topics.ordersEvents;
    const partition = partitionOfSlot(slotOf(routingKey('main', 'o-2')), 4);
    const record = { topic, partition, key: null, value: null, headers: {} };
    bff.services.orders.answer = (asked) => {
      bff.log.appendRaw(record);
      return fine(placed(bodyOf(asked)));
    };
    const { headers } = await buy(basket({ orderNo: 'o-2' }));
    const last = (await bff.log.ends({ topic, partition })).highWatermark - 1n;
    const token = `${topic}:${partition}:${last}`;
    expect(headers.get('Plumbline-Position')).toBe(token);
    bff.services.queries.answer = ({ path }) => queries(path, { orders: [] });
    await buyer.call({ path: '/api/purchases', headers: { 'Plumbline-Position': token } });
    expect(bff.services.queries.asked[0]?.headers['plumbline-position']).toBe(token);
  });

  it.each(['x', 'orders:99:1', 'orders:1:-1', 'a:1:2;b:1:2'])('%j is none', async (position) => {
    const headers = { 'Plumbline-Position': position };
    const answer = await buyer.call({ path: '/api/purchases', headers });
    expect(told(answer)).toEqual([400, 'INVALID_PARAMETER']);
  });
});

describe('an order', () => {
  const own = 'own-1';
  const foreign = 'foreign-1';
  beforeEach(() => {
    const orders = [
      shownOrder(own, buyer.userId),
      shownOrder(foreign, other.userId),
      shownOrder('merchants', null, { payment: null }),
      shownOrder('done', buyer.userId, {
        status: 'PAID',
        payment: null,
        checkout: { step: 'DONE' },
      }),
    ];
    bff.services.queries.answer = ({ path }) => queries(path, { orders });
    bff.services.payments.answer = ({ path }) =>
      fine({ orderNo: own, payNo: path.slice(10), payUrl: `https://pay.example${path}` });
    bff.services.orders.answer = ({ path }) =>
      fine(
        placed({
          orderNo: path.split('/')[2],
          items: [{ sku: 'cup', quantity: 1, unitAmount: 19.9 }],
          amount: 19.9,
          currency: 'CNY',
        }),
      );
  });

  const paths = (orderNo: string) => [
    { path: `/api/purchases/${orderNo}` },
    { path: `/api/purchases/${orderNo}/timeline` },
    { path: `/api/purchases/${orderNo}/cancel`, body: { reason: 'mind' } },
  ];

  it('is shown to its owner with what was bought and where to pay', async () => {
    const { status, json } = await buyer.call({ path: `/api/purchases/${own}` });
    expect(status).toBe(200);
    expect(json['purchase']).toMatchObject({
      ...{ orderNo: own, status: 'WAITING_PAYMENT', checkout: null },
      items: [{ sku: 'cup', quantity: 1, unitAmount: 19.9 }],
      payment: { payNo: `PAY-${own}`, payUrl: `https://pay.example/payments/PAY-${own}` },
    });
    const done = await buyer.call({ path: '/api/purchases/done' });
    expect(done.json['purchase']).toMatchObject({ payment: null, checkout: { step: 'DONE' } });
    const timeline = await buyer.call({ path: `/api/purchases/${own}/timeline?limit=5` });
    expect(timeline.text).toContain('"offset":"12345678901234567"');
    expect(timeline.json['entries']).toMatchObject([{ data: { deep: { list: [1, 2.5, null] } } }]);
  });

  it('of somebody else is told from one that there is not by nothing, whatever is done to it', async () => {
    for (const [index, call] of paths(foreign).entries()) {
      for (const orderNo of [foreign, 'merchants']) {
        const theirs = await buyer.call(paths(orderNo)[index] ?? call);
        const none = await buyer.call(paths('none')[index] ?? call);
        expect(told(theirs)).toEqual([404, 'ORDER_NOT_FOUND']);
        expect(theirs.text).toBe(none.text);
        expect(theirs.headers.get('Plumbline-Position')).toBe(null);
      }
    }
    expect(bff.services.orders.asked).toEqual([]);
    expect(bff.services.payments.asked).toEqual([]);
  });

  it('of anybody is shown to operators, who may cancel it', async () => {
    for (const call of paths(foreign)) expect((await operator.call(call)).status).toBe(200);
    const cancelled = bff.services.orders.asked.at(-1);
    expect(cancelled?.path).toBe(`/orders/${foreign}/cancel`);
    expect(cancelled?.headers['plumbline-actor']).toBe(`user:${operator.userId}`);
  });

  it('is in the list of its owner alone, even if queries knew no better', async () => {
    const list = async (browser: Browser) => {
      const { json } = await browser.call({
        path: '/api/purchases?limit=2&cursor=1767225600000_6f31',
      });
      return (json['orders'] as { orderNo: string }[]).map(({ orderNo }) => orderNo);
    };
    expect(await list(buyer)).toEqual([own, 'done']);
    expect(bff.services.queries.asked[0]?.path).toBe(
      `/orders?cursor=1767225600000_6f31&limit=2&buyer=${buyer.userId}`,
    );
    const all = [shownOrder(own, buyer.userId), shownOrder(foreign, other.userId)];
    bff.services.queries.answer = () => fine({ orders: all, nextCursor: null });
    expect(await list(buyer)).toEqual([own]);
    expect(await list(operator)).toEqual([]);
  });

  it.each([
    ['ORDER_ALREADY_PAID', 409, 'ORDER_ALREADY_PAID'],
    ['ORDER_ENDED', 409, 'ORDER_ENDED'],
    ['ORDER_NOT_FOUND', 404, 'ORDER_NOT_FOUND'],
    ['SOMETHING_NEW', 502, 'SERVICE_FAILED'],
  ])('that orders does not cancel for %s answers %d %s', async (inner, status, code) => {
    bff.services.orders.answer = () => refused(status === 502 ? 418 : status, inner);
    const answer = await buyer.call({
      path: `/api/purchases/${own}/cancel`,
      body: { reason: 'x' },
    });
    expect(told(answer)).toEqual([status, code]);
    expect(answer.text).not.toContain('inner words');
  });

  it('whose payment is not shown yet has no address to pay at', async () => {
    bff.services.payments.answer = () => refused(404, 'PAYMENT_NOT_FOUND');
    const { json } = await buyer.call({ path: `/api/purchases/${own}` });
    expect(json['purchase']).toMatchObject({ payment: { status: 'PAYING', payUrl: null } });
  });

  it('is not cancelled without a reason', async () => {
    const call = { path: `/api/purchases/${own}/cancel`, body: {} };
    expect(told(await buyer.call(call))).toEqual([400, 'INVALID_PARAMETER']);
  });
});

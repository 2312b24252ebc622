import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createSwitch } from '@plumbline/redis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fine, refused } from '../testing/fake-service.ts';
import type { Browser, TestBff } from '../testing/open-test-bff.ts';
import { openTestBff } from '../testing/open-test-bff.ts';
import { alert, queries, raised, shop, shownOrder } from '../testing/shapes.ts';
import { openService } from '../upstream/service.ts';

const redis = createSwitch();
let bff: TestBff;
let buyer: Browser;
let operator: Browser;
beforeAll(async () => {
  await redis.on();
  bff = await openTestBff({ redisUrl: redis.url });
  buyer = await bff.logIn('buyer', ['approver']);
  operator = await bff.logIn('operator', ['operator']);
});
afterAll(async () => {
  await bff.close();
  await redis.off();
});
beforeEach(() => {
  for (const service of Object.values(bff.services)) service.asked.length = 0;
});

const get = (browser: Browser, path: string) => browser.call({ path });

describe('the shop', () => {
  it('shows what can be bought, amounts digit by digit', async () => {
    bff.services.inventory.answer = ({ path }) => shop(path);
    const { json, text } = await get(buyer, '/api/items');
    expect(json['items']).toHaveLength(4);
    expect((json['items'] as object[])[0]).toEqual({
      ...{ sku: 'tea', name: '煎茶', unitAmount: 1_200, currency: 'JPY', available: 7 },
    });
    bff.services.inventory.answer = () => ({
      status: 200,
      body: '{"code":"00000","data":{"items":[{"sku":"a","name":"A","price":19.90,"currency":"CNY","available":1}],"nextCursor":null}}',
    });
    expect(text).not.toContain('19.90');
    expect((await get(buyer, '/api/items')).text).toContain('"unitAmount":19.90');
  });

  it('is read page by page, and ends', async () => {
    const item = (sku: number) => ({
      sku: `${sku}`,
      name: 'x',
      price: 1,
      currency: 'CNY',
      available: 1,
    });
    bff.services.inventory.answer = ({ path }) => {
      const from = Number(new URL(path, 'http://x').searchParams.get('cursor') ?? '0');
      const some = Array.from({ length: 200 }, (_, n) => item(from + n));
      return fine({ items: some, nextCursor: String(from + 200) });
    };
    const { json } = await get(buyer, '/api/items');
    expect((json['items'] as { sku: string }[]).map(({ sku }) => Number(sku))).toEqual(
      Array.from({ length: 500 }, (_, n) => n),
    );
  });

  it("shows the user's own account, and none where there is none", async () => {
    const balance = { currency: 'CNY', balance: 100.5, held: 0.5, available: 100 };
    bff.services.accounts.answer = () => fine({ account: 'x', balances: [balance] });
    expect((await get(buyer, '/api/account')).json).toEqual({ balances: [balance] });
    expect(bff.services.accounts.asked[0]?.path).toBe(`/accounts/${buyer.userId}`);
    bff.services.accounts.answer = () => refused(404, 'ACCOUNT_NOT_FOUND');
    expect((await get(buyer, '/api/account')).json).toEqual({ balances: [] });
  });
});

describe('what operators see', () => {
  const alertId = '0b7c2f6e-1111-8222-9333-444455556666';
  const known = {
    orders: [shownOrder('o-1', 'u1'), shownOrder('o-2', null)],
    alerts: [alert(alertId, 'o-2')],
  };
  beforeEach(() => {
    bff.services.queries.answer = ({ path }) => queries(path, known);
    bff.services.payments.answer = ({ path }) => {
      // As contract 1 has it, a payment number is 32 characters at most.
      if (path.length > '/payments/'.length + 32) return refused(400, 'INVALID_PARAMETER');
      const known = path === '/payments/PAY-o-1';
      return known ? fine({ orderNo: 'o-1', payUrl: null }) : refused(404, 'PAYMENT_NOT_FOUND');
    };
  });

  it('is for them alone', async () => {
    const paths = bff.routes
      .filter(({ method, path }) => method === 'get' && /^\/api\/(alerts|orders)/.test(path))
      .map(({ path }) => path.replace(/:\w+/, 'o-1'));
    expect(paths).toHaveLength(5);
    for (const path of paths) {
      const { status, json } = await get(buyer, path);
      expect([path, status, json['code']]).toEqual([path, 403, 'ROLE_MISSING']);
    }
    expect(bff.services.queries.asked).toEqual([]);
  });

  it('are alerts as queries has them, digit by digit', async () => {
    const { text } = await get(
      operator,
      '/api/alerts?rule=A&status=OPEN&since=2026-01-01T00:00:00Z',
    );
    expect(text).toContain('"amount":90000000000000.25');
    const [asked] = bff.services.queries.asked;
    expect(asked?.path).toBe('/alerts?rule=A&since=2026-01-01T00%3A00%3A00Z&status=OPEN');
    expect((await get(operator, `/api/alerts/${alertId}`)).json['alert']).toEqual({
      ...known.alerts[0],
      history: [raised],
    });
    const none = await get(operator, '/api/alerts/none');
    expect([none.status, none.json['code']]).toEqual([404, 'ALERT_NOT_FOUND']);
    const { json } = await get(operator, '/api/alerts/summary?tenant=main');
    expect(json['rules']).toMatchObject([{ open: 1, atStake: [{ amount: 0.1 }] }]);
  });

  it.each(['o-1', 'PAY-o-1'])('finds an order by %s', async (id) => {
    const { json } = await get(operator, `/api/orders?id=${id}`);
    expect(json).toMatchObject({ orders: [{ orderNo: 'o-1', buyer: 'u1' }], nextCursor: null });
  });

  it('finds an order by an alert, nothing by nothing, and all of it otherwise', async () => {
    const numbers = async (query: string) =>
      ((await get(operator, `/api/orders${query}`)).json['orders'] as { orderNo: string }[]).map(
        ({ orderNo }) => orderNo,
      );
    expect(await numbers(`?id=${alertId}`)).toEqual(['o-2']);
    expect(await numbers('?id=nothing')).toEqual([]);
    expect(await numbers('?status=PAID&withOpenAlerts=true&buyer=u1')).toEqual(['o-1']);
    const { path } = bff.services.queries.asked.at(-1) ?? { path: '' };
    expect(path).toBe('/orders?buyer=u1&status=PAID&withOpenAlerts=true');
  });

  it('has the timeline of any order', async () => {
    expect((await get(operator, '/api/orders/o-2/timeline')).json).toMatchObject({
      orderNo: 'o-2',
      entries: [{ type: 'OrderCreated' }],
    });
    expect((await get(operator, '/api/orders/none/timeline')).status).toBe(404);
  });

  it.each(['limit=201', 'cursor=abc', 'since=yesterday', 'since=2026-13-01T00:00:00Z', 'x=1'])(
    'refuses %s itself',
    async (query) => {
      expect((await get(operator, `/api/alerts?${query}`)).json['code']).toBe('INVALID_PARAMETER');
      expect(bff.services.queries.asked).toEqual([]);
    },
  );
});

describe('a service that does not do its part', () => {
  it.each([
    [refused(503, 'READ_MODEL_BEHIND'), 503, 'READ_MODEL_BEHIND'],
    [refused(503, 'OVERLOADED'), 503, 'OVERLOADED'],
    [refused(503, 'INNER_CODE'), 503, 'DEPENDENCY_DOWN'],
    [refused(500, 'INTERNAL_ERROR'), 502, 'SERVICE_FAILED'],
    [refused(400, 'INVALID_PARAMETER'), 502, 'SERVICE_FAILED'],
    [{ status: 200, body: '<html>' }, 502, 'SERVICE_FAILED'],
    [{ status: 200, body: '' }, 502, 'SERVICE_FAILED'],
    [fine({ alerts: 'none' }), 502, 'SERVICE_FAILED'],
    [
      { status: 302, body: '{}', headers: { Location: 'http://127.0.0.1:1/' } },
      502,
      'SERVICE_FAILED',
    ],
  ])('by %j is %d %s, in words of our own', async (answer, status, code) => {
    bff.services.queries.answer = () => answer;
    const { json, headers, text, ...seen } = await get(operator, '/api/alerts');
    expect([seen.status, json['code']]).toEqual([status, code]);
    expect(headers.get('Retry-After')).toBe(status === 503 ? '1' : null);
    expect(text).not.toMatch(/inner words|INNER_CODE|html/);
  });

  it('by being away or late is 503 for a read, and unknown for a write that was sent', async () => {
    const away = await unusedPort();
    const context = { correlationId: 'c', traceparent: 't', actor: 'user:u' };
    const gone = openService({ name: 'gone', baseUrl: `http://127.0.0.1:${away}` });
    const call = { path: '/', context } as const;
    await expect(gone.call({ ...call, method: 'POST' })).rejects.toMatchObject({
      reason: 'not-sent',
    });
    const baseUrl = bff.services.queries.url;
    bff.services.queries.answer = () => null;
    const late = openService({ name: 'late', baseUrl, readDeadlineMs: 100, writeDeadlineMs: 100 });
    const startedAt = performance.now();
    await expect(late.call({ ...call, method: 'GET' })).rejects.toMatchObject({
      reason: 'no-answer',
    });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await Promise.all([gone.close(), late.close()]);
  });
});

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

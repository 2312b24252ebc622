import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredOrder } from '../projections/receiving-queries.ts';
import type { MonitorWorld } from './testing/monitor-world.ts';
import { nowMs, openMonitorWorld } from './testing/monitor-world.ts';

let world: MonitorWorld;
beforeAll(async () => {
  world = await openMonitorWorld();
});
afterAll(() => world.close());

const waiting = (orderId: string, pid: string, aid: string, inMs: number): StoredOrder => ({
  ...{ accountKey: `main/${pid}.${aid}`, orderId, pid, aid, cid: '2', type: 'wxpay', pattern: 1 },
  expiresAtMs: nowMs + inMs,
});

describe('active orders', () => {
  const path = '/api/monitor/orders/active';
  const ids = ({ json }: { readonly json: unknown }) =>
    (json as readonly { readonly orderId: string }[]).map(({ orderId }) => orderId);
  beforeAll(() => {
    world.shown.active = [
      waiting('late', '1000', '1', 9_000),
      waiting('soon', '1000', '2', 1_000),
      waiting('other', '2000', '1', 5_000),
    ];
  });

  it("are contract 0's objects in an array, those that end first in front", async () => {
    const { status, json } = await world.get(`${path}?pid=1000`, '1000');
    expect([status, json]).toEqual([
      200,
      [
        {
          ...{ orderId: 'soon', pid: '1000', aid: '2', cid: '2', type: 'wxpay' },
          ...{ expiresAt: new Date(nowMs + 1_000).toISOString(), pattern: '1' },
        },
        {
          ...{ orderId: 'late', pid: '1000', aid: '1', cid: '2', type: 'wxpay' },
          ...{ expiresAt: new Date(nowMs + 9_000).toISOString(), pattern: '1' },
        },
      ],
    ]);
    expect(world.asksFor.at(-1)).toEqual({ tenant: 'main', pid: '1000', nowMs });
  });

  it('are those of the accounts that the client reports for', async () => {
    expect(ids(await world.get(path, '1000'))).toEqual(['soon', 'late']);
    expect(ids(await world.get(path, 'mc_till'))).toEqual(['late']);
    expect(ids(await world.get(path, '2000'))).toEqual(['other']);
    expect(await world.get(`${path}?pid=2000`, '1000')).toMatchObject({
      ...{ status: 403, json: { code: 'not_your_account' } },
    });
  });

  it('are all of them to the platform itself, and nothing to a stranger', async () => {
    expect(ids(await world.get(path))).toEqual(['soon', 'other', 'late']);
    expect(ids(await world.get(`${path}?pid=2000`))).toEqual(['other']);
    const page = await world.call('GET', path, { headers: { origin: 'http://evil.example' } });
    expect(page).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    const away = await openMonitorWorld({ isLoopback: false });
    expect(await away.get(path)).toMatchObject({
      ...{ status: 401, json: { code: 'signature_missing' } },
    });
    const headers = { 'plumbline-actor': 'user:ann', 'plumbline-service-key': 'the-key' };
    expect((await away.call('GET', path, { headers })).status).toBe(200);
    await away.close();
  });

  it.each([
    ['token-nobody', 401, 'token_unknown'],
    ['token-unread', 503, 'key_store_unavailable'],
  ])('are not shown with the token %s', async (token, status, code) => {
    const headers = { authorization: `Bearer ${token}` };
    expect(await world.call('GET', path, { headers })).toMatchObject({ status, json: { code } });
  });

  it.each(['?pid=', '?pid=a/b', '?pid=1&pid=2', '?x=1'])(
    'are not asked for by %s',
    async (query) => {
      expect(await world.get(`${path}${query}`)).toMatchObject({
        ...{ status: 400, json: { code: 'invalid_parameter' } },
      });
    },
  );

  it('say so when they cannot be read', async () => {
    world.shown.isDown = true;
    expect(await world.get(path, '1000')).toMatchObject({
      ...{ status: 503, json: { code: 'dependency_down' } },
    });
    world.shown.isDown = false;
  });
});

const channel = { cid: 2, type: 'wxpay', channel: 'wxpay1#1001', pattern: 1 };
const account = { pid: 1000, aid: 1, name: 'till', channels: [channel] };
const accounts = '/api/monitor/accounts';

describe('an account', () => {
  it('is registered with what is left out, once, and otherwise refused', async () => {
    const made = await world.send('POST', accounts, account);
    expect(made).toMatchObject({
      status: 200,
      json: {
        ...{ pid: '1000', aid: '1', name: 'till', status: 'OPEN', currency: 'CNY' },
        channels: [
          { ...{ cid: '2', pattern: 1, payUrl: null, enabled: true }, channel: 'wxpay1#1001' },
        ],
        settings: {
          ...{ offsetsMax: 0, offsetStep: 0.01, offsetUp: true },
          ...{ settleSeconds: 60, lateSeconds: 86_400 },
        },
        ...{ activeOrders: 0, unmatched: 0 },
      },
    });
    expect((await world.send('POST', accounts, account)).json).toEqual(made.json);
    const other = { ...account, name: 'other' };
    expect(await world.send('POST', accounts, other)).toMatchObject({
      ...{ status: 409, json: { code: 'account_exists' } },
    });
  });

  it('is paused with a reason, and resumed', async () => {
    const at = `${accounts}/1000/1`;
    const paused = await world.send('POST', `${at}/pause`, { reason: 'phone is broken' });
    expect(paused).toMatchObject({ status: 200, json: { status: 'PAUSED' } });
    expect((await world.send('POST', `${at}/pause`, {})).status).toBe(400);
    const resumed = await world.send('POST', `${at}/resume`, {});
    expect(resumed).toMatchObject({ status: 200, json: { status: 'OPEN' } });
    expect(await world.send('POST', `${accounts}/1000/9/resume`, {})).toMatchObject({
      ...{ status: 404, json: { code: 'account_not_found' } },
    });
  });

  it.each([
    [{ channels: [] }, 'channels: must have one at least'],
    [{ channels: [{ ...channel, pattern: 2 }] }, 'pattern'],
    [{ settings: { offsetStep: 0.001 } }, 'settings.offsetStep: must have at most 2 decimals'],
    [{ settings: { offsetStep: 1.01 } }, 'settings.offsetStep: must not be above 1.00'],
    [{ settings: { offsetsMax: 100 } }, 'settings.offsetsMax: must not be above 99'],
    [{ settings: { late: 1 } }, 'unknown field'],
    [{ currency: 'yuan' }, 'currency: must be an ISO 4217 code'],
    [{ pid: 'a b' }, 'pid: must be'],
  ])('cannot be registered with %j', async (over, words) => {
    const { status, json } = await world.send('POST', accounts, { ...account, ...over });
    expect([status, json]).toMatchObject([400, { code: 'invalid_parameter' }]);
    expect((json as { readonly message: string }).message).toContain(words);
  });

  it('takes no orders for two channels of one name', async () => {
    const channels = [channel, { ...channel, cid: 3 }];
    expect(await world.send('POST', accounts, { ...account, aid: 7, channels })).toMatchObject({
      ...{ status: 409, json: { code: 'channels_invalid' } },
    });
  });

  it('is changed in units of its own currency, shown and listed', async () => {
    world.shown.account = {
      ...{ pid: '1000', aid: '1', version: 1n, name: 'till', status: 'OPEN', reason: null },
      ...{ currency: 'CNY', channels: [], activeOrders: 3, unmatched: 1 },
      settings: {
        ...{ offsetsMax: 9, offsetStepMinor: '2', offsetUp: false },
        ...{ settleMs: 1_000, lateMs: 2_000 },
      },
      ...{ createdAtMs: nowMs, updatedAtMs: nowMs + 1 },
    };
    const changed = await world.send('PUT', `${accounts}/1000/1`, {
      ...{ name: 'desk', channels: [channel] },
      settings: { offsetsMax: 5, offsetStep: '0.02', settleSeconds: 0 },
    });
    expect(changed).toMatchObject({
      ...{ status: 200, json: { name: 'desk', settings: { offsetsMax: 5, offsetStep: 0.02 } } },
    });
    const wrong = await world.send('PUT', `${accounts}/1000/1`, {
      ...{ name: 'desk', channels: [channel], settings: { offsetStep: 'x' } },
    });
    expect(wrong).toMatchObject({ status: 400, json: { code: 'invalid_parameter' } });
    const read = await world.get(`${accounts}/1000/1`);
    expect(read.json).toMatchObject({ activeOrders: 3, unmatched: 1, reason: null });
    expect((await world.get(`${accounts}?pid=1000`)).json).toEqual({ accounts: [read.json] });
    expect((await world.get(accounts, '1000')).status).toBe(200);
  });
});

describe('money', () => {
  const money = '/api/monitor/money';
  const at = `${money}/1000/1`;
  const report = (platformOrder: string) => ({
    type: 'ReportMoney' as const,
    data: {
      ...{ tenant: 'main', pid: '1000', aid: '1', payway: 'wxpay', channel: 'wxpay1#1001' },
      ...{ amountMinor: 1_000n, currency: 'CNY', platformOrder, rawPayload: 'x' },
      reportedBy: '1000',
    },
  });

  it('is matched by hand to the one attempt at an order, and set aside', async () => {
    await world.tell(report('m1'), report('m2'));
    await world.tell({
      type: 'ActivateOrder',
      data: {
        ...{ tenant: 'main', pid: '1000', aid: '1', cid: null, orderNo: 'H1', payNo: 'PAY-1' },
        ...{ reference: 'R1', amountMinor: 5n, currency: 'CNY', expireAt: nowMs + 60_000 },
      },
    });
    const why = { reason: 'seen on the phone' };
    expect(await world.send('POST', `${at}/m1/match`, { orderId: 'H1', ...why })).toMatchObject({
      ...{ status: 404, json: { code: 'order_not_found' } },
    });
    world.attempt('R1');
    const matched = await world.send('POST', `${at}/m1/match`, { orderId: 'H1', ...why });
    expect([matched.status, matched.json]).toEqual([
      200,
      {
        ...{ result: 'MATCHED', was: 'MATCHED', orderId: 'H1', payNo: 'PAY-1' },
        platformOrder: 'm1',
      },
    ]);
    expect((await world.send('POST', `${at}/m2/set-aside`, why)).json).toMatchObject({
      ...{ result: 'SET_ASIDE', was: 'SET_ASIDE', orderId: null },
    });
    expect(await world.send('POST', `${at}/m1/set-aside`, why)).toMatchObject({
      ...{ status: 409, json: { code: 'money_settled' } },
    });
    expect(await world.send('POST', `${at}/m9/set-aside`, why)).toMatchObject({
      ...{ status: 404, json: { code: 'money_not_found' } },
    });
  });

  it('is not matched to an order with several attempts, unless one is named', async () => {
    world.attempt('R1', 'R2');
    const body = { orderId: 'H1', reason: 'seen' };
    const refused = await world.send('POST', `${at}/m1/match`, body);
    expect(refused).toMatchObject({ status: 409, json: { code: 'order_ambiguous' } });
    expect((refused.json as { readonly message: string }).message).toContain('R1 (ACTIVE)');
    const named = await world.send('POST', `${at}/m1/match`, { ...body, reference: 'R1' });
    expect(named).toMatchObject({ status: 200, json: { was: 'MATCHED' } });
  });

  it('is listed by status, and orders are shown with all their attempts', async () => {
    const listed = await world.get(`${money}?status=UNMATCHED&pid=1000&limit=10`);
    expect(listed.json).toEqual({ money: [], nextCursor: null });
    expect(world.asksFor.at(-1)).toEqual({
      ...{ tenant: 'main', status: 'UNMATCHED', pid: '1000', after: null, limit: 10 },
    });
    for (const query of ['status=LOST', 'limit=0', 'cursor=x'])
      expect((await world.get(`${money}?${query}`)).status).toBe(400);
    world.attempt('R1');
    expect((await world.get('/api/monitor/orders/H1')).json).toMatchObject({
      orderId: 'H1',
      attempts: [{ reference: 'R1', amount: 0.05, payable: 0.05, status: 'ACTIVE' }],
    });
    world.attempt();
    expect(await world.get('/api/monitor/orders/H9')).toMatchObject({
      ...{ status: 404, json: { code: 'order_not_found' } },
    });
  });
});

it('what operators do is for the platform itself', async () => {
  const away = await openMonitorWorld({ isLoopback: false });
  const asked = [
    away.get(accounts),
    away.get('/api/monitor/money'),
    away.get('/api/monitor/orders/H1'),
    away.send('POST', accounts, account),
    away.send('POST', '/api/monitor/money/1/1/m/match', {}, '1000'),
  ];
  for (const answer of await Promise.all(asked))
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
  expect(away.asked).toEqual([]);
  await away.close();
});

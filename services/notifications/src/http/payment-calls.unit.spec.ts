import type { Listening } from '@plumbline/http';
import { createHttpApp, listen } from '@plumbline/http';
import { routingKey, slotOf, payNo as payNoOf } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EdgeWorld, WorldOptions } from './endpoints/testing/edge-world.ts';
import { openEdgeWorld, startMs } from './endpoints/testing/edge-world.ts';
import type { NotificationsEdge } from './edge.ts';
import { keyOfPayment } from './payment-calls.ts';
import { paymentRoutes } from './routes.ts';

let world: EdgeWorld;
let http: Listening;

async function open(options: WorldOptions = {}, over: Partial<NotificationsEdge> = {}) {
  world = await openEdgeWorld(options);
  const app = createHttpApp({
    ...{ service: 'notifications', version: 'test', logger: silentLogger, health: {} },
    metrics: createMetrics({ service: 'notifications', processMetrics: false }),
    routes: paymentRoutes({ ...world.edge, ...over }),
    ...{ serviceKey: 'the-service-key', checkResponses: true },
  });
  http = await listen(app, { host: '127.0.0.1', port: 0 });
}
beforeEach(() => open());
afterEach(async () => {
  await http.close();
  await world.http.close();
});

interface Told {
  readonly code: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const form = 'application/x-www-form-urlencoded';
const base = '/payment-retry';

async function call(method: string, path: string, init: RequestInit = {}) {
  const response = await fetch(`${http.url}${base}${path}`, { method, ...init });
  return { status: response.status, ...((await response.json()) as Told) };
}
const sent = (method: string, path: string, fields: Readonly<Record<string, string>>) =>
  call(method, path, {
    body: new URLSearchParams(fields).toString(),
    headers: { 'Content-Type': form },
  });

const asked = {
  ...{ paymentId: 'P1', orderNo: 'H1', amount: '100.00', status: 'SUCCESS' },
  ...{ callbackUrl: 'https://merchant.example/hook', paymentMethod: 'ALIPAY' },
  transactionId: 'T1',
};
const notify = (over: Readonly<Record<string, string>> = {}) =>
  sent('POST', '/api/payment/notification', { ...asked, ...over });
const without = (field: keyof typeof asked) =>
  Object.fromEntries(Object.entries(asked).filter(([name]) => name !== field));

describe('contract 2: a notification', () => {
  it('is made and begins at once where the status is notified', async () => {
    const { status, data } = await notify();
    expect(status).toBe(200);
    expect(data).toMatchObject({
      ...{ paymentId: 'P1', orderNo: 'H1', amount: '100.00', status: 'SUCCESS' },
      ...{ notificationStatus: 'NOTIFYING', attemptCount: 1, maxAttempts: 3 },
      ...{ callbackUrl: 'https://merchant.example/hook', endpointId: null, sequence: '1' },
    });
  });

  it.each([
    ['PROCESSING', 'PENDING'],
    ['SUCCESS', 'NOTIFYING'],
    ['FAILED', 'NOTIFYING'],
    ['CANCELLED', 'NOTIFYING'],
    ['TIMEOUT', 'NOTIFYING'],
    ['REFUNDING', 'PENDING'],
    ['REFUNDED', 'NOTIFYING'],
  ])('of %s is %s', async (status, expected) => {
    expect((await notify({ status })).data['notificationStatus']).toBe(expected);
  });

  it('is the same for the same parameters, in a form or in JSON', async () => {
    const first = await notify();
    const again = await call('POST', '/api/payment/notification', {
      body: JSON.stringify(asked),
      headers: { 'Content-Type': 'application/json' },
    });
    expect(again.data).toEqual(first.data);
    const bare = JSON.stringify(asked).replace('"100.00"', '100.00');
    const number = await call('POST', '/api/payment/notification', {
      ...{ body: bare, headers: { 'Content-Type': 'application/json' } },
    });
    expect(number.data).toEqual(first.data);
  });

  it('with other parameters is refused, naming the field, and with another status is another', async () => {
    await notify();
    const other = await notify({ amount: '100.01' });
    expect([other.status, other.code]).toEqual([409, 'NOTIFICATION_CONFLICT']);
    expect((await notify({ status: 'REFUNDED' })).data['sequence']).toBe('2');
  });

  it.each(['100', '100.0', '100.000', '1e2', '-1', '-1.00', '0.00', '', ' 1.00', '1,00', '01.00'])(
    'of the amount %j is refused, saying how it is written',
    async (amount) => {
      const { status, code, message } = await notify({ amount });
      expect([status, code]).toEqual([400, 'INVALID_PARAMETER']);
      expect(message).toContain('amount: must be a decimal number above zero with exactly two');
    },
  );

  it.each([
    [{ status: 'success' }, 'status: must be one of PROCESSING, SUCCESS'],
    [{ status: 'UNKNOWN' }, 'status: must be one of PROCESSING, SUCCESS'],
    [{ paymentId: 'a/b' }, 'paymentId: must be letters'],
    [{ paymentId: 'a%20b' }, 'percent-encoded twice'],
    [{ orderNo: '' }, 'orderNo: must not be empty'],
    [{ more: '1' }, 'unknown field "more"'],
  ])('with %j is refused', async (over, why) => {
    const { status, message } = await notify(over);
    expect(status).toBe(400);
    expect(message).toContain(why);
  });

  it.each(['paymentId', 'orderNo', 'amount', 'status', 'callbackUrl', 'paymentMethod'] as const)(
    'without %s is refused, naming it',
    async (field) => {
      const { status, message } = await sent(
        ...(['POST', '/api/payment/notification', without(field)] as const),
      );
      expect(status).toBe(400);
      expect(message).toContain(`${field}: `);
    },
  );

  it.each([
    'ftp://merchant.example/',
    'http://merchant.example/',
    'https://10.0.0.1/',
    'https://[::1]/',
    'https://localhost/',
    'https://u:p@merchant.example/',
    'https%3A%2F%2Fmerchant.example%2F',
    'merchant.example/hook',
    'https://merchant.example:22/',
  ])('to %s is refused before anything is written', async (callbackUrl) => {
    const { status, code, message } = await notify({ callbackUrl });
    expect([status, code]).toEqual([400, 'URL_NOT_ALLOWED']);
    expect(message).toMatch(/^callbackUrl: /);
    expect(world.notifications.asked).toEqual([]);
  });

  it.each([
    ['a=%zz', form, 400, 'MALFORMED_FORM'],
    ['a=%ff', form, 400, 'MALFORMED_FORM'],
    ['a=1&a=2', form, 400, 'MALFORMED_FORM'],
    ['{"a":1', 'application/json', 400, 'MALFORMED_JSON'],
    ['<a/>', 'text/xml', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a=1', `${form}; charset=gbk`, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('from the body %j as %s is refused with %d', async (body, type, status, code) => {
    const headers = { 'Content-Type': type };
    const answer = await call('POST', '/api/payment/notification', { body, headers });
    expect([answer.status, answer.code]).toEqual([status, code]);
  });
});

describe('contract 2: what follows', () => {
  it('a new status tells in the record that waits, then in another one', async () => {
    await notify({ status: 'PROCESSING' });
    const first = await sent('PUT', '/api/payment/status', { paymentId: 'P1', status: 'SUCCESS' });
    expect(first.data).toMatchObject({ notificationStatus: 'NOTIFYING', sequence: '1' });
    const next = await sent('PUT', '/api/payment/status', { paymentId: 'P1', status: 'REFUNDED' });
    expect(next.data).toMatchObject({ status: 'REFUNDED', sequence: '2', transactionId: 'T1' });
    const shown = await call('GET', '/api/payment/notification/P1');
    expect(shown.data).toMatchObject({ sequence: '2', others: [{ status: 'SUCCESS' }] });
  });

  it('an unknown payment is 404 for every call', async () => {
    const answers = [
      await sent('PUT', '/api/payment/status', { paymentId: 'P9', status: 'SUCCESS' }),
      await call('GET', '/api/payment/notification/P9'),
      await call('POST', '/api/payment/retry/P9'),
      await sent('POST', '/api/payment/abandon/P9', { reason: 'x' }),
    ];
    for (const { status, code } of answers)
      expect([status, code]).toEqual([404, 'PAYMENT_NOT_FOUND']);
  });

  it('a retry in a state that forbids it is 409 with the reason', async () => {
    await notify();
    const { status, code, message } = await call('POST', '/api/payment/retry/P1');
    expect([status, code]).toEqual([409, 'RETRY_NOT_ALLOWED']);
    expect(message).toContain('PENDING or FAILED');
  });

  it('who gives up twice is answered the same, and 409 for another reason', async () => {
    await notify();
    const first = await sent('POST', '/api/payment/abandon/P1', { reason: 'gone' });
    expect(first.data).toMatchObject({ notificationStatus: 'ABANDONED', reason: 'gone' });
    expect(await sent('POST', '/api/payment/abandon/P1', { reason: 'gone' })).toEqual(first);
    const other = await sent('POST', '/api/payment/abandon/P1', { reason: 'bored' });
    expect([other.status, other.code]).toEqual([409, 'ABANDON_NOT_ALLOWED']);
    expect((await sent('POST', '/api/payment/abandon/P1', {})).status).toBe(400);
  });

  it('lists say what is due, what failed, and what an order was told', async () => {
    await notify();
    const list = async (path: string) => {
      const { data } = await call('GET', `/api/payment/notifications/${path}`);
      return (data as unknown as { paymentId: string }[]).map(({ paymentId }) => paymentId);
    };
    expect(await list('order/H1')).toEqual(['P1']);
    expect(await list('order/H2')).toEqual([]);
    expect(await list('failed')).toEqual([]);
    expect(await list('retry')).toEqual([]);
  });

  it('the enumerations are those of the contract', async () => {
    const payments = await call('GET', '/api/payment/status/enum');
    expect(payments.data).toHaveLength(7);
    expect(payments.data).toContainEqual({
      ...{ code: 'TIMEOUT', description: '支付超时', needsNotification: true },
    });
    const notifications = await call('GET', '/api/payment/notification/status/enum');
    expect(notifications.data).toEqual(
      expect.arrayContaining([
        { code: 'FAILED', description: '通知失败', canRetry: true },
        { code: 'RETRY_FAILED', description: '重试失败', canRetry: false },
      ]),
    );
  });

  it.each(['/api/payment/health', '/actuator/health'])('%s says that it is up', async (path) => {
    const response = await fetch(`${http.url}${base}${path}`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'UP' }]);
  });
});

describe('who may name any URL', () => {
  const get = (headers: Readonly<Record<string, string>>) =>
    call('GET', '/api/payment/notifications/failed', { headers });

  it('nobody from a page in a browser', async () => {
    expect(await get({ Origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect(await get({ 'Sec-Fetch-Site': 'cross-site' })).toMatchObject({ status: 403 });
    expect(await get({})).toMatchObject({ status: 200 });
  });

  it('only who has the service key, where it listens elsewhere too', async () => {
    await http.close();
    await world.http.close();
    await open({ isLoopback: false });
    expect(await get({})).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    const key = { 'Plumbline-Service-Key': 'the-service-key', 'Plumbline-Actor': 'user:ada' };
    expect(await get(key)).toMatchObject({ status: 200 });
    const wrong = { ...key, 'Plumbline-Service-Key': 'another' };
    expect(await get(wrong)).toMatchObject({ status: 401 });
  });
});

describe('the mock merchant', () => {
  const path = `/api/payment/callback/mock`;
  const deliver = (query: string, id: string) =>
    fetch(`${http.url}${base}${path}${query}`, {
      ...{ method: 'POST', body: '{"a":1}', headers: { 'webhook-id': id } },
    });

  it('takes everything, or fails as it is told, as often as it is told', async () => {
    expect((await deliver('', 'n1')).status).toBe(200);
    const twice = '?status=500&times=2';
    const statuses = [];
    for (const id of ['n2', 'n2', 'n3', 'n2']) statuses.push((await deliver(twice, id)).status);
    expect(statuses).toEqual([500, 500, 500, 200]);
    const { data } = await call('GET', path);
    expect(data).toHaveLength(5);
    expect(data).toMatchObject([
      { webhookId: 'n2', answered: 200, body: '{"a":1}' },
      {},
      {},
      {},
      {},
    ]);
  });

  it('is not there outside the local stack', async () => {
    await http.close();
    await world.http.close();
    await open({}, { localStack: false });
    expect((await deliver('', 'n1')).status).toBe(404);
  });
});

it('a delivery that is not asynchronous is awaited, and then answered as it is', async () => {
  await http.close();
  await world.http.close();
  await open({}, { isAsync: false });
  const { data } = await notify();
  // Nobody delivers here: the answer comes after the time that an attempt may take.
  expect(data['notificationStatus']).toBe('NOTIFYING');
  expect(world.clock.nowMs()).toBeGreaterThanOrEqual(1_000);
  expect((await notify({ paymentId: 'P2', status: 'PROCESSING' })).data).toMatchObject({
    notificationStatus: 'PENDING',
  });
});

it('a payment of ours stands with its order, any other by itself', () => {
  const slot = slotOf(routingKey('main', 'H1'));
  const own = payNoOf({ atMs: startMs, slot, random: 7 });
  const of = { tenant: 'main', orderNo: 'H1' };
  expect(keyOfPayment({ ...of, paymentId: own })).toBe('main/H1');
  expect(keyOfPayment({ ...of, orderNo: 'H2', paymentId: own })).toBe(own);
  expect(keyOfPayment({ ...of, paymentId: 'P1' })).toBe('P1');
});

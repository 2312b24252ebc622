import { randomBytes, randomUUID } from 'node:crypto';
import { silentLogger } from '@plumbline/observability';
import { openPostgres } from '@plumbline/postgres';
import { testAddress } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestPayments } from '../testing/open-payments.ts';
import { openTestPayments } from '../testing/open-payments.ts';
import { callbackIdOf, signatureOf } from '../gateways/mock/callback-signature.ts';

let edge: TestPayments;
beforeAll(async () => {
  edge = await openTestPayments();
});
afterAll(() => edge.close());

const newOrderNo = (): string => `T${randomUUID().replaceAll('-', '').slice(0, 20)}`;
const secret = 'local-callback-secret';

async function created(orderNo = newOrderNo(), channel = 'MOCK') {
  const { status, json } = await edge.post('/payments', { orderNo, amount: 99.99, channel });
  expect(status, JSON.stringify(json)).toBe(200);
  return { orderNo, payNo: String(json.data?.['payNo']), data: json.data };
}

let sequence = 0;
function callback(payNo: string, callbackStatus: 'SUCCESS' | 'FAILED', over: object = {}) {
  sequence += 1;
  const fields = { payNo, callbackStatus, timestamp: '1704114000000', nonce: `n-${sequence}` };
  const given = { ...fields, ...over };
  return { ...given, channelTradeNo: 'MOCK_1', signature: signatureOf(given, secret), ...over };
}

async function newDatabase(): Promise<string> {
  const url = testAddress('PLUMBLINE_TEST_POSTGRES');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const postgres = openPostgres({ url, logger: silentLogger });
  await postgres.query(`create database ${name}`);
  await postgres.close();
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

const report = (body: object) => edge.post('/payments/mock-callback', body);
const callbacks = async (payNo: string) => {
  const { json } = await edge.get(`/payments/${payNo}/callbacks`);
  return (json.data?.['callbacks'] ?? []) as readonly Readonly<Record<string, unknown>>[];
};

describe('creating a payment', () => {
  it('answers contract 1: INIT, exact amount, local times, a number as id', async () => {
    const orderNo = newOrderNo();
    const { status, json, text } = await edge.post('/payments', { orderNo, amount: 99.9 });
    expect(status).toBe(200);
    expect(json).toMatchObject({ code: '00000', message: 'success' });
    expect(Object.keys(json.data ?? {})).toEqual([
      ...['id', 'payNo', 'orderNo', 'amount', 'status', 'statusDesc', 'channel'],
      ...['expireAt', 'createdAt'],
    ]);
    expect(text).toContain('"amount":99.90');
    const { data } = json;
    expect(data).toMatchObject({ orderNo, status: 'INIT', statusDesc: '初始化', channel: 'MOCK' });
    expect(data?.['payNo']).toMatch(/^PAY\d{27}$/);
    expect(Number.isSafeInteger(data?.['id'])).toBe(true);
    const seconds = (field: string): number => Date.parse(`${String(data?.[field])}Z`) / 1000;
    expect(data?.['createdAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(seconds('expireAt') - seconds('createdAt')).toBe(30 * 60);
  });

  it('gives the existing payment to a repeat, and nothing to one with other parameters', async () => {
    const { orderNo, data } = await created();
    const repeat = await edge.post('/payments', { orderNo, amount: '99.99', channel: 'MOCK' });
    expect(repeat.status).toBe(200);
    expect(repeat.json.data).toMatchObject({ id: data?.['id'], payNo: data?.['payNo'] });
    for (const other of [{ amount: 99.98 }, { amount: 99.99, channel: 'ALIPAY' }]) {
      const { status, json } = await edge.post('/payments', { orderNo, ...other });
      expect(status).toBe(409);
      expect(json).toEqual({ code: 'PAYMENT_PARAMETERS_DIFFER', message: json.message });
    }
  });

  it('makes one payment of many requests at once', async () => {
    const orderNo = newOrderNo();
    const all = await Promise.all(Array.from({ length: 8 }, () => created(orderNo)));
    expect(new Set(all.map(({ payNo }) => payNo)).size).toBe(1);
  });

  it.each([
    ['0.01', 200],
    ['9999999999.99', 200],
    ['10000000000', 400],
    ['0', 400],
    ['0.001', 400],
    ['-1', 400],
    ['1e3', 400],
    ['1.000', 400],
    ['"1,00"', 400],
    ['true', 400],
    ['null', 400],
  ])('takes an amount by its text: %s is %i', async (amount, status) => {
    const body = `{"orderNo":"${newOrderNo()}","amount":${amount}}`;
    const answer = await edge.post('/payments', body);
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.text).toContain(`"amount":${amount}`);
    else expect(answer.json).toMatchObject({ code: 'INVALID_PARAMETER' });
  });

  it.each([
    ['an unknown field', { orderNo: 'x', amount: 1, subject: 'x' }, 'unknown field "subject"'],
    ['no order number', { amount: 1 }, 'orderNo: is required'],
    ['a number as order number', { orderNo: 5, amount: 1 }, 'orderNo: must be text'],
    ['33 characters', { orderNo: 'x'.repeat(33), amount: 1 }, 'at most 32 characters'],
    ['no amount', { orderNo: 'x' }, 'amount: is required'],
    ['an unknown channel', { orderNo: 'x', amount: 1, channel: 'PIGEON' }, 'MOCK, ALIPAY, WECHAT'],
    ['a list', [1], 'the body'],
  ])('refuses %s with its reason', async (_name, body, words) => {
    const { status, json } = await edge.post('/payments', body);
    expect(status).toBe(400);
    expect(json.code).toBe('INVALID_PARAMETER');
    expect(json.message).toContain(words);
    expect(json).not.toHaveProperty('data');
  });

  it('refuses what is no JSON, too large, or of another type', async () => {
    const refused = async (body: string, headers = {}) => {
      const { status, json } = await edge.post('/payments', body, headers);
      return [status, json.code];
    };
    expect(await refused('{"orderNo":')).toEqual([400, 'MALFORMED_JSON']);
    expect(await refused('')).toEqual([400, 'MALFORMED_JSON']);
    const large = JSON.stringify({ orderNo: 'x', amount: 1, pad: 'x'.repeat(70_000) });
    expect(await refused(large)).toEqual([413, 'BODY_TOO_LARGE']);
    const type = { 'Content-Type': 'text/plain' };
    expect(await refused('{}', type)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });
});

describe('reading a payment', () => {
  it('shows right away what was answered, by payment number and by order', async () => {
    const { orderNo, payNo, data } = await created();
    for (const path of [`/payments/${payNo}`, `/payments/order/${orderNo}`]) {
      const { status, json, text } = await edge.get(path);
      expect(status).toBe(200);
      expect(json.data).toMatchObject({ payNo, orderNo, paidAt: null, channelTradeNo: null });
      expect(json.data?.['id']).toBe(data?.['id']);
      expect(text).toContain('"amount":99.99');
    }
    await report(callback(payNo, 'SUCCESS'));
    const { json } = await edge.get(`/payments/${payNo}`);
    expect(json.data).toMatchObject({ status: 'SUCCESS', statusDesc: '支付成功' });
    expect(json.data?.['paidAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(json.data?.['channelTradeNo']).toBe('MOCK_1');
  });

  it('becomes PAYING once the mock channel has accepted; others wait for theirs', async () => {
    const mock = await created();
    const alipay = await created(newOrderNo(), 'ALIPAY');
    await expect
      .poll(async () => (await edge.get(`/payments/${mock.payNo}`)).json.data?.['status'])
      .toBe('PAYING');
    expect((await edge.get(`/payments/${alipay.payNo}`)).json.data?.['status']).toBe('INIT');
  });

  it('knows no payment that there is not', async () => {
    const none = newOrderNo();
    for (const path of [`/${none}`, `/order/${none}`, `/${none}/callbacks`]) {
      const { status, json } = await edge.get(`/payments${path}`);
      expect([status, json.code]).toEqual([404, 'PAYMENT_NOT_FOUND']);
    }
  });

  it('lists payments by pages, each once', async () => {
    const made = [await created(), await created(), await created()].map(({ payNo }) => payNo);
    await edge.get(`/payments/${made[2] ?? ''}`);
    const seen: unknown[] = [];
    let cursor = '';
    for (let page = 0; page < 3; page += 1) {
      const { status, json } = await edge.get(`/payments?limit=2${cursor}`);
      expect(status).toBe(200);
      seen.push(...(json.data?.['payments'] as { payNo: string }[]).map(({ payNo }) => payNo));
      if (typeof json.data?.['nextCursor'] !== 'string') break;
      cursor = `&cursor=${json.data['nextCursor']}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made));
    for (const query of ['limit=0', 'limit=x', 'cursor=abc', 'status=PAID', 'page=1']) {
      const { json } = await edge.get(`/payments?${query}`);
      expect(json.code).toBe('INVALID_PARAMETER');
    }
  });
});

describe('a callback', () => {
  it('moves the payment once, and its repeat is ignored', async () => {
    const { payNo } = await created();
    const body = callback(payNo, 'SUCCESS');
    const first = await report(body);
    expect(first.json).toEqual({
      ...{ code: '00000', message: 'success' },
      data: {
        ...{ result: 'PROCESSED', message: '回调处理成功', payNo, currentStatus: 'SUCCESS' },
      },
    });
    const repeat = await report(body);
    expect(repeat.json.data).toMatchObject({ result: 'IGNORED', currentStatus: 'SUCCESS' });
    const later = await report(callback(payNo, 'SUCCESS'));
    expect(later.json.data).toMatchObject({ result: 'IGNORED' });
    await edge.get(`/payments/${payNo}`);
    const log = await callbacks(payNo);
    expect(log.map((row) => [row['processResult'], row['signatureValid']])).toEqual([
      ['IGNORED', true],
      ['PROCESSED', true],
    ]);
    expect(log[1]?.['callbackId']).toBe(callbackIdOf(body));
  });

  it('that says FAILED after SUCCESS changes nothing and is kept as contradictory', async () => {
    const { payNo } = await created();
    const paid = callback(payNo, 'SUCCESS');
    await report(paid);
    const { timestamp, nonce } = paid;
    const turned = callback(payNo, 'FAILED', { timestamp, nonce });
    for (const body of [turned, callback(payNo, 'FAILED')]) {
      const { status, json } = await report(body);
      expect(status).toBe(200);
      expect(json.data).toMatchObject({ result: 'IGNORED', currentStatus: 'SUCCESS' });
    }
    expect((await edge.get(`/payments/${payNo}`)).json.data?.['status']).toBe('SUCCESS');
    const log = await callbacks(payNo);
    expect(log.filter((row) => row['contradictory'] === true)).toHaveLength(2);
  });

  it('with a wrong signature is 401, kept as refused, and uses nothing up', async () => {
    const { payNo } = await created();
    const body = callback(payNo, 'SUCCESS');
    for (const signature of ['0'.repeat(32), body.signature.toLowerCase(), 'x']) {
      const { status, json } = await report({ ...body, signature });
      expect([status, json.code]).toEqual([401, 'SIGNATURE_INVALID']);
    }
    expect((await report({ ...body, callbackStatus: 'FAILED' })).status).toBe(401);
    expect((await report(body)).json.data).toMatchObject({ result: 'PROCESSED' });
    await expect.poll(async () => (await callbacks(payNo)).length).toBe(5);
    const refused = (await callbacks(payNo)).filter((row) => row['signatureValid'] === false);
    expect(refused).toHaveLength(4);
    expect(refused[0]).toMatchObject({ processResult: 'FAILED', code: 'SIGNATURE_INVALID' });
    expect(refused[0]?.['callbackId']).toBe(callbackIdOf(body));
  });

  it('for a payment that nobody knows is 404, and kept', async () => {
    const payNo = `PAY${String(Date.now())}0000${newOrderNo().slice(1, 9)}`;
    const body = callback(payNo, 'SUCCESS');
    for (const attempt of [1, 2]) {
      const { status, json } = await report(body);
      expect([attempt, status, json.code]).toEqual([attempt, 404, 'PAYMENT_NOT_FOUND']);
    }
    await expect.poll(async () => (await callbacks(payNo)).length).toBe(1);
    expect((await callbacks(payNo))[0]).toMatchObject({
      ...{ processResult: 'FAILED', code: 'PAYMENT_NOT_FOUND', signatureValid: true },
    });
    expect((await edge.get(`/payments/${payNo}`)).status).toBe(404);
  });

  it('for a payment of another channel is not applicable', async () => {
    const { payNo } = await created(newOrderNo(), 'ALIPAY');
    const { status, json } = await report(callback(payNo, 'SUCCESS'));
    expect(status).toBe(200);
    expect(json.data).toMatchObject({ result: 'FAILED', payNo, currentStatus: 'INIT' });
  });

  it.each([
    [{ callbackStatus: 'PAID' }, 'callbackStatus: must be SUCCESS or FAILED'],
    [{ timestamp: 1_704_114_000_000 }, 'timestamp: must be text'],
    [{ timestamp: 'now' }, 'timestamp: must be epoch milliseconds'],
    [{ nonce: '' }, 'nonce: must not be empty'],
    [{ nonce: undefined }, 'nonce: is required'],
    [{ channelTradeNo: 'x'.repeat(65) }, 'channelTradeNo: must have at most 64'],
    [{ payNo: 'x'.repeat(33) }, 'payNo: must have at most 32'],
    [{ extra: 1 }, 'unknown field "extra"'],
  ])('refuses %j with its reason', async (over, words) => {
    const { status, json } = await report({ ...callback('PAY1', 'SUCCESS'), ...over });
    expect([status, json.code]).toEqual([400, 'INVALID_PARAMETER']);
    expect(json.message).toContain(words);
  });

  it('needs no trade number', async () => {
    const { payNo } = await created();
    const body = { ...callback(payNo, 'SUCCESS'), channelTradeNo: undefined };
    expect((await report(body)).json.data).toMatchObject({ result: 'PROCESSED' });
    const { json } = await edge.get(`/payments/${payNo}`);
    expect(json.data?.['channelTradeNo']).toBe(`MOCK_${payNo}`);
  });
});

describe('signatures for tests', () => {
  const query = 'payNo=PAY1&callbackStatus=SUCCESS&timestamp=1&nonce=n';

  it('are those that callbacks need', async () => {
    const { json } = await edge.get(`/payments/generate-signature?${query}`);
    const fields = { payNo: 'PAY1', callbackStatus: 'SUCCESS', timestamp: '1', nonce: 'n' };
    expect(json).toEqual({ code: '00000', message: 'success', data: signatureOf(fields, secret) });
  });

  it('and the mock channel are refused outside the local stack unless configured', async () => {
    const outside = await openTestPayments({
      PLUMBLINE_LOCAL_STACK: 'false',
      // Of its own: keys that are wrapped for the local stack cannot be opened outside it.
      PLUMBLINE_POSTGRES_URL: await newDatabase(),
      PLUMBLINE_MASTER_KEY: randomBytes(32).toString('base64'),
    });
    try {
      const signature = await outside.get(`/payments/generate-signature?${query}`);
      expect([signature.status, signature.json.code]).toEqual([403, 'SIGNATURE_ENDPOINT_DISABLED']);
      const refused = await outside.post('/payments/mock-callback', callback('PAY1', 'SUCCESS'));
      expect([refused.status, refused.json.code]).toEqual([403, 'MOCK_CHANNEL_DISABLED']);
      const mock = await outside.post('/payments', { orderNo: newOrderNo(), amount: 1 });
      expect(mock.json.code).toBe('MOCK_CHANNEL_DISABLED');
      const body = { orderNo: newOrderNo(), amount: 1, channel: 'WECHAT' };
      expect((await outside.post('/payments', body)).status).toBe(200);
    } finally {
      await outside.close();
    }
  });

  it('expire where a window is configured', async () => {
    const strict = await openTestPayments({ PLUMBLINE_CALLBACK_MAX_AGE_SECONDS: '60' });
    try {
      const old = await strict.post('/payments/mock-callback', callback('PAY1', 'SUCCESS'));
      expect([old.status, old.json.code]).toEqual([401, 'CALLBACK_EXPIRED']);
      const fresh = callback('PAY1', 'SUCCESS', { timestamp: String(Date.now()) });
      expect((await strict.post('/payments/mock-callback', fresh)).status).toBe(404);
    } finally {
      await strict.close();
    }
  });
});

describe('money on a personal account', () => {
  const money = {
    ...{ pid: 1000, aid: 1, payway: 'wxpay', channel: 'wxpay1#1001', price: 10.0 },
    ...{ platformOrder: `wx${newOrderNo()}`, rawPayload: '{...}' },
  };

  it('is durable where nobody matches it now, and is to be reported again', async () => {
    const { status, json } = await edge.post('/api/internal/orders/match', money);
    expect([status, json.code]).toEqual([503, 'OUTCOME_PENDING']);
  });

  it('is no payment of a channel that is not configured', async () => {
    const orderNo = newOrderNo();
    const { status, json } = await edge.post('/payments', {
      orderNo,
      amount: 1,
      channel: 'PERSONAL',
    });
    expect([status, json.code]).toEqual([400, 'CHANNEL_NOT_CONFIGURED']);
  });
});

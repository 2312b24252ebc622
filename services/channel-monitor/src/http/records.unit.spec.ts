import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sent, signed } from '../auth/testing/requests.ts';
import type { MonitorWorld } from './testing/monitor-world.ts';
import { openMonitorWorld } from './testing/monitor-world.ts';

let world: MonitorWorld;
beforeAll(async () => {
  world = await openMonitorWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.handed.length = 0;
});

const record = {
  ...{ pid: 1000, aid: 1, payway: 'wxpay', channel: 'wxpay1#1001', price: 10.0 },
  ...{ platformOrder: 'wx123', rawPayload: '{"x":1}' },
};
const path = '/api/monitor/records';
const send = (body: unknown, client = '1000') => world.send('POST', path, body, client);

it('hands a record on as the client said it, and answers what came of it', async () => {
  expect(await send(record)).toMatchObject({
    status: 200,
    json: {
      ...{ result: 'MATCHED', was: 'MATCHED', orderId: 'H1', payNo: 'PAY-1' },
      platformOrder: 'wx123',
    },
  });
  expect(world.handed).toEqual([
    {
      ...{ pid: '1000', aid: '1', payway: 'wxpay', channel: 'wxpay1#1001', price: '10.00' },
      ...{ currency: 'CNY', platformOrder: 'wx123', rawPayload: '{"x":1}', reportedBy: '1000' },
    },
  ]);
});

it("takes contract 0's record signed, and a nonce once", async () => {
  const body = JSON.stringify(record);
  const request = signed(sent({ method: 'POST', url: path, body, nonce: 'nonce-of-records' }));
  const headers = { 'content-type': 'application/json', ...(request.headers as object) };
  expect((await world.call('POST', path, { body, headers })).status).toBe(200);
  expect(await world.call('POST', path, { body, headers })).toMatchObject({
    ...{ status: 401, json: { code: 'nonce_reused' } },
  });
});

it('always needs a client, also on loopback and with the service key', async () => {
  const asked = [
    world.send('POST', path, record),
    world.call('POST', path, {
      body: JSON.stringify(record),
      headers: {
        ...{ 'content-type': 'application/json', 'plumbline-actor': 'user:ann' },
        'plumbline-service-key': 'the-key',
      },
    }),
  ];
  for (const answer of await Promise.all(asked)) {
    expect(answer).toMatchObject({ status: 401, json: { code: 'signature_missing' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="plumbline"');
  }
  expect(world.handed).toEqual([]);
});

it('with Redis down signed calls are refused, and those by token go on', async () => {
  world.nonces.away = true;
  const body = JSON.stringify(record);
  const request = signed(sent({ method: 'POST', url: path, body, nonce: 'nonce-of-away' }));
  const headers = { 'content-type': 'application/json', ...(request.headers as object) };
  const refused = await world.call('POST', path, { body, headers });
  expect(refused).toMatchObject({ status: 503, json: { code: 'nonce_store_unavailable' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await send(record)).status).toBe(200);
  world.nonces.away = false;
});

it.each([
  ['2000', { pid: '1000' }],
  ['1000', { pid: 2000 }],
  ['mc_till', { aid: '2' }],
  ['mc_till', { pid: '2000' }],
])('%s may not report for %j', async (client, over) => {
  expect(await send({ ...record, ...over }, client)).toMatchObject({
    ...{ status: 403, json: { code: 'not_your_account' } },
  });
  expect(world.handed).toEqual([]);
});

it('a client of its own may report for the accounts that it is registered for', async () => {
  expect((await send(record, 'mc_till')).status).toBe(200);
  expect(world.handed[0]?.reportedBy).toBe('mc_till');
});

it.each([
  [{ price: 0 }, 'price: must not be zero'],
  [{ price: -1 }, 'price: must not be negative'],
  [{ price: '10.001' }, 'price: must have at most 2 decimals'],
  [{ price: 'NaN' }, 'price: must be a plain decimal number such as 99.99'],
  [{ price: '1e3' }, 'price: must be a plain decimal number such as 99.99'],
  [{ price: '99999999999999999999' }, 'price: must not be above 9999999999.99'],
  [{ price: null }, 'price: must be a number such as 99.99'],
  [{ price: undefined }, 'price: is required'],
  [{ pid: undefined }, 'pid: is required'],
  [{ pid: 1.5 }, 'pid: must be'],
  [{ pid: -1 }, 'pid: must be'],
  [{ aid: 'a/b' }, 'aid: must be'],
  [{ aid: 9_007_199_254_740_993n }, 'aid: must be'],
  [{ platformOrder: '' }, 'platformOrder: must be 1 to 64'],
  [{ platformOrder: 'a b' }, 'platformOrder: must be 1 to 64'],
  [{ platformOrder: 123 }, 'platformOrder: must be text'],
  [{ rawPayload: { x: 1 } }, 'rawPayload: must be text'],
  [{ rawPayload: undefined }, 'rawPayload: is required'],
  [{ channel: '' }, 'channel: must not be empty'],
  [{ payway: 'x'.repeat(65) }, 'payway: must have at most 64'],
  [{ note: 'x' }, 'unknown field "note"'],
])('refuses %o and says what is wrong', async (over, words) => {
  const body = JSON.stringify({ ...record, ...over }, (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  const { status, json } = await send(body);
  expect([status, json]).toMatchObject([400, { code: 'invalid_parameter' }]);
  expect((json as { readonly message: string }).message).toContain(words);
  expect(world.handed).toEqual([]);
});

it.each([
  ['"10"', '10.00'],
  ['10.1', '10.10'],
  ['0.01', '0.01'],
  ['9999999999.99', '9999999999.99'],
])('reads the price %s as %s', async (price, text) => {
  const body = JSON.stringify(record).replace('"price":10', `"price":${price}`);
  expect((await send(body)).status).toBe(200);
  expect(world.handed[0]?.price).toBe(text);
});

it('takes a raw payload of 32 KiB that is no JSON, and none that is larger', async () => {
  const whole = '\u0001'.repeat(32 * 1024);
  expect((await send({ ...record, rawPayload: whole })).status).toBe(200);
  expect(world.handed[0]?.rawPayload).toBe(whole);
  for (const rawPayload of [`${whole}x`, 'x'.repeat(1_000_000), '二'.repeat(11_000)])
    expect(await send({ ...record, rawPayload })).toMatchObject({
      ...{ status: 413, json: { code: 'body_too_large' } },
    });
});

it.each(['{"pid":1000', '', '[]', '{"pid":1,"pid":2}'])('refuses the body %j', async (body) => {
  expect((await send(body)).status).toBe(400);
});

describe('what the payment side answers', () => {
  const error = (code: string) => ({ code, message: 'why' });
  it.each([
    [400, error('INVALID_PARAMETER'), 400, 'invalid_parameter'],
    [404, error('ACCOUNT_NOT_FOUND'), 404, 'account_not_found'],
    [409, error('ACCOUNT_PAUSED'), 409, 'account_paused'],
    [503, error('TOO_MUCH_UNMATCHED'), 503, 'too_much_unmatched'],
    [413, error('BODY_TOO_LARGE'), 413, 'body_too_large'],
    [404, error('NOT_FOUND'), 503, 'payment_side_unavailable'],
    [401, error('UNAUTHENTICATED'), 503, 'payment_side_unavailable'],
    [403, error('FORBIDDEN'), 503, 'payment_side_unavailable'],
    [429, error('RATE_LIMITED'), 503, 'payment_side_unavailable'],
    [500, error('INTERNAL_ERROR'), 503, 'payment_side_unavailable'],
    [503, error('OUTCOME_PENDING'), 503, 'payment_side_unavailable'],
    [502, null, 503, 'payment_side_unavailable'],
    [400, null, 503, 'payment_side_unavailable'],
    [200, { code: '00000', data: {} }, 503, 'payment_side_unavailable'],
  ])('%i with %j is %i %s to the client', async (status, body, shown, code) => {
    const before = world.side.answer;
    world.side.answer = () => Promise.resolve({ status, retryAfter: '7', body });
    const answer = await send(record);
    expect(answer).toMatchObject({ status: shown, json: { code } });
    expect(answer.headers.get('retry-after')).toBe(shown === 503 ? '7' : null);
    world.side.answer = before;
  });

  it('none at all is 503, so that the client keeps the record', async () => {
    const before = world.side.answer;
    world.side.answer = () => Promise.reject(new Error('ECONNREFUSED'));
    const answer = await send(record);
    expect(answer).toMatchObject({ status: 503, json: { code: 'payment_side_unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('5');
    world.side.answer = before;
  });
});

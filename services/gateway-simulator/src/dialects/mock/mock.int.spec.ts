import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockAnswerHolds, mockMerchant } from '../../testing/merchants.ts';
import { startReceiver } from '../../testing/receiver.ts';
import type { TestSimulator } from '../../testing/simulator.ts';
import { eventually, startSimulator } from '../../testing/simulator.ts';

let simulator: TestSimulator;
let merchant: ReturnType<typeof mockMerchant>;

beforeEach(async () => {
  simulator = await startSimulator();
  merchant = mockMerchant(simulator.url);
});
afterEach(() => simulator.close());

const pay = (reference: string) => simulator.control('POST', `/payments/mock/${reference}/pay`, {});

describe('MOCK over HTTP', () => {
  it('creates a payment, answers a repeat the same and refuses another amount', async () => {
    const first = await merchant.create('PAY1');
    expect(first.status).toBe(200);
    expect(first.json).toEqual({
      reference: 'PAY1',
      transactionId: expect.stringMatching(/^MOCK_\d+$/) as string,
      status: 'PENDING',
      payUrl: `${simulator.url}/pay/mock/PAY1`,
    });
    expect(mockAnswerHolds(first)).toBe(true);
    expect((await merchant.create('PAY1')).json).toEqual(first.json);
    const other = await merchant.create('PAY1', { amountMinor: '10000' });
    expect([other.status, other.json]).toEqual([409, { code: 'REFERENCE_REUSED' }]);
    expect(mockAnswerHolds(other)).toBe(true);
  });

  it.each([
    ['no amount', { amountMinor: undefined }],
    ['a zero amount', { amountMinor: '0' }],
    ['an amount that is a number', { amountMinor: 9999 }],
    ['a fraction', { amountMinor: '99.99' }],
    ['a negative amount', { amountMinor: '-1' }],
    ['a currency in small letters', { currency: 'cny' }],
    ['a reference with a blank', { reference: 'PAY 1' }],
    ['a return URL that is a script', { returnUrl: 'javascript:alert(1)' }],
    ['an expiry that is text', { expireAt: '1' }],
  ])('refuses a creation with %s and keeps nothing', async (_what, change) => {
    const answer = await merchant.create('PAY1', change);
    expect([answer.status, answer.json['code']]).toEqual([400, 'BAD_REQUEST']);
    expect(mockAnswerHolds(answer)).toBe(true);
    expect(await simulator.list('/payments')).toEqual([]);
  });

  it.each([
    ['another secret', () => mockMerchant(simulator.url, 'another').create('PAY1')],
    ['a stale timestamp', () => later(-301_000)],
    ['a timestamp ahead', () => later(301_000)],
    ['a signature in capitals', () => changed({ 'x-mock-signature': 'ABC' })],
    ['no signature', () => changed({ 'x-mock-signature': '' })],
    ['a nonce that is none', () => changed({ 'x-mock-nonce': 'a b' })],
  ])('answers %s with 401, signed, and keeps nothing', async (_what, send) => {
    const answer = await send();
    expect([answer.status, answer.json]).toEqual([401, { code: 'SIGNATURE_INVALID' }]);
    const known = { ...answer, nonce: answer.nonce === 'a b' ? '' : answer.nonce };
    expect(mockAnswerHolds(known)).toBe(true);
    expect(await simulator.list('/payments')).toEqual([]);
    expect(await simulator.list('/calls')).toMatchObject([{ on: null, status: 401 }]);
  });

  const order = { reference: 'PAY1', amountMinor: '1', currency: 'CNY', subject: 's' };
  const rest = { expireAt: 1, notifyUrl: 'http://a.example', returnUrl: null };
  const changed = (headers: Record<string, string>) =>
    merchant.send('POST', '/mock/v1/payments', { ...order, ...rest }, headers);
  const later = (ms: number) => changed({ 'x-mock-timestamp': String(Date.now() + ms) });

  it('shows a payment before and after it is paid', async () => {
    const { json } = await merchant.create('PAY1');
    const open = { reference: 'PAY1', transactionId: json['transactionId'], status: 'PENDING' };
    const money = { amountMinor: '9999', currency: 'CNY' };
    const none = { paidAt: null, refundedMinor: '0', reason: null };
    expect((await merchant.query('PAY1')).json).toEqual({ ...open, ...money, ...none });
    await pay('PAY1');
    const paid = await merchant.query('PAY1');
    expect(paid.json).toMatchObject({ status: 'SUCCESS', ...money, refundedMinor: '0' });
    expect(Math.abs(Number(paid.json['paidAt']) - Date.now())).toBeLessThan(5_000);
    expect(mockAnswerHolds(paid)).toBe(true);
    const unknown = await merchant.query('PAY2');
    expect([unknown.status, unknown.json]).toEqual([404, { code: 'NOT_FOUND' }]);
  });

  it('closes what is open, closed or failed, and not what is paid', async () => {
    for (const reference of ['OPEN', 'FAILED', 'PAID']) await merchant.create(reference);
    await simulator.control('POST', '/payments/mock/FAILED/decline', {});
    await pay('PAID');
    const closed = [200, { status: 'CLOSED' }];
    for (const reference of ['OPEN', 'OPEN', 'FAILED']) {
      const { status, json } = await merchant.close(reference);
      expect([status, json]).toEqual(closed);
    }
    const paid = await merchant.close('PAID');
    expect([paid.status, paid.json]).toEqual([409, { code: 'ALREADY_PAID' }]);
    expect((await merchant.close('NONE')).status).toBe(404);
    expect((await merchant.query('OPEN')).json['status']).toBe('CLOSED');
    expect((await merchant.query('FAILED')).json).toMatchObject({
      status: 'FAILED',
      reason: 'DECLINED',
    });
  });

  it('closes a payment when its time is over, and nobody can pay it then', async () => {
    await merchant.create('PAY1', { expireAt: Date.now() - 1 });
    expect((await pay('PAY1')).status).toBe(409);
    expect((await merchant.query('PAY1')).json).toMatchObject({
      status: 'CLOSED',
      reason: 'EXPIRED',
    });
  });

  it('refunds up to what was paid, and the same refund once', async () => {
    await merchant.create('PAY1');
    const early = await merchant.refund('PAY1', 'R0', '1');
    expect([early.status, early.json]).toEqual([409, { code: 'NOT_PAID' }]);
    await pay('PAY1');
    const first = await merchant.refund('PAY1', 'R1', '5000');
    expect(first.json).toMatchObject({ refundReference: 'R1', status: 'SUCCESS' });
    expect((await merchant.refund('PAY1', 'R1', '5000')).json).toEqual(first.json);
    const reused = await merchant.refund('PAY1', 'R1', '4000');
    expect([reused.status, reused.json]).toEqual([409, { code: 'REFERENCE_REUSED' }]);
    const beyond = await merchant.refund('PAY1', 'R2', '5000');
    expect([beyond.status, beyond.json]).toEqual([409, { code: 'EXCEEDS_PAID' }]);
    expect((await merchant.query('PAY1')).json['refundedMinor']).toBe('5000');
    expect((await merchant.queryRefund('PAY1', 'R1')).json).toEqual({
      ...first.json,
      ...{ amountMinor: '5000', currency: 'CNY' },
    });
    expect((await merchant.queryRefund('PAY1', 'R2')).status).toBe(404);
    expect((await merchant.refund('NONE', 'R3', '1')).status).toBe(404);
  });

  it("calls back in contract 1's words, with its signature", async () => {
    const receiver = await startReceiver();
    try {
      const { json } = await merchant.create('PAY1', { notifyUrl: receiver.url });
      await pay('PAY1');
      await eventually(
        () => receiver.received.length,
        (count) => count === 1,
      );
      const [one] = receiver.received;
      const body = JSON.parse(one?.body ?? '{}') as Record<string, string>;
      const { nonce = '', timestamp = '' } = body;
      const signed = `SUCCESS${nonce}PAY1${timestamp}local-callback-secret`;
      expect(body).toEqual({
        payNo: 'PAY1',
        callbackStatus: 'SUCCESS',
        channelTradeNo: json['transactionId'],
        timestamp: expect.stringMatching(/^\d{13}$/) as string,
        nonce: expect.stringMatching(/^[0-9A-Za-z]{1,64}$/) as string,
        signature: createHash('md5').update(signed).digest('hex').toUpperCase(),
      });
      expect(one).toMatchObject({ method: 'POST', path: '/notify' });
    } finally {
      await receiver.close();
    }
  });
});

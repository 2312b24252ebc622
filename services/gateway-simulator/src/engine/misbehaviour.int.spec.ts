import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockAnswerHolds, mockMerchant, paypayMerchant } from '../testing/merchants.ts';
import type { TestSimulator } from '../testing/simulator.ts';
import { eventually, startSimulator } from '../testing/simulator.ts';

let simulator: TestSimulator;
let merchant: ReturnType<typeof mockMerchant>;

beforeEach(async () => {
  simulator = await startSimulator();
  merchant = mockMerchant(simulator.url);
});
afterEach(() => simulator.close());

const rule = (on: string, what: string, params: unknown = {}) =>
  simulator.rule({ on, what, times: 1, params });
const pay = (reference: string) => simulator.control('POST', `/payments/mock/${reference}/pay`, {});
const statusOf = async (reference: string) => {
  const { json } = await simulator.control('GET', `/payments/mock/${reference}`);
  return (json['payment'] as { readonly status: string } | undefined)?.status ?? null;
};
const lastCall = async () => (await simulator.list('/calls?misbehaved=true')).at(-1);

describe('an API call that goes wrong before anything is done', () => {
  it.each(['time-out', 'reset-before'])(
    '%s: the connection ends, and nothing happened',
    async (what) => {
      await rule('create', what, { ms: 50 });
      await expect(merchant.create('PAY1')).rejects.toThrow();
      expect(await statusOf('PAY1')).toBeNull();
      expect(await lastCall()).toMatchObject({
        ...{ on: 'create', reference: 'PAY1', result: 'not-done', status: null },
        misbehaved: { what, ruleId: 'r1', on: 'create' },
      });
      expect((await merchant.create('PAY1')).status).toBe(200);
    },
  );

  it.each([
    ['fail-before', 500, 'INTERNAL_ERROR'],
    ['rate-limit', 429, 'RATE_LIMITED'],
  ])('%s: it says %i, signed, and nothing happened', async (what, status, code) => {
    await rule('create', what);
    const answer = await merchant.create('PAY1');
    expect([answer.status, answer.json['code']]).toEqual([status, code]);
    expect(mockAnswerHolds(answer)).toBe(true);
    expect(await statusOf('PAY1')).toBeNull();
  });
});

describe('an API call that goes wrong after all was done', () => {
  it.each(['hang-after', 'reset-after'])('%s: the money went back, unheard', async (what) => {
    await merchant.create('PAY1');
    await pay('PAY1');
    await rule('refund', what, { ms: 50 });
    await expect(merchant.refund('PAY1', 'R1', '100')).rejects.toThrow();
    expect((await merchant.queryRefund('PAY1', 'R1')).json).toMatchObject({ status: 'SUCCESS' });
    expect(await lastCall()).toMatchObject({ result: 'done', status: null, refundReference: 'R1' });
    await merchant.refund('PAY1', 'R1', '100');
    expect((await merchant.query('PAY1')).json['refundedMinor']).toBe('100');
  });

  it('fail-after: it says 500, and the payment is there', async () => {
    await rule('create', 'fail-after');
    expect((await merchant.create('PAY1')).status).toBe(500);
    expect(await statusOf('PAY1')).toBe('PENDING');
  });
});

describe('a query that goes wrong', () => {
  beforeEach(async () => {
    await merchant.create('PAY1');
    await pay('PAY1');
  });

  it('comes late, and right', async () => {
    await rule('query', 'late', { ms: 300 });
    const before = Date.now();
    expect((await merchant.query('PAY1')).json['status']).toBe('SUCCESS');
    expect(Date.now() - before).toBeGreaterThanOrEqual(299);
  });

  it('is stale: it says PENDING of what is paid, with a signature that holds', async () => {
    await rule('query', 'stale');
    const stale = await merchant.query('PAY1');
    expect(stale.json).toMatchObject({ status: 'PENDING', paidAt: null });
    expect(mockAnswerHolds(stale)).toBe(true);
    expect(await statusOf('PAY1')).toBe('SUCCESS');
    expect((await merchant.query('PAY1')).json['status']).toBe('SUCCESS');
  });

  it('is cut off, forged, or about another amount', async () => {
    await rule('query', 'garble');
    const half = await merchant.query('PAY1');
    expect(() => JSON.parse(half.text) as unknown).toThrow(SyntaxError);
    await rule('query', 'garble', { garble: 'signature' });
    const forged = await merchant.query('PAY1');
    expect([forged.json['amountMinor'], mockAnswerHolds(forged)]).toEqual(['9999', false]);
    await rule('query', 'garble', { garble: 'amount' });
    const other = await merchant.query('PAY1');
    expect([other.json['amountMinor'], mockAnswerHolds(other)]).toEqual(['10000', true]);
  });
});

describe('a gateway that acts by itself', () => {
  it('gives a payment the number of the one before it, and pays each by itself', async () => {
    for (const reference of ['PAY0', 'PAY1']) await merchant.create(reference);
    await rule('create', 'same-transaction');
    await merchant.create('PAY2');
    await pay('PAY2');
    const numberOf = async (reference: string) => {
      const { json } = await simulator.control('GET', `/payments/mock/${reference}`);
      return (json['payment'] as { readonly transactionId: string }).transactionId;
    };
    expect(await numberOf('PAY2')).toBe(await numberOf('PAY1'));
    expect(await numberOf('PAY1')).not.toBe(await numberOf('PAY0'));
    expect([await statusOf('PAY1'), await statusOf('PAY2')]).toEqual(['PENDING', 'SUCCESS']);
  });

  it('closes a payment under our feet', async () => {
    await rule('create', 'close');
    expect((await merchant.create('PAY1')).json['status']).toBe('PENDING');
    expect((await merchant.query('PAY1')).json).toMatchObject({
      ...{ status: 'CLOSED', reason: 'UNDER_OUR_FEET' },
    });
  });

  it('has a payment paid at the moment in which it is to be closed', async () => {
    await merchant.create('PAY1');
    await rule('close', 'pay');
    const answer = await merchant.close('PAY1');
    expect([answer.status, answer.json['code']]).toEqual([409, 'ALREADY_PAID']);
    expect(await statusOf('PAY1')).toBe('SUCCESS');
  });

  it('takes its time for a refund, and holds the money for it meanwhile', async () => {
    await merchant.create('PAY1');
    await pay('PAY1');
    await rule('refund', 'refund-slow', { ms: 300 });
    expect((await merchant.refund('PAY1', 'R1', '9999')).json['status']).toBe('PENDING');
    expect((await merchant.refund('PAY1', 'R2', '1')).json['code']).toBe('EXCEEDS_PAID');
    const done = await eventually(
      async () => (await merchant.queryRefund('PAY1', 'R1')).json['status'],
      (status) => status === 'SUCCESS',
    );
    expect(done).toBe('SUCCESS');
  });

  it('fails a refund that it has taken, and lets go of the money', async () => {
    await merchant.create('PAY1');
    await pay('PAY1');
    await rule('refund', 'refund-fails', { ms: 50 });
    expect((await merchant.refund('PAY1', 'R1', '9999')).json['status']).toBe('PENDING');
    const end = await eventually(
      async () => (await merchant.queryRefund('PAY1', 'R1')).json['status'],
      (status) => status !== 'PENDING',
    );
    expect(end).toBe('FAILED');
    expect((await merchant.refund('PAY1', 'R2', '9999')).json['status']).toBe('SUCCESS');
  });

  it('pays new payments itself, the same ones for the same seed', async () => {
    const run = async (): Promise<readonly unknown[]> => {
      await simulator.control('POST', '/reset', {});
      await simulator.control('PUT', '/seed', { seed: 'seven' });
      const rules = [{ probability: 0.6, declineProbability: 0.5, delayMsMax: 50 }];
      await simulator.control('PUT', '/autopay', { rules });
      const references = Array.from({ length: 12 }, (_, index) => `PAY${index}`);
      for (const reference of references) await merchant.create(reference);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return (await simulator.list('/payments')).map(({ status }) => status);
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set(['PENDING', 'SUCCESS', 'FAILED']));
    expect(await run()).toEqual(first);
  });

  it('misbehaves in every language: PayPay says so in its own words', async () => {
    await simulator.rule({ gateway: 'paypay', on: 'create', what: 'rate-limit', times: 1 });
    const limited = await paypayMerchant(simulator.url).create('P1');
    expect(limited.status).toBe(429);
    expect(limited.json['resultInfo']).toMatchObject({ code: 'RATE_LIMIT', codeId: '08100998' });
    expect((await merchant.create('P1')).status).toBe(200);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { paypayMerchant } from '../../testing/merchants.ts';
import { startReceiver } from '../../testing/receiver.ts';
import type { Answer, TestSimulator } from '../../testing/simulator.ts';
import { eventually, startSimulator } from '../../testing/simulator.ts';

let simulator: TestSimulator;
let merchant: ReturnType<typeof paypayMerchant>;

beforeEach(async () => {
  simulator = await startSimulator();
  merchant = paypayMerchant(simulator.url);
});
afterEach(() => simulator.close());

const codeOf = ({ status, json }: Answer) => {
  const result = json['resultInfo'] as { readonly code: string; readonly codeId: string };
  return [status, result.code, result.codeId];
};
const dataOf = ({ json }: Answer) => json['data'] as Readonly<Record<string, unknown>>;
const pay = (reference: string) =>
  simulator.control('POST', `/payments/paypay/${reference}/pay`, {});

const success = [200, 'SUCCESS', '08100001'];

describe('PayPay over HTTP', () => {
  it('creates a code, and refuses a second one for the same payment', async () => {
    const created = await merchant.create('P1');
    expect(codeOf(created)).toEqual(success);
    const data = dataOf(created);
    expect(data).toMatchObject({
      url: `${simulator.url}/pay/paypay/P1`,
      merchantPaymentId: 'P1',
      amount: { amount: 1_200, currency: 'JPY' },
      codeType: 'ORDER_QR',
      orderDescription: 'お茶',
    });
    const lifeSeconds = Number(data['expiryDate']) - Date.now() / 1_000;
    expect(lifeSeconds).toBeGreaterThan(290);
    expect(lifeSeconds).toBeLessThan(301);
    const second = await merchant.create('P1');
    expect(codeOf(second)).toEqual([400, 'DUPLICATE_DYNAMIC_QR_REQUEST', '01652073']);
  });

  it.each([
    ['another key', () => paypayMerchant(simulator.url, { key: 'x' }).create('P1')],
    ['another secret', () => paypayMerchant(simulator.url, { secret: 'x' }).create('P1')],
    ['an epoch of three minutes ago', () => at(-180)],
    ['an epoch in three minutes', () => at(180)],
    ['no authorization', () => merchant.send('GET', '/v2/codes/payments/P1', undefined, none)],
  ])('answers %s with 401', async (_what, send) => {
    expect(codeOf(await send())).toEqual([401, 'UNAUTHORIZED', '08100016']);
    expect(await simulator.list('/payments')).toEqual([]);
  });
  const none = { headers: { authorization: '' } };
  const at = (seconds: number) =>
    merchant.send('GET', '/v2/codes/payments/P1', undefined, {
      epoch: Math.floor(Date.now() / 1_000) + seconds,
    });

  it('answers for one merchant only', async () => {
    const other = { headers: { 'x-assume-merchant': '7' } };
    const answer = await merchant.send('GET', '/v2/codes/payments/P1', undefined, other);
    expect(codeOf(answer)).toEqual([401, 'OP_OUT_OF_SCOPE', '08100023']);
    const assumed = '/v2/codes/payments/P1?assumeMerchant=100000000000000001';
    expect(codeOf(await merchant.send('GET', assumed, undefined, other))[1]).toBe(
      'DYNAMIC_QR_PAYMENT_NOT_FOUND',
    );
  });

  it('takes whole yen only', async () => {
    for (const amount of [
      { amount: 1.5, currency: 'JPY' },
      { amount: 5, currency: 'CNY' },
    ]) {
      const body = { merchantPaymentId: 'P1', amount, codeType: 'ORDER_QR' };
      const answer = await merchant.send('POST', '/v2/codes', body);
      expect(codeOf(answer)).toEqual([400, 'INVALID_REQUEST_PARAMS', '08100006']);
    }
  });

  it('shows a payment as it goes: created, completed, refunded', async () => {
    await merchant.create('P1');
    const open = dataOf(await merchant.query('P1'));
    expect(open).toMatchObject({ status: 'CREATED', merchantPaymentId: 'P1' });
    expect(open).not.toHaveProperty('paymentId');
    await pay('P1');
    const paid = dataOf(await merchant.query('P1'));
    expect(paid).toMatchObject({
      ...{ status: 'COMPLETED', amount: { amount: 1_200, currency: 'JPY' } },
      paymentId: expect.stringMatching(/^\d{20}$/) as string,
    });
    const part = await merchant.refund('R1', paid['paymentId'], 200);
    expect(codeOf(part)).toEqual(success);
    expect(dataOf(part)).toMatchObject({ status: 'REFUNDED', merchantRefundId: 'R1' });
    expect(dataOf(await merchant.query('P1'))['status']).toBe('COMPLETED');
    await merchant.refund('R2', paid['paymentId'], 1_000);
    const whole = dataOf(await merchant.query('P1'));
    expect(whole['status']).toBe('REFUNDED');
    expect(whole['refunds']).toMatchObject({
      data: [{ amount: { amount: 200 } }, { amount: { amount: 1_000 } }],
    });
    const refund = dataOf(await merchant.send('GET', '/v2/refunds/R2'));
    expect(refund).toMatchObject({ paymentId: paid['paymentId'], amount: { amount: 1_000 } });
  });

  it('refuses refunds that cannot be', async () => {
    const created = dataOf(await merchant.create('P1'));
    expect(codeOf(await merchant.refund('R1', 'nothing', 1))).toEqual([
      ...[404, 'RESOURCE_NOT_FOUND', '00200001'],
    ]);
    expect(codeOf(await merchant.refund('R1', created['codeId'], 1))[0]).toBe(404);
    await pay('P1');
    const { paymentId } = dataOf(await merchant.query('P1'));
    expect(codeOf(await merchant.refund('R1', paymentId, 1_201))).toEqual([
      ...[400, 'INVALID_PARAMS', '00200015'],
    ]);
    await merchant.refund('R1', paymentId, 1);
    expect(codeOf(await merchant.refund('R1', paymentId, 2))).toEqual([
      ...[400, 'INVALID_PARAMS', '00200004'],
    ]);
    expect(codeOf(await merchant.send('GET', '/v2/refunds/R9'))).toEqual([
      ...[404, 'NO_SUCH_REFUND_ORDER', '00200018'],
    ]);
  });

  it('deletes a code that nobody has paid, and no other', async () => {
    const [first, second] = [await merchant.create('P1'), await merchant.create('P2')].map(dataOf);
    const remove = (codeId: unknown) => merchant.send('DELETE', `/v2/codes/${String(codeId)}`);
    expect(codeOf(await remove(first?.['codeId']))).toEqual(success);
    expect(dataOf(await merchant.query('P1'))['status']).toBe('CANCELED');
    await pay('P2');
    expect(codeOf(await remove(second?.['codeId']))).toEqual([
      ...[400, 'DYNAMIC_QR_ALREADY_PAID', '01652074'],
    ]);
    expect(codeOf(await remove('none'))).toEqual([404, 'DYNAMIC_QR_NOT_FOUND', '01652072']);
  });

  it('notifies the address of the panel, unsigned', async () => {
    const receiver = await startReceiver();
    try {
      await simulator.control('PUT', '/notify-urls', { paypay: receiver.url });
      await merchant.create('P1');
      await pay('P1');
      await eventually(
        () => receiver.received.length,
        (count) => count === 1,
      );
      const { paymentId } = dataOf(await merchant.query('P1'));
      const body: unknown = JSON.parse(receiver.received[0]?.body ?? '{}');
      expect(body).toMatchObject({
        ...{ notification_type: 'Transaction', state: 'COMPLETED' },
        ...{ merchant_id: '100000000000000001', merchant_order_id: 'P1', order_id: paymentId },
        order_amount: 1_200,
      });
      expect(Object.keys(receiver.received[0]?.headers ?? {}).sort()).toEqual([
        ...['connection', 'content-length', 'content-type', 'host'],
      ]);
    } finally {
      await receiver.close();
    }
  });
});

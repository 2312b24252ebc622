import { describe, expect, it } from 'vitest';
import type { StoredPaymentOrder } from '../../projections/merchant-queries.ts';
import { paymentOrderOut, paymentOrderSchema } from './payment-order-view.ts';

const at = Date.UTC(2024, 11, 3, 10, 30, 0, 123);

const stored = (over: Partial<StoredPaymentOrder> = {}): StoredPaymentOrder => ({
  ...{ version: 4n, id: 1n, payNo: 'PAY1', orderNo: 'ORDER_20241203_001', tenant: 'demo_app' },
  ...{ amountMinor: 10_000n, currency: 'CNY', status: 'SUCCESS', channel: 'LAKALA' },
  ...{ channelTradeNo: 'LKL_20241203_123456', paidAtMs: at, expireAtMs: at, createdAtMs: at },
  ...{ reason: null, contradicted: false, payUrl: 'https://pay.example/1', refundedMinor: 0n },
  ...{ paymentOrderId: '550e8400-e29b-41d4-a716-446655440000', orderType: 'PAYMENT' },
  ...{ subject: 's', extraData: 'sealed', callback: null, updatedAtMs: at },
  ...over,
});

const opens = (text: string | null) => ({ decrypt: () => Promise.resolve(text) });
const shown = (over: Partial<StoredPaymentOrder>, own: string | null = '{"a":1}') =>
  paymentOrderOut(stored(over), opens(own));

describe('a payment order as contract 4 shows it', () => {
  it('has its fields, in its words and times', async () => {
    const out = await shown({ callback: { result: 'PAID', receivedAtMs: at } });
    expect(paymentOrderSchema.parse(out)).toEqual({
      ...{ id: '550e8400-e29b-41d4-a716-446655440000', app_id: 'demo_app', status: 'succeeded' },
      ...{ merchant_order_id: 'ORDER_20241203_001', order_type: 'payment', amount: 10_000n },
      ...{ currency: 'CNY', payment_gateway: 'lakala', subject: 's' },
      gateway_transaction_id: 'LKL_20241203_123456',
      extra_data: { a: 1, lakala_callback: { payStatus: 'S', timestamp: '2024-12-03T10:30:00Z' } },
      ...{ created_at: '2024-12-03T10:30:00Z', updated_at: '2024-12-03T10:30:00Z' },
    });
  });

  it.each([
    ['INIT', 'pending'],
    ['PAYING', 'processing'],
    ['SUCCESS', 'succeeded'],
    ['FAILED', 'failed'],
    ['CLOSED', 'failed'],
  ] as const)(
    'calls %s %s, and shows where to pay only while it is processing',
    async (status, word) => {
      const out = await shown({ status });
      expect(out.status).toBe(word);
      expect(out.extra_data).toHaveProperty('a', 1);
      expect('payment_url' in out.extra_data).toBe(status === 'PAYING');
    },
  );

  it.each([
    ['PAID', 'S'],
    ['SUCCESS', 'S'],
    ['FAILED', 'F'],
    ['CLOSED', 'C'],
    ['PENDING', 'P'],
  ])('calls what a callback said (%s) %s', async (result, payStatus) => {
    const { extra_data } = await shown({ callback: { result, receivedAtMs: at } });
    expect(extra_data).toMatchObject({ lakala_callback: { payStatus } });
  });

  it('lacks the merchant’s own data once it was forgotten, and when there never was any', async () => {
    expect((await shown({}, null)).extra_data).toEqual({});
    expect((await shown({ extraData: null })).extra_data).toEqual({});
  });

  it('does not let the merchant’s own data pass for ours', async () => {
    const own = '{"payment_url":"https://evil.example","lakala_callback":{"payStatus":"S"}}';
    const out = await shown(
      { status: 'PAYING', callback: { result: 'FAILED', receivedAtMs: at } },
      own,
    );
    expect(out.extra_data).toMatchObject({
      ...{ payment_url: 'https://pay.example/1', lakala_callback: { payStatus: 'F' } },
    });
  });
});

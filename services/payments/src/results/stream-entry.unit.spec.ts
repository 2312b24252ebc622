import { expect, it } from 'vitest';
import { entryOf } from './stream-entry.ts';
import { resultEvent } from './testing/results-log.ts';

const envelope = { id: 'event-1' } as Parameters<typeof entryOf>[1];
const paymentOrderId = '550e8400-e29b-41d4-a716-446655440000';
const order = { orderNo: 'ORDER_20241203_001', tenant: 'demo_app', version: 1 };

it("a payment's entry has contract 4's fields as text, and the id of the event", () => {
  const payment = {
    ...{ paymentOrderId, oldStatus: 'processing', newStatus: 'succeeded' },
    gatewayTransactionId: 'LKL_20241203_123456',
  };
  expect(entryOf(resultEvent({ ...order, payment }), envelope)).toEqual({
    stream: 'payment_results',
    fields: [
      ...['event_type', 'payment_status_changed', 'payment_order_id', paymentOrderId],
      ...['app_id', 'demo_app', 'merchant_order_id', 'ORDER_20241203_001'],
      ...['old_status', 'processing', 'new_status', 'succeeded'],
      ...['gateway_transaction_id', 'LKL_20241203_123456', 'amount', '10000'],
      ...['timestamp', '2024-12-03T10:30:00Z', 'event_id', 'event-1'],
    ],
  });
});

it("a refund's entry likewise", () => {
  const refund = {
    ...{ paymentOrderId, refundOrderId: 'refund-1', newStatus: 'succeeded', amountMinor: 5_000n },
    gatewayRefundId: 'LKL_REFUND_123456',
  };
  expect(entryOf(resultEvent({ ...order, refund }), envelope)).toEqual({
    stream: 'refund_results',
    fields: [
      ...['event_type', 'refund_status_changed', 'refund_order_id', 'refund-1'],
      ...['payment_order_id', paymentOrderId, 'app_id', 'demo_app'],
      ...['old_status', 'pending', 'new_status', 'succeeded'],
      ...['gateway_refund_id', 'LKL_REFUND_123456', 'amount', '5000'],
      ...['timestamp', '2024-12-03T10:30:00Z', 'event_id', 'event-1'],
    ],
  });
});

it.each([[{ payment: {} }], [{ refund: {} }]])('what is not there is an empty text: %j', (of) => {
  const { fields } = entryOf(resultEvent({ ...order, ...of }), envelope);
  const numbers = ['gateway_transaction_id', 'gateway_refund_id'].map((name) =>
    fields.indexOf(name),
  );
  expect(fields[Math.max(...numbers) + 1]).toBe('');
  expect(fields.every((text) => typeof text === 'string')).toBe(true);
});

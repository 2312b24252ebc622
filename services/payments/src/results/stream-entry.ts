import type { Envelope, ResultsEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';

/** Contract 4's streams. The names are its own, so they can have no prefix of ours. */
export const streamNames = ['payment_results', 'refund_results'] as const;
export type StreamName = (typeof streamNames)[number];

export interface StreamEntry {
  readonly stream: StreamName;
  /** Name, value, name, value: flat text, as contract 4 has it; what is not there is empty. */
  readonly fields: readonly string[];
}

/** The entry of a result: contract 4's fields, and `event_id`, by which a repeat is recognised. */
export function entryOf({ type, data }: ResultsEvent, envelope: Envelope): StreamEntry {
  const { paymentOrderId, tenant, oldStatus, newStatus } = data;
  const statuses = ['old_status', oldStatus, 'new_status', newStatus];
  const rest = [
    ...['amount', data.amountMinor.toString(), 'timestamp', timestampOf(data.occurredAt)],
    ...['event_id', envelope.id],
  ];
  switch (type) {
    case 'PaymentResult': {
      const fields = [
        ...['event_type', 'payment_status_changed', 'payment_order_id', paymentOrderId],
        ...['app_id', tenant, 'merchant_order_id', data.orderNo, ...statuses],
        ...['gateway_transaction_id', data.gatewayTransactionId ?? '', ...rest],
      ];
      return { stream: 'payment_results', fields };
    }
    case 'RefundResult': {
      const fields = [
        ...['event_type', 'refund_status_changed', 'refund_order_id', data.refundOrderId],
        ...['payment_order_id', paymentOrderId, 'app_id', tenant, ...statuses],
        ...['gateway_refund_id', data.gatewayRefundId ?? '', ...rest],
      ];
      return { stream: 'refund_results', fields };
    }
    default:
      return unreachable(type);
  }
}

/** `2024-12-03T10:30:00Z`: without a fraction. */
const timestampOf = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;

import type { KeyRing } from '@plumbline/vault';
import { z } from 'zod';
import type { ContractStatus } from '../../domain/payment/state.ts';
import type { StoredPaymentOrder, StoredRefundOrder } from '../../projections/merchant-queries.ts';

/** Contract 4's words for contract 1's statuses. */
const statuses = {
  INIT: 'pending',
  PAYING: 'processing',
  SUCCESS: 'succeeded',
  FAILED: 'failed',
  CLOSED: 'failed',
} as const satisfies Readonly<Record<ContractStatus, string>>;

export const merchantStatuses = ['pending', 'processing', 'succeeded', 'failed'] as const;

export const orderTypes = ['payment', 'recharge'] as const;
export type OrderTypeName = (typeof orderTypes)[number];

/** ISO 8601, UTC, no fraction, as contract 4 has times. */
export const merchantTime = (ms: number): string =>
  new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** A merchant's order as contract 4 shows it. */
export interface PaymentOrderOut {
  readonly id: string;
  readonly app_id: string;
  readonly merchant_order_id: string;
  readonly status: (typeof merchantStatuses)[number];
  readonly order_type: OrderTypeName;
  readonly amount: bigint;
  readonly currency: string;
  readonly payment_gateway: string;
  readonly gateway_transaction_id: string | null;
  readonly subject: string;
  readonly extra_data: Readonly<Record<string, unknown>>;
  readonly created_at: string;
  readonly updated_at: string;
}

/**
 * The order as the read model has it. The merchant's own data stands beside what we add: where the
 * payer goes while it is being paid, and the gateway's callback. It is gone once the app was
 * forgotten.
 */
export async function paymentOrderOut(
  order: StoredPaymentOrder,
  keyRing: Pick<KeyRing, 'decrypt'>,
): Promise<PaymentOrderOut> {
  const own = order.extraData === null ? null : await keyRing.decrypt(order.extraData);
  const { status } = order;
  return {
    id: order.paymentOrderId,
    app_id: order.tenant,
    merchant_order_id: order.orderNo,
    status: statuses[status],
    order_type: order.orderType === 'RECHARGE' ? 'recharge' : 'payment',
    amount: order.amountMinor,
    currency: order.currency,
    payment_gateway: order.channel.toLowerCase(),
    gateway_transaction_id: order.channelTradeNo,
    subject: order.subject,
    extra_data: {
      ...(own === null ? {} : ownDataOf(own)),
      ...(status === 'PAYING' && order.payUrl !== null ? { payment_url: order.payUrl } : {}),
      ...callbackOut(order),
    },
    created_at: merchantTime(order.createdAtMs),
    updated_at: merchantTime(order.updatedAtMs),
  };
}

const ownDataOf = (text: string): Readonly<Record<string, unknown>> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(text));

/** Contract 4's `payStatus`, as Lakala writes it: S succeeded, F failed, C closed, P not over. */
const payStatuses: Readonly<Record<string, string>> = {
  PAID: 'S',
  SUCCESS: 'S',
  FAILED: 'F',
  CLOSED: 'C',
};

function callbackOut({ callback, channel }: StoredPaymentOrder): Readonly<Record<string, unknown>> {
  if (callback === null) return {};
  const payStatus = payStatuses[callback.result] ?? 'P';
  const timestamp = merchantTime(callback.receivedAtMs);
  return { [`${channel.toLowerCase()}_callback`]: { payStatus, timestamp } };
}

export const refundOrderOut = (refund: StoredRefundOrder, appId: string) => ({
  id: refund.refundId,
  app_id: appId,
  payment_order_id: refund.paymentOrderId,
  status: refund.status,
  amount: refund.amountMinor,
  currency: refund.currency,
  reason: refund.reason,
  gateway_refund_id: refund.gatewayRefundId,
  extra_data: {},
  created_at: merchantTime(refund.requestedAtMs),
  updated_at: merchantTime(refund.updatedAtMs),
});

const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  .meta({ format: 'date-time' });
const minor = z.bigint().meta({ type: 'integer', minimum: 1 });

export const paymentOrderSchema = z.strictObject({
  id: z.uuid(),
  app_id: z.string(),
  merchant_order_id: z.string(),
  status: z.enum(merchantStatuses),
  order_type: z.enum(orderTypes),
  amount: minor.describe('In minor units'),
  currency: z.string(),
  payment_gateway: z.string(),
  gateway_transaction_id: z.string().nullable(),
  subject: z.string(),
  extra_data: z.looseObject({}).describe('What the merchant gave; payment_url while processing'),
  created_at: instant,
  updated_at: instant,
});

export const refundOrderSchema = z.strictObject({
  id: z.uuid(),
  app_id: z.string(),
  payment_order_id: z.uuid(),
  status: z.enum(merchantStatuses),
  amount: minor.describe('In minor units'),
  currency: z.string(),
  reason: z.string().nullable(),
  gateway_refund_id: z.string().nullable(),
  extra_data: z.looseObject({}),
  created_at: instant,
  updated_at: instant,
});

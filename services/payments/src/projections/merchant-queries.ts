import type { OrderType } from '@plumbline/events';
import type { Postgres } from '@plumbline/postgres';
import { quoted, schemaOf } from '@plumbline/postgres';
import type { StoredRefund } from './gateway-queries.ts';
import type { PaymentRow, StoredPayment } from './payment-queries.ts';
import { paymentOf } from './payment-queries.ts';
import { paymentsProjection } from './payments.ts';

/** A payment of a merchant's own order. */
export interface StoredPaymentOrder extends StoredPayment {
  readonly paymentOrderId: string;
  readonly tenant: string;
  readonly orderType: OrderType;
  readonly subject: string;
  /** Encrypted JSON; `null` if the merchant gave none. */
  readonly extraData: string | null;
  /** What the newest callback said that was believed, and when it came; `null` before one. */
  readonly callback: { readonly result: string; readonly receivedAtMs: number } | null;
  readonly updatedAtMs: number;
}

export interface StoredRefundOrder extends Omit<
  StoredRefund,
  'automatic' | 'failureCode' | 'failureReason' | 'endedAtMs'
> {
  readonly paymentOrderId: string;
  readonly version: bigint;
  readonly updatedAtMs: number;
}

export interface MerchantQueries {
  paymentOrder(tenant: string, merchantOrderId: string): Promise<StoredPaymentOrder | null>;
  refundOrder(tenant: string, refundId: string): Promise<StoredRefundOrder | null>;
}

type OrderRow = PaymentRow & {
  readonly payment_order_id: string;
  readonly tenant: string;
  readonly order_type: OrderType;
  readonly subject: string;
  readonly extra_data: string | null;
  readonly callback_result: string | null;
  readonly callback_at: Date | null;
  readonly updated_at: Date;
};

interface RefundOrderRow {
  readonly refund_id: string;
  readonly payment_order_id: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly status: StoredRefund['status'];
  readonly gateway_refund_id: string | null;
  readonly reason: string | null;
  readonly requested_at: Date;
  readonly updated_at: Date;
  readonly version: bigint;
}

const schema = quoted(schemaOf(paymentsProjection));

export const createMerchantQueries = (postgres: Postgres): MerchantQueries => ({
  async paymentOrder(tenant, merchantOrderId) {
    const [row] = await postgres.query<OrderRow>(
      `select * from ${schema}.payments
        where tenant = ? and order_no = ? and payment_order_id is not null`,
      [tenant, merchantOrderId],
    );
    return row === undefined ? null : orderOf(row);
  },
  async refundOrder(tenant, refundId) {
    const [row] = await postgres.query<RefundOrderRow>(
      `select refunds.*, payments.payment_order_id
         from ${schema}.refunds join ${schema}.payments using (pay_no)
        where refund_id = ? and tenant = ? and payment_order_id is not null`,
      [refundId, tenant],
    );
    return row === undefined ? null : refundOf(row);
  },
});

const orderOf = (row: OrderRow): StoredPaymentOrder => ({
  ...paymentOf(row),
  paymentOrderId: row.payment_order_id,
  tenant: row.tenant,
  orderType: row.order_type,
  subject: row.subject,
  extraData: row.extra_data,
  callback:
    row.callback_result === null || row.callback_at === null
      ? null
      : { result: row.callback_result, receivedAtMs: row.callback_at.getTime() },
  updatedAtMs: row.updated_at.getTime(),
});

const refundOf = (row: RefundOrderRow): StoredRefundOrder => ({
  refundId: row.refund_id,
  paymentOrderId: row.payment_order_id,
  amountMinor: row.amount_minor,
  currency: row.currency,
  status: row.status,
  gatewayRefundId: row.gateway_refund_id,
  reason: row.reason,
  requestedAtMs: row.requested_at.getTime(),
  updatedAtMs: row.updated_at.getTime(),
  version: row.version,
});

import type { PagePosition } from '@plumbline/http';
import type { Channel } from '@plumbline/events';
import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import type { ContractStatus } from '../domain/payment/state.ts';
import { callbacksShownMax } from '../limits.ts';
import type { GatewayQueries } from './gateway-queries.ts';
import { createGatewayQueries } from './gateway-queries.ts';
import { paymentsProjection } from './payments.ts';
import { refusedCallbacksProjection } from './refused-callbacks.ts';

/** A payment as the read model has it, with the version that it shows. */
export interface StoredPayment {
  readonly version: bigint;
  readonly id: bigint;
  readonly payNo: string;
  readonly orderNo: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly status: ContractStatus;
  readonly channel: Channel;
  readonly channelTradeNo: string | null;
  readonly paidAtMs: number | null;
  readonly expireAtMs: number;
  readonly createdAtMs: number;
  readonly reason: string | null;
  readonly contradicted: boolean;
  readonly payUrl: string | null;
  readonly refundedMinor: bigint;
}

/** A row of the callback log, verified or refused. */
export interface StoredCallback {
  readonly id: string;
  readonly callbackId: string | null;
  readonly callbackStatus: string | null;
  readonly channelTradeNo: string | null;
  readonly signatureValid: boolean;
  readonly processResult: string;
  readonly code: string | null;
  readonly contradictory: boolean;
  readonly receivedAtMs: number;
}

export interface PaymentPage {
  readonly payments: readonly StoredPayment[];
  /** The last payment of the page when there are more; `null` at the end. */
  readonly last: PagePosition | null;
}

export interface PaymentQueries extends GatewayQueries {
  byPayNo(tenant: string, payNo: string): Promise<StoredPayment | null>;
  byOrderNo(tenant: string, orderNo: string): Promise<StoredPayment | null>;
  page(options: {
    readonly tenant: string;
    readonly status: string | null;
    /** Newest first; the number parts those of the same millisecond. */
    readonly after: PagePosition | null;
    readonly limit: number;
  }): Promise<PaymentPage>;
  /** The newest callbacks that name the payment, those refused at the edge among them. */
  callbacks(payNo: string): Promise<readonly StoredCallback[]>;
}

export interface PaymentRow {
  readonly id: bigint;
  readonly pay_no: string;
  readonly order_no: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly status: ContractStatus;
  readonly channel: Channel;
  readonly channel_trade_no: string | null;
  readonly paid_at: Date | null;
  readonly expire_at: Date;
  readonly created_at: Date;
  readonly reason: string | null;
  readonly contradicted: boolean;
  readonly pay_url: string | null;
  readonly refunded_minor: bigint;
  readonly version: bigint;
}

interface CallbackRow {
  readonly id: string;
  readonly claimed_callback_id: string | null;
  readonly callback_status: string | null;
  readonly channel_trade_no: string | null;
  readonly signature_valid: boolean;
  readonly process_result: string;
  readonly code: string | null;
  readonly contradictory: boolean;
  readonly received_at: Date;
}

const payments = `${quoted(schemaOf(paymentsProjection))}.payments`;
const callbackLog = `${quoted(schemaOf(paymentsProjection))}.callback_log`;
const refused = `${quoted(schemaOf(refusedCallbacksProjection))}.refused_callbacks`;

export function createPaymentQueries(postgres: Postgres): PaymentQueries {
  async function one(column: 'pay_no' | 'order_no', tenant: string, value: string) {
    const [row] = await postgres.query<PaymentRow>(
      `select * from ${payments} where tenant = ? and ${column} = ?`,
      [tenant, value],
    );
    return row === undefined ? null : paymentOf(row);
  }

  return {
    ...createGatewayQueries(postgres),
    byPayNo: (tenant, payNo) => one('pay_no', tenant, payNo),
    byOrderNo: (tenant, orderNo) => one('order_no', tenant, orderNo),
    async page({ tenant, status, after, limit }) {
      const where = conditions()
        .add('tenant = ?', tenant)
        .addIf('status = ?', status ?? undefined);
      if (after !== null) {
        const createdAt = new Date(after.createdAtMs).toISOString();
        where.add('(created_at, pay_no) < (?::timestamptz, ?)', createdAt, after.id);
      }
      const rows = await postgres.query<PaymentRow>(
        `select * from ${payments} where ${where.sql}
         order by created_at desc, pay_no desc limit ?`,
        [...where.values, limit + 1],
      );
      const found = rows.slice(0, limit).map(paymentOf);
      const end = rows.length > limit ? found.at(-1) : undefined;
      const last = end === undefined ? null : { createdAtMs: end.createdAtMs, id: end.payNo };
      return { payments: found, last };
    },
    async callbacks(payNo) {
      const rows = await postgres.query<CallbackRow>(
        `select id, claimed_callback_id, callback_status, channel_trade_no, signature_valid,
                process_result, code, contradictory, received_at
           from ${callbackLog} where pay_no = ?
         union all
         select id, claimed_callback_id, callback_status, null, signature_valid,
                process_result, code, false, received_at
           from ${refused} where pay_no = ?
         order by received_at desc, id limit ?`,
        [payNo, payNo, callbacksShownMax],
      );
      return rows.map(callbackOf);
    },
  };
}

export const paymentOf = (row: PaymentRow): StoredPayment => ({
  version: row.version,
  id: row.id,
  payNo: row.pay_no,
  orderNo: row.order_no,
  amountMinor: row.amount_minor,
  currency: row.currency,
  status: row.status,
  channel: row.channel,
  channelTradeNo: row.channel_trade_no,
  paidAtMs: row.paid_at?.getTime() ?? null,
  expireAtMs: row.expire_at.getTime(),
  createdAtMs: row.created_at.getTime(),
  reason: row.reason,
  contradicted: row.contradicted,
  payUrl: row.pay_url,
  refundedMinor: row.refunded_minor,
});

const callbackOf = (row: CallbackRow): StoredCallback => ({
  id: row.id,
  callbackId: row.claimed_callback_id,
  callbackStatus: row.callback_status,
  channelTradeNo: row.channel_trade_no,
  signatureValid: row.signature_valid,
  processResult: row.process_result,
  code: row.code,
  contradictory: row.contradictory,
  receivedAtMs: row.received_at.getTime(),
});

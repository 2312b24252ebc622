import type { Postgres } from '@plumbline/postgres';
import { quoted, schemaOf } from '@plumbline/postgres';
import { callbacksShownMax } from '../limits.ts';
import { parkedForMs } from '../parked/limits.ts';
import type { StoredCall, StoredRefund } from './gateway-queries.ts';
import type { StoredCallback } from './payment-queries.ts';
import { createPaymentQueries } from './payment-queries.ts';
import { paymentsProjection } from './payments.ts';

/** What the read model has of a payment itself; times in epoch ms. */
export interface PaymentOnFile {
  readonly payNo: string;
  readonly id: bigint;
  readonly tenant: string;
  readonly orderNo: string;
  /** Of contract 4; `null` where the order is kept here. */
  readonly paymentOrderId: string | null;
  readonly amountMinor: bigint;
  readonly refundedMinor: bigint;
  readonly currency: string;
  readonly status: string;
  readonly channel: string;
  readonly atGateway: boolean;
  readonly gatewayTransactionId: string | null;
  readonly payUrl: string | null;
  readonly reason: string | null;
  readonly contradicted: boolean;
  readonly version: bigint;
  readonly createdAtMs: number;
  readonly expireAtMs: number;
  readonly paidAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly askedAtMs: number | null;
}

/** Everything that is known under a payment number; the lists newest first. */
export interface PaymentFile {
  /** `null`: no payment has this number, though callbacks may have named it. */
  readonly payment: PaymentOnFile | null;
  readonly calls: readonly StoredCall[];
  readonly callbacks: readonly StoredCallback[];
  readonly refunds: readonly StoredRefund[];
}

/** A verified callback that named no payment when it came. */
export interface EarlyCallback {
  readonly id: string;
  readonly payNo: string;
  readonly callbackId: string;
  readonly callbackStatus: string;
  readonly channelTradeNo: string | null;
  readonly receivedAtMs: number;
  /** Waiting for its payment; taken by it; or a week old, and no payment has come. */
  readonly state: 'waiting' | 'taken' | 'forgotten';
}

export interface OperatorQueries {
  file(payNo: string): Promise<PaymentFile>;
  /** The newest of them. `nowMs`: epoch ms, by which the old ones are told. */
  earlyCallbacks(nowMs: number): Promise<readonly EarlyCallback[]>;
}

const schema = quoted(schemaOf(paymentsProjection));

/** For people: whatever tenant it is of, and without waiting for what was answered just now. */
export function createOperatorQueries(postgres: Postgres): OperatorQueries {
  const queries = createPaymentQueries(postgres);
  return {
    async file(payNo) {
      const [payment, calls, callbacks, refunds] = await Promise.all([
        paymentOf(postgres, payNo),
        queries.calls(payNo),
        queries.callbacks(payNo),
        queries.refunds(payNo),
      ]);
      return { payment, calls, callbacks, refunds };
    },
    async earlyCallbacks(nowMs) {
      const rows = await postgres.query<EarlyRow>(
        `select early.id, early.pay_no, early.claimed_callback_id, early.callback_status,
                early.channel_trade_no, early.received_at,
                exists (select from ${schema}.callback_log taken
                         where taken.pay_no = early.pay_no and taken.order_no is not null
                           and taken.claimed_callback_id = early.claimed_callback_id
                           and taken.callback_status = early.callback_status) as taken
           from ${schema}.callback_log early
          where early.code = 'PAYMENT_NOT_FOUND'
          order by early.received_at desc, early.id limit ?`,
        [callbacksShownMax],
      );
      return rows.map((row) => earlyOf(row, nowMs));
    },
  };
}

interface EarlyRow {
  readonly id: string;
  readonly pay_no: string;
  readonly claimed_callback_id: string;
  readonly callback_status: string;
  readonly channel_trade_no: string | null;
  readonly received_at: Date;
  readonly taken: boolean;
}

function earlyOf(row: EarlyRow, nowMs: number): EarlyCallback {
  const receivedAtMs = row.received_at.getTime();
  const isOld = receivedAtMs + parkedForMs <= nowMs;
  return {
    ...{ id: row.id, payNo: row.pay_no, callbackId: row.claimed_callback_id },
    ...{ callbackStatus: row.callback_status, channelTradeNo: row.channel_trade_no },
    receivedAtMs,
    state: row.taken ? 'taken' : isOld ? 'forgotten' : 'waiting',
  };
}

interface PaymentRow {
  readonly id: bigint;
  readonly tenant: string;
  readonly pay_no: string;
  readonly order_no: string;
  readonly payment_order_id: string | null;
  readonly amount_minor: bigint;
  readonly refunded_minor: bigint;
  readonly currency: string;
  readonly status: string;
  readonly channel: string;
  readonly at_gateway: boolean;
  readonly channel_trade_no: string | null;
  readonly pay_url: string | null;
  readonly reason: string | null;
  readonly contradicted: boolean;
  readonly version: bigint;
  readonly created_at: Date;
  readonly expire_at: Date;
  readonly paid_at: Date | null;
  readonly ended_at: Date | null;
  readonly asked_at: Date | null;
}

async function paymentOf(postgres: Postgres, payNo: string): Promise<PaymentOnFile | null> {
  const [row] = await postgres.query<PaymentRow>(
    `select * from ${schema}.payments where pay_no = ?`,
    [payNo],
  );
  if (row === undefined) return null;
  return {
    ...{ payNo, id: row.id, tenant: row.tenant, orderNo: row.order_no, version: row.version },
    ...{ amountMinor: row.amount_minor, refundedMinor: row.refunded_minor, status: row.status },
    ...{ currency: row.currency, channel: row.channel, atGateway: row.at_gateway },
    ...{ paymentOrderId: row.payment_order_id, gatewayTransactionId: row.channel_trade_no },
    ...{ payUrl: row.pay_url, reason: row.reason, contradicted: row.contradicted },
    createdAtMs: row.created_at.getTime(),
    expireAtMs: row.expire_at.getTime(),
    paidAtMs: row.paid_at?.getTime() ?? null,
    endedAtMs: row.ended_at?.getTime() ?? null,
    askedAtMs: row.asked_at?.getTime() ?? null,
  };
}

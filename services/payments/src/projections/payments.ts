import type {
  GatewayCallbackRecorded,
  PaymentCallbackRecorded,
  PaymentCreated,
  PaymentsEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { formatMajor, unreachable } from '@plumbline/kernel';
import type {
  ProjectedRecord,
  Projection,
  ProjectionRow,
  ProjectionSql,
} from '@plumbline/postgres';
import { UnprojectableRecord } from '@plumbline/postgres';
import type { Knex } from 'knex';
import { paymentOrderIdOf } from '../domain/payment/merchant.ts';
import { seenStatusOf } from '../domain/payment/seen-status.ts';
import {
  auditColumns,
  auditRows,
  gatewayColumns,
  gatewayIndexes,
  refundColumns,
  refundRows,
} from './gateway-rows.ts';
import { timeText } from './time-text.ts';

/** A row of `payments`, as it is folded. Times are text on the way in and dates on the way out. */
interface PaymentRow {
  readonly payment_key: string;
  readonly id: bigint;
  readonly tenant: string;
  readonly pay_no: string;
  readonly order_no: string;
  readonly amount: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly status: string;
  readonly channel: string;
  readonly channel_trade_no: string | null;
  readonly paid_at: string | Date | null;
  readonly ended_at: string | Date | null;
  readonly reason: string | null;
  readonly contradicted: boolean;
  readonly pay_url: string | null;
  readonly refunded_minor: bigint;
  readonly payment_order_id: string | null;
  readonly order_type: string | null;
  readonly subject: string | null;
  readonly extra_data: string | null;
  readonly callback_result: string | null;
  readonly callback_at: string | Date | null;
  readonly at_gateway: boolean;
  readonly asked_at: string | Date | null;
  readonly updated_at: string | Date;
  readonly expire_at: string | Date;
  readonly created_at: string | Date;
  readonly version: bigint;
}

const paymentColumns = (table: Knex.CreateTableBuilder): void => {
  table.text('payment_key').primary();
  table.bigInteger('id').notNullable().unique();
  table.text('tenant').notNullable();
  table.text('pay_no').notNullable().unique();
  table.text('order_no').notNullable();
  table.decimal('amount', 12, 2).notNullable();
  table.bigInteger('amount_minor').notNullable();
  table.text('currency').notNullable();
  table.text('status').notNullable();
  table.text('channel').notNullable();
  table.text('channel_trade_no');
  table.timestamp('paid_at', { precision: 3 });
  table.timestamp('ended_at', { precision: 3 });
  table.text('reason');
  table.boolean('contradicted').notNullable();
  table.text('pay_url');
  table.bigInteger('refunded_minor').notNullable();
  // Of a merchant's own order, and null for one that is kept here.
  table.text('payment_order_id').unique();
  table.text('order_type');
  table.text('subject');
  table.text('extra_data');
  table.text('callback_result');
  table.timestamp('callback_at', { precision: 3 });
  gatewayColumns(table);
  table.timestamp('updated_at', { precision: 3 }).notNullable();
  table.timestamp('expire_at', { precision: 3 }).notNullable();
  table.timestamp('created_at', { precision: 3 }).notNullable();
  table.bigInteger('version').notNullable();
  // Contract 1's uniqueness of the order number, within its tenant.
  table.unique(['tenant', 'order_no']);
  table.index(['tenant', 'created_at', 'pay_no']);
  table.index(['tenant', 'status', 'created_at', 'pay_no']);
};

const callbackColumns = (table: Knex.CreateTableBuilder): void => {
  // The event's id: derived, and the same in every rebuild.
  table.text('id').primary();
  table.text('pay_no').notNullable();
  table.text('order_no');
  // Only in the row that used it up; what any row claims stands beside it.
  table.text('callback_id').unique();
  table.text('claimed_callback_id').notNullable();
  table.text('callback_status').notNullable();
  table.text('channel_trade_no');
  table.text('raw_payload').notNullable();
  table.boolean('signature_valid').notNullable();
  table.text('process_result').notNullable();
  table.text('code');
  table.boolean('contradictory').notNullable();
  table.text('current_status');
  table.timestamp('received_at', { precision: 3 }).notNullable();
  table.index(['pay_no', 'received_at']);
};

/**
 * `payments`, one row a payment at its newest version; `callback_log`, one row a callback; `refunds`;
 * and `reconcile_audit`, one row for each thing that a gateway was asked.
 */
export const paymentsProjection: Projection = {
  name: 'payments',
  version: 3,
  inputs: [topics.paymentsEvents.name],
  tables: [
    { name: 'payments', primaryKey: ['payment_key'] },
    { name: 'callback_log', primaryKey: ['id'] },
    { name: 'refunds', primaryKey: ['refund_id'] },
    { name: 'reconcile_audit', primaryKey: ['id'] },
  ],
  migrations: [
    {
      name: '1-payments',
      up: async (knex) => {
        await knex.schema.createTable('payments', paymentColumns);
        await knex.schema.createTable('callback_log', callbackColumns);
        await knex.schema.createTable('refunds', refundColumns);
        await knex.schema.createTable('reconcile_audit', auditColumns);
        await gatewayIndexes(knex);
      },
    },
  ],
  apply: async (batch, sql) => {
    const rows = await currentRows(batch, sql);
    for (const record of batch) {
      const after = folded(rows.get(record.key) ?? null, record);
      if (after !== null) rows.set(record.key, after);
    }
    await sql.upsert(
      'payments',
      [...rows.values()].map((row) => ({ ...row })),
    );
    await sql.insertMissing('callback_log', await callbackRows(batch, sql));
    await sql.upsert('refunds', await refundRows(batch, sql));
    await sql.insertMissing('reconcile_audit', auditRows(batch));
  },
};

/** The rows that the batch is about, as the table holds them. */
async function currentRows(
  batch: readonly ProjectedRecord[],
  sql: ProjectionSql,
): Promise<Map<string, PaymentRow>> {
  const keys = [...new Set(batch.map(({ key }) => key))];
  const found = await sql.rowsWhere<PaymentRow>('payments', 'payment_key', keys);
  return new Map(found.map((row) => [row.payment_key, row]));
}

// The topic holds nothing but these; the codec has checked it.
const eventOf = (record: ProjectedRecord): PaymentsEvent => record.payload as PaymentsEvent;

/** The row after an event; `null` for callbacks of a payment that nobody knows. */
function folded(before: PaymentRow | null, record: ProjectedRecord): PaymentRow | null {
  const event = eventOf(record);
  const version = record.envelope.aggregateVersion;
  if (version === null) throw new UnprojectableRecord('NO_VERSION', 'the event has no version');
  if (event.type === 'PaymentCreated') {
    const { id, tenant, payNo, orderNo, amountMinor, currency, channel } = event.data;
    return {
      ...{ payment_key: record.key, id, tenant, pay_no: payNo, order_no: orderNo, currency },
      ...{ amount: formatMajor(amountMinor, currency), amount_minor: amountMinor, channel },
      ...{ status: 'INIT', channel_trade_no: null, paid_at: null, ended_at: null, reason: null },
      expire_at: timeText(event.data.expireAt),
      created_at: timeText(event.data.createdAt),
      ...{ contradicted: false, version, pay_url: null, refunded_minor: 0n },
      ...{ callback_result: null, callback_at: null, ...merchantColumns(event.data) },
      ...{ at_gateway: event.data.gateway !== null, asked_at: null },
      updated_at: timeText(event.data.createdAt),
    };
  }
  if (before === null) {
    if (event.type === 'PaymentCallbackRecorded' || event.type === 'GatewayCallbackRecorded')
      return null;
    throw new UnprojectableRecord('NO_PAYMENT', `${event.type} of a payment never created`);
  }
  const after = moved({ ...before, version }, event);
  return isSeen(before, after) ? { ...after, updated_at: timeText(record.envelope.timeMs) } : after;
}

const merchantColumns = ({ tenant, orderNo, merchant }: PaymentCreated) =>
  merchant === null
    ? { payment_order_id: null, order_type: null, subject: null, extra_data: null }
    : {
        payment_order_id: paymentOrderIdOf(tenant, orderNo),
        order_type: merchant.orderType,
        subject: merchant.subject,
        extra_data: merchant.extraData,
      };

/** Whether a merchant sees that something has changed. */
const isSeen = (before: PaymentRow, after: PaymentRow): boolean =>
  before.status !== after.status ||
  before.pay_url !== after.pay_url ||
  before.callback_result !== after.callback_result ||
  before.channel_trade_no !== after.channel_trade_no;

/** What a callback says of the payment itself, where it was believed; contract 4 shows it. */
function heard(row: PaymentRow, event: CallbackEvent): PaymentRow {
  const { result, receivedAt } = event.data;
  const ofRefund = event.type === 'GatewayCallbackRecorded' && event.data.refundReference !== null;
  if (result === 'FAILED' || ofRefund) return row;
  const said =
    event.type === 'GatewayCallbackRecorded' ? event.data.answer.result : event.data.callbackStatus;
  return { ...row, callback_result: said, callback_at: timeText(receivedAt) };
}

type CallbackEvent = Extract<
  PaymentsEvent,
  { readonly type: 'GatewayCallbackRecorded' | 'PaymentCallbackRecorded' }
>;

function moved(
  row: PaymentRow,
  event: Exclude<PaymentsEvent, { readonly type: 'PaymentCreated' }>,
): PaymentRow {
  switch (event.type) {
    case 'PaymentProcessing':
      return { ...row, status: 'PAYING', pay_url: event.data.payUrl ?? row.pay_url };
    case 'PaymentUnknown':
      return { ...row, status: 'PAYING' };
    case 'RefundSucceeded':
      // What a second transaction took was never part of what was paid.
      return event.data.gatewayTransactionId === null
        ? { ...row, refunded_minor: row.refunded_minor + event.data.amountMinor }
        : row;
    case 'PaymentSucceeded': {
      const at = timeText(event.data.paidAt);
      const { channelTradeNo } = event.data;
      const ended = { channel_trade_no: channelTradeNo, paid_at: at, ended_at: at };
      return { ...row, status: 'SUCCESS', ...ended };
    }
    case 'PaymentFailed': {
      const { channelTradeNo, failedAt, reason } = event.data;
      const ended = { channel_trade_no: channelTradeNo, ended_at: timeText(failedAt), reason };
      return { ...row, status: 'FAILED', ...ended };
    }
    case 'PaymentClosed': {
      const { closedAt, reason } = event.data;
      return { ...row, status: 'CLOSED', ended_at: timeText(closedAt), reason };
    }
    case 'PaymentReportContradicted':
      return { ...row, contradicted: true };
    case 'PaymentReportConfirmed':
      return { ...row, contradicted: false };
    case 'GatewayCallbackRecorded':
    case 'PaymentCallbackRecorded':
      return heard(row, event);
    case 'GatewayCallReported':
      return { ...row, asked_at: timeText(event.data.reportedAt) };
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'GatewayQueryDeferred':
    case 'PaymentCloseRequested':
    case 'PaymentReportMismatched':
    case 'PaymentRequestConflicted':
    case 'PaymentTransactionConflicted':
    case 'RefundFailed':
    case 'RefundProcessing':
    case 'RefundRequested':
    case 'RefundUnknown':
      return row;
    default:
      return unreachable(event);
  }
}

async function callbackRows(
  batch: readonly ProjectedRecord[],
  sql: ProjectionSql,
): Promise<readonly ProjectionRow[]> {
  const callbacks = batch.flatMap((record) => {
    const event = eventOf(record);
    if (event.type === 'PaymentCallbackRecorded') return [{ record, data: event.data }];
    return event.type === 'GatewayCallbackRecorded' ? [{ record, data: logged(event.data) }] : [];
  });
  const ids = [...new Set(callbacks.map(({ data }) => data.callbackId))];
  if (ids.length === 0) return [];
  const found = await sql.rowsWhere<{ callback_id: string }>('callback_log', 'callback_id', ids);
  const usedUp = new Set(found.map((row) => row.callback_id));
  return callbacks.map(({ record, data }) => callbackRow(record, data, usedUp));
}

type LoggedCallback = Omit<PaymentCallbackRecorded, 'timestamp' | 'nonce'>;

/** A gateway's callback in the words of the contract's log. */
function logged(data: GatewayCallbackRecorded): LoggedCallback {
  const { payNo, orderNo, callbackId, rawPayload, result, code, currentStatus, receivedAt } = data;
  return {
    ...{ payNo, orderNo, callbackId, rawPayload, result, code, currentStatus, receivedAt },
    callbackStatus: seenStatusOf(data.answer),
    channelTradeNo: data.answer.gatewayTransactionId,
    contradictory: code === 'REPORT_MISMATCHED' || code === 'OTHER_MERCHANT',
  };
}

function callbackRow(
  { envelope }: ProjectedRecord,
  data: LoggedCallback,
  usedUp: Set<string>,
): ProjectionRow {
  const { callbackId, orderNo } = data;
  // A number that is no payment of ours uses nothing up. Ours have one length, so that two of them
  // can never come to the same id, which is a hash over parts without separators.
  const first = orderNo !== null && !usedUp.has(callbackId);
  if (first) usedUp.add(callbackId);
  return {
    id: envelope.id,
    pay_no: data.payNo,
    order_no: orderNo,
    callback_id: first ? callbackId : null,
    claimed_callback_id: callbackId,
    callback_status: data.callbackStatus,
    channel_trade_no: data.channelTradeNo,
    raw_payload: data.rawPayload,
    signature_valid: true,
    process_result: data.result,
    code: data.code,
    contradictory: data.contradictory,
    current_status: data.currentStatus,
    received_at: timeText(data.receivedAt),
  };
}

import type { GatewayCallReported, PaymentsEvent } from '@plumbline/events';
import { derivedUuid, slotOfRecordKey, unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, ProjectionRow, ProjectionSql } from '@plumbline/postgres';
import { UnprojectableRecord } from '@plumbline/postgres';
import type { Knex } from 'knex';
import { timeText } from './time-text.ts';

/** A row of `refunds`. */
export interface RefundRow {
  readonly refund_id: string;
  readonly pay_no: string;
  readonly order_no: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly status: string;
  readonly gateway_refund_id: string | null;
  readonly automatic: boolean;
  readonly reason: string | null;
  readonly failure_code: string | null;
  readonly failure_reason: string | null;
  readonly requested_at: string | Date;
  readonly ended_at: string | Date | null;
  readonly updated_at: string | Date;
  readonly version: bigint;
}

export const refundColumns = (table: Knex.CreateTableBuilder): void => {
  table.text('refund_id').primary();
  table.text('pay_no').notNullable();
  table.text('order_no').notNullable();
  table.bigInteger('amount_minor').notNullable();
  table.text('currency').notNullable();
  table.text('status').notNullable();
  table.text('gateway_refund_id');
  table.boolean('automatic').notNullable();
  table.text('reason');
  table.text('failure_code');
  table.text('failure_reason');
  table.timestamp('requested_at', { precision: 3 }).notNullable();
  table.timestamp('ended_at', { precision: 3 });
  table.timestamp('updated_at', { precision: 3 }).notNullable();
  // Of the payment, whose stream the refund stands in.
  table.bigInteger('version').notNullable();
  table.index(['pay_no', 'requested_at']);
};

/** Of `payments`: whether somebody asks a gateway about it, and when one last said something. */
export const gatewayColumns = (table: Knex.CreateTableBuilder): void => {
  table.boolean('at_gateway').notNullable();
  table.timestamp('asked_at', { precision: 3 });
};

/** What few rows are in and is looked for among all. */
export async function gatewayIndexes(knex: Knex.Transaction): Promise<void> {
  await knex.raw(
    `create index payments_open_at_gateway on payments (created_at)
      where at_gateway and status in ('INIT', 'PAYING')`,
  );
  await knex.raw(
    `create index callback_log_not_found on callback_log (received_at)
      where code = 'PAYMENT_NOT_FOUND'`,
  );
}

/** Contract 1's audit of what a gateway was asked, and beyond it of every other call. */
export const auditColumns = (table: Knex.CreateTableBuilder): void => {
  // The event's id: derived, and the same in every rebuild.
  table.text('id').primary();
  table.text('pay_no').notNullable();
  table.text('order_no').notNullable();
  table.text('call_id').notNullable();
  table.text('refund_id');
  table.text('action').notNullable();
  table.text('before_status').notNullable();
  table.text('after_status').notNullable();
  table.text('query_result').notNullable();
  table.text('code');
  table.text('message');
  table.timestamp('reported_at', { precision: 3 }).notNullable();
  table.index(['pay_no', 'reported_at']);
};

type RefundEvent = Extract<
  PaymentsEvent,
  {
    readonly type:
      'RefundRequested' | 'RefundProcessing' | 'RefundUnknown' | 'RefundSucceeded' | 'RefundFailed';
  }
>;

const isRefundEvent = (event: PaymentsEvent): event is RefundEvent =>
  event.type.startsWith('Refund');

/** The refunds that the batch is about, as they stand after it. */
export async function refundRows(
  batch: readonly ProjectedRecord[],
  sql: ProjectionSql,
): Promise<readonly ProjectionRow[]> {
  const about = batch.flatMap((record) => {
    // The topic holds nothing else; the codec has checked it.
    const event = record.payload as PaymentsEvent;
    return isRefundEvent(event) ? [{ event, envelope: record.envelope }] : [];
  });
  const ids = [...new Set(about.map(({ event }) => event.data.refundId))];
  if (ids.length === 0) return [];
  const found = await sql.rowsWhere<RefundRow>('refunds', 'refund_id', ids);
  const rows = new Map(found.map((row) => [row.refund_id, row]));
  for (const { event, envelope } of about) {
    const { aggregateVersion: version } = envelope;
    if (version === null) throw new UnprojectableRecord('NO_VERSION', 'the event has no version');
    const { refundId } = event.data;
    const after = refundAfter(rows.get(refundId) ?? null, event, version);
    rows.set(refundId, { ...after, updated_at: timeText(envelope.timeMs) });
  }
  return [...rows.values()].map((row) => ({ ...row }));
}

function refundAfter(before: RefundRow | null, event: RefundEvent, version: bigint): RefundRow {
  if (event.type === 'RefundRequested') {
    const { refundId, payNo, orderNo, amountMinor, currency, automatic, reason } = event.data;
    return {
      ...{ refund_id: refundId, pay_no: payNo, order_no: orderNo, amount_minor: amountMinor },
      ...{ currency, automatic, reason, status: 'pending', gateway_refund_id: null },
      ...{ failure_code: null, failure_reason: null, ended_at: null, version },
      requested_at: timeText(event.data.requestedAt),
      updated_at: timeText(event.data.requestedAt),
    };
  }
  if (before === null)
    throw new UnprojectableRecord('NO_REFUND', `${event.type} of a refund never asked for`);
  const row = { ...before, version };
  switch (event.type) {
    case 'RefundProcessing':
      return { ...row, status: 'processing', gateway_refund_id: event.data.gatewayRefundId };
    case 'RefundUnknown':
      return { ...row, status: 'processing' };
    case 'RefundSucceeded': {
      const { gatewayRefundId, refundedAt } = event.data;
      const ended = { gateway_refund_id: gatewayRefundId, ended_at: timeText(refundedAt) };
      return { ...row, status: 'succeeded', ...ended };
    }
    case 'RefundFailed': {
      const { code, reason, failedAt } = event.data;
      const ended = { failure_code: code, failure_reason: reason, ended_at: timeText(failedAt) };
      return { ...row, status: 'failed', ...ended };
    }
    default:
      return unreachable(event);
  }
}

/**
 * One row for each call that was reported; and one more, NOTIFY, where what a query or a close
 * brought is the end of the payment, of which its order is told for no other reason.
 */
export const auditRows = (batch: readonly ProjectedRecord[]): readonly ProjectionRow[] =>
  batch.flatMap(({ payload, envelope, key }) => {
    const event = payload as PaymentsEvent;
    if (event.type !== 'GatewayCallReported') return [];
    const { payNo, orderNo, callId, refundId, kind, beforeStatus, afterStatus } = event.data;
    const { result, code, message } = event.data.answer;
    const row = {
      ...{ id: envelope.id, pay_no: payNo, order_no: orderNo, call_id: callId, action: kind },
      ...{ refund_id: refundId, before_status: beforeStatus, after_status: afterStatus },
      ...{ query_result: result, code, message },
      reported_at: timeText(event.data.reportedAt),
    };
    if (!endedByAsking(event.data)) return [row];
    const id = derivedUuid(slotOfRecordKey(key), 'reconcile-notify', envelope.id);
    return [row, { ...row, id, action: 'NOTIFY' }];
  });

/** The report says where it found the payment and where it left it: the end follows it in the log. */
const endedByAsking = ({ kind, beforeStatus, afterStatus }: GatewayCallReported): boolean =>
  (kind === 'QUERY' || kind === 'CLOSE') &&
  beforeStatus !== afterStatus &&
  (afterStatus === 'SUCCESS' || afterStatus === 'FAILED' || afterStatus === 'CLOSED');

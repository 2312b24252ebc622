import type { OrdersEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, Projection, ProjectionSql } from '@plumbline/postgres';
import { UnprojectableRecord } from '@plumbline/postgres';

/** A row of `orders`, as it is folded. Times are text on the way in and dates on the way out. */
interface OrderRow {
  readonly order_key: string;
  readonly tenant: string;
  readonly order_no: string;
  readonly status: string;
  readonly items: unknown;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly purchase: unknown;
  readonly pay_by: string | Date;
  readonly created_at: string | Date;
  readonly pay_no: string | null;
  readonly paid_at: string | Date | null;
  readonly reason: string | null;
  readonly payment_last_event_id: string | null;
  readonly version: bigint;
}

const timeText = (ms: number): string => new Date(ms).toISOString();

/**
 * `orders`, one row an order at its newest version, and `order_transitions`, the audit: one row an
 * event, with the status before and after it, who caused it and through what.
 */
export const ordersProjection: Projection = {
  name: 'orders',
  version: 2,
  inputs: [topics.ordersEvents.name],
  tables: [
    { name: 'orders', primaryKey: ['order_key'] },
    { name: 'order_transitions', primaryKey: ['order_key', 'version'] },
  ],
  migrations: [
    {
      name: '1-orders',
      up: async (knex) => {
        await knex.schema.createTable('orders', (table) => {
          table.text('order_key').primary();
          table.text('tenant').notNullable();
          table.text('order_no').notNullable();
          table.text('status').notNullable();
          table.jsonb('items').notNullable();
          table.bigInteger('amount_minor').notNullable();
          table.text('currency').notNullable();
          table.jsonb('purchase');
          table.timestamp('pay_by', { precision: 3 }).notNullable();
          table.timestamp('created_at', { precision: 3 }).notNullable();
          table.text('pay_no');
          table.timestamp('paid_at', { precision: 3 });
          table.text('reason');
          table.text('payment_last_event_id');
          table.bigInteger('version').notNullable();
          table.unique(['tenant', 'order_no']);
          table.index(['tenant', 'created_at', 'order_no']);
          table.index(['tenant', 'status', 'created_at', 'order_no']);
        });
        await knex.schema.createTable('order_transitions', (table) => {
          table.text('order_key').notNullable();
          table.bigInteger('version').notNullable();
          table.text('event_id').notNullable().unique();
          table.text('event_type').notNullable();
          table.text('from_status');
          table.text('to_status').notNullable();
          table.text('pay_no');
          table.text('payment_event_id');
          table.text('reason');
          table.text('actor').notNullable();
          table.text('caused_by');
          table.text('correlation_id').notNullable();
          table.timestamp('at', { precision: 3 }).notNullable();
          table.primary(['order_key', 'version']);
        });
      },
    },
  ],
  apply: async (batch, sql) => {
    const rows = await currentRows(batch, sql);
    const transitions = batch.map((record) => {
      const before = rows.get(record.key) ?? null;
      const after = folded(before, record);
      rows.set(record.key, after);
      return transitionOf(before, after, record);
    });
    await sql.upsert(
      'orders',
      [...rows.values()].map((row) => ({ ...row })),
    );
    await sql.insertMissing('order_transitions', transitions);
  },
};

/** The rows that the batch is about, as the table holds them. */
async function currentRows(
  batch: readonly ProjectedRecord[],
  sql: ProjectionSql,
): Promise<Map<string, OrderRow>> {
  const keys = [...new Set(batch.map(({ key }) => key))];
  const found = await sql.rowsWhere<OrderRow>('orders', 'order_key', keys);
  return new Map(found.map((row) => [row.order_key, row]));
}

function folded(before: OrderRow | null, record: ProjectedRecord): OrderRow {
  const { key, envelope } = record;
  // The topic holds nothing but these; the codec has checked it.
  const event = record.payload as OrdersEvent;
  const version = envelope.aggregateVersion;
  if (version === null) throw new UnprojectableRecord('NO_VERSION', 'the event has no version');
  if (event.type === 'OrderCreated') {
    const { tenant, orderNo, items, amountMinor, currency, payBy, createdAt, purchase } =
      event.data;
    return {
      ...{ order_key: key, tenant, order_no: orderNo, status: 'PENDING', items, currency, version },
      purchase,
      ...{ amount_minor: amountMinor, pay_by: timeText(payBy), created_at: timeText(createdAt) },
      ...{ pay_no: null, paid_at: null, reason: null, payment_last_event_id: null },
    };
  }
  if (before === null) {
    throw new UnprojectableRecord('NO_ORDER', `${event.type} of an order that was never created`);
  }
  const row = { ...before, version };
  switch (event.type) {
    case 'OrderAwaitingPayment':
      return { ...row, status: 'WAITING_PAYMENT', ...paymentOf(event.data) };
    case 'OrderPaid': {
      const paid_at = timeText(event.data.paidAt);
      return { ...row, status: 'PAID', ...paymentOf(event.data), paid_at };
    }
    case 'OrderPaidFromBalance':
      return { ...row, status: 'PAID', paid_at: timeText(event.data.paidAt) };
    case 'OrderFailed': {
      const { payNo, paymentEventId, reason } = event.data;
      const payment_last_event_id = paymentEventId ?? before.payment_last_event_id;
      return {
        ...row,
        status: 'FAILED',
        pay_no: payNo ?? row.pay_no,
        payment_last_event_id,
        reason,
      };
    }
    case 'OrderExpired':
      return { ...row, status: 'EXPIRED' };
    case 'OrderCancelled':
      return { ...row, status: 'CANCELLED', reason: event.data.reason };
    case 'OrderExpiryRequested':
      return row;
    case 'OrderPaymentReportRecorded':
      return { ...row, payment_last_event_id: event.data.paymentEventId };
    default:
      return unreachable(event);
  }
}

const paymentOf = (data: { readonly payNo: string; readonly paymentEventId: string }) => ({
  pay_no: data.payNo,
  payment_last_event_id: data.paymentEventId,
});

function transitionOf(before: OrderRow | null, after: OrderRow, record: ProjectedRecord) {
  const { envelope, payload } = record;
  const { data } = payload;
  return {
    order_key: record.key,
    version: after.version,
    event_id: envelope.id,
    event_type: payload.type,
    from_status: before?.status ?? null,
    to_status: after.status,
    pay_no: 'payNo' in data ? data.payNo : null,
    payment_event_id: 'paymentEventId' in data ? data.paymentEventId : null,
    reason: 'reason' in data ? data.reason : null,
    actor: envelope.actor,
    caused_by: envelope.causationId,
    correlation_id: envelope.correlationId,
    at: timeText(envelope.timeMs),
  };
}

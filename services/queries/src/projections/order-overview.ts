import { overviewPaceMs } from '../limits.ts';
import type { AlertsEvent, CheckoutEvent, OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, Projection, ProjectionRow } from '@plumbline/postgres';
import { UnprojectableRecord } from '@plumbline/postgres';

export const orderStatuses = [
  'PENDING',
  'WAITING_PAYMENT',
  'PAID',
  'FAILED',
  'EXPIRED',
  'CANCELLED',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const paymentStatuses = ['INIT', 'PAYING', 'SUCCESS', 'FAILED', 'CLOSED'] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/**
 * `orders`: one row an order or a payment for one; the order's columns are fed by the orders topic,
 * those that begin with `payment_` by the payments topic, with `checkout_` by the checkout's. `order_alerts`: which alerts are open.
 */
export const orderOverviewProjection: Projection = {
  name: 'order_overview',
  paceMs: overviewPaceMs,
  version: 2,
  inputs: [
    topics.ordersEvents.name,
    topics.paymentsEvents.name,
    topics.checkoutEvents.name,
    topics.alertsEvents.name,
  ],
  tables: [
    { name: 'orders', primaryKey: ['routing_key'] },
    { name: 'order_alerts', primaryKey: ['alert_id'] },
  ],
  migrations: [
    {
      name: '1-overview',
      up: async (knex) => {
        await knex.schema.createTable('orders', (table) => {
          table.text('routing_key').primary();
          table.text('tenant').notNullable();
          table.text('order_no').notNullable();
          table.text('status');
          table.bigInteger('version');
          table.bigInteger('amount_minor');
          table.text('currency');
          table.text('buyer');
          table.bigInteger('balance_minor');
          table.bigInteger('pay_by_ms');
          table.bigInteger('created_at_ms');
          table.bigInteger('updated_at_ms');
          table.bigInteger('paid_at_ms');
          table.text('reason');
          table.text('payment_no');
          table.text('payment_status');
          table.bigInteger('payment_version');
          table.bigInteger('payment_amount_minor');
          table.text('payment_currency');
          table.text('payment_channel');
          table.text('payment_channel_trade_no');
          table.bigInteger('payment_paid_at_ms');
          table.bigInteger('payment_expire_at_ms');
          table.bigInteger('payment_created_at_ms');
          table.bigInteger('payment_updated_at_ms');
          table.text('payment_contradicted_by');
          table.text('checkout_status');
          table.integer('checkout_attempt');
          table.bigInteger('checkout_repeat_at_ms');
          table.text('checkout_refused_because');
          table.bigInteger('checkout_updated_at_ms');
          table.index(['tenant', 'order_no']);
          table.index(['tenant', 'created_at_ms', 'order_no']);
          table.index(['tenant', 'status', 'created_at_ms', 'order_no']);
          table.index(['tenant', 'buyer', 'created_at_ms', 'order_no']);
          table.index(['tenant', 'payment_no']);
        });
        await knex.schema.createTable('order_alerts', (table) => {
          table.text('alert_id').primary();
          table.text('routing_key').notNullable();
          table.boolean('open').notNullable();
        });
        await knex.raw('create index order_alerts_open on order_alerts (routing_key) where open');
      },
    },
  ],
  apply: async (batch, sql) => {
    await sql.upsert('orders', batch.flatMap(orderRows));
    await sql.upsert('order_alerts', batch.flatMap(alertRows));
  },
};

function orderRows(record: ProjectedRecord): readonly ProjectionRow[] {
  if (record.topic === topics.alertsEvents.name) return [];
  const change = changeOf(record);
  if (change === null) return [];
  const { key, envelope } = record;
  const at = key.indexOf('/');
  if (at < 1) throw new UnprojectableRecord('KEY_INVALID', 'the key is no <tenant>/<order number>');
  const own = { routing_key: key, tenant: key.slice(0, at), order_no: key.slice(at + 1) };
  const version = envelope.aggregateVersion;
  const { timeMs, topic } = record;
  if (topic === topics.checkoutEvents.name)
    return [{ ...own, checkout_updated_at_ms: timeMs, ...change }];
  return topic === topics.ordersEvents.name
    ? [{ ...own, version, updated_at_ms: timeMs, ...change }]
    : [{ ...own, payment_version: version, payment_updated_at_ms: timeMs, ...change }];
}

/** The catalogue ties each topic to its union. */
function changeOf({ topic, payload }: ProjectedRecord): ProjectionRow | null {
  if (topic === topics.ordersEvents.name) return orderChange(payload as OrdersEvent);
  if (topic === topics.checkoutEvents.name) return checkoutChange(payload as CheckoutEvent);
  return paymentChange(payload as PaymentsEvent);
}

export const checkoutStatuses = [
  ...(['PREPARING', 'OPENING_PAYMENT', 'WAITING_FOR_PAYMENT', 'SETTLING', 'FAILING'] as const),
  ...(['FINISHING', 'COMPENSATING', 'COMPLETED', 'COMPENSATED'] as const),
];
export type CheckoutStatus = (typeof checkoutStatuses)[number];

const checkoutNow = (status: CheckoutStatus): ProjectionRow => ({ checkout_status: status });
const asked = (data: { readonly attempt: number; readonly repeatAt: number }): ProjectionRow => ({
  checkout_attempt: data.attempt,
  checkout_repeat_at_ms: data.repeatAt,
});
const atRest: ProjectionRow = { checkout_attempt: null, checkout_repeat_at_ms: null };

/** In words for people; every step is in the timeline. */
function checkoutChange(event: CheckoutEvent): ProjectionRow {
  switch (event.type) {
    case 'CheckoutStarted':
      return checkoutNow('PREPARING');
    case 'CheckoutStockRequested':
    case 'CheckoutFundsRequested':
      return asked(event.data);
    case 'CheckoutPaymentRequested':
      return { ...asked(event.data), ...checkoutNow('OPENING_PAYMENT') };
    case 'CheckoutOrderRequested': {
      const status = event.data.step === 'SETTLE' ? 'SETTLING' : 'FAILING';
      return { ...asked(event.data), ...checkoutNow(status) };
    }
    case 'CheckoutPaymentAnswered':
      return event.data.accepted
        ? { ...atRest, ...checkoutNow('WAITING_FOR_PAYMENT') }
        : { checkout_refused_because: event.data.code };
    case 'CheckoutStockAnswered':
    case 'CheckoutFundsAnswered':
      return event.data.accepted ? {} : { checkout_refused_because: event.data.code };
    case 'CheckoutOrderEnded':
      return checkoutNow(event.data.end === 'PAID' ? 'FINISHING' : 'COMPENSATING');
    case 'CheckoutPushed':
      return {};
    case 'CheckoutCompleted':
      return { ...atRest, ...checkoutNow('COMPLETED') };
    case 'CheckoutCompensated':
      return { ...atRest, ...checkoutNow('COMPENSATED') };
    default:
      return unreachable(event);
  }
}

function orderChange(event: OrdersEvent): ProjectionRow | null {
  switch (event.type) {
    case 'OrderCreated':
      return {
        status: 'PENDING',
        amount_minor: event.data.amountMinor,
        currency: event.data.currency,
        buyer: event.data.purchase?.buyer ?? null,
        balance_minor: event.data.purchase?.balanceMinor ?? null,
        pay_by_ms: event.data.payBy,
        created_at_ms: event.data.createdAt,
      };
    case 'OrderAwaitingPayment':
      return { status: 'WAITING_PAYMENT' };
    case 'OrderPaid':
    case 'OrderPaidFromBalance':
      return { status: 'PAID', paid_at_ms: event.data.paidAt };
    case 'OrderFailed':
      return { status: 'FAILED', reason: event.data.reason };
    case 'OrderExpired':
      return { status: 'EXPIRED' };
    case 'OrderCancelled':
      return { status: 'CANCELLED', reason: event.data.reason };
    case 'OrderExpiryRequested':
    case 'OrderPaymentReportRecorded':
      return {};
    default:
      return unreachable(event);
  }
}

function paymentChange(event: PaymentsEvent): ProjectionRow | null {
  switch (event.type) {
    case 'PaymentCreated':
      return {
        payment_no: event.data.payNo,
        payment_status: 'INIT',
        payment_amount_minor: event.data.amountMinor,
        payment_currency: event.data.currency,
        payment_channel: event.data.channel,
        payment_expire_at_ms: event.data.expireAt,
        payment_created_at_ms: event.data.createdAt,
      };
    case 'PaymentProcessing':
    case 'PaymentUnknown':
      return { payment_status: 'PAYING' };
    case 'PaymentSucceeded':
      return {
        payment_status: 'SUCCESS',
        payment_channel_trade_no: event.data.channelTradeNo,
        payment_paid_at_ms: event.data.paidAt,
      };
    case 'PaymentFailed':
      return { payment_status: 'FAILED', payment_channel_trade_no: event.data.channelTradeNo };
    case 'PaymentClosed':
      return { payment_status: 'CLOSED' };
    case 'PaymentReportContradicted':
      return { payment_contradicted_by: event.data.reportedStatus };
    case 'PaymentReportConfirmed':
      return { payment_contradicted_by: null };
    case 'PaymentCallbackRecorded':
      // Also recorded for payments that do not exist: what it changed is an event of its own.
      return null;
    // What changes the status is an event of its own.
    case 'GatewayCallReported':
    case 'GatewayCallbackRecorded':
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
    case 'RefundSucceeded':
    case 'RefundUnknown':
      return {};
    default:
      return unreachable(event);
  }
}

function alertRows(record: ProjectedRecord): readonly ProjectionRow[] {
  if (record.topic !== topics.alertsEvents.name) return [];
  const event = record.payload as AlertsEvent;
  const row = (alertId: string, open: boolean) => [
    { alert_id: alertId, routing_key: record.key, open },
  ];
  switch (event.type) {
    case 'AlertRaised':
    case 'AlertReopened':
      return row(event.data.alertId, true);
    case 'AlertResolved':
      return row(event.data.alertId, false);
    case 'AlertAcknowledged':
    case 'AlertInvestigated':
    case 'RulesActivated':
      return [];
    default:
      return unreachable(event);
  }
}

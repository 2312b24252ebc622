import { majorAmountOut, majorAmountOutSchema } from '@plumbline/http';
import { z } from 'zod';
import { checkoutStatuses, orderStatuses, paymentStatuses } from '../projections/order-overview.ts';
import type { CheckoutStatus } from '../projections/order-overview.ts';
import type { EntryRow, OrderRow } from '../reads/order-reads.ts';
import { isoTime, isoTimeOrNull } from './fields.ts';

const paymentSchema = z.strictObject({
  payNo: z.string().nullable(),
  status: z.enum(paymentStatuses).nullable(),
  amount: majorAmountOutSchema().nullable(),
  currency: z.string().nullable(),
  channel: z.string().nullable(),
  channelTradeNo: z.string().nullable(),
  paidAt: z.string().nullable(),
  expireAt: z.string().nullable(),
  createdAt: z.string().nullable(),
  updatedAt: z.string().nullable(),
  version: z.string().nullable(),
  contradictedBy: z.string().nullable().describe('What a later valid report said instead'),
});

const checkoutSchema = z.strictObject({
  status: z.enum(checkoutStatuses),
  attempt: z.number().nullable().describe('Of what it waits for; null when it asks for nothing'),
  repeatAt: z.string().nullable().describe('When it asks again if nobody answers'),
  refusedBecause: z.string().nullable(),
  updatedAt: z.string().nullable(),
});

export const orderSchema = z.strictObject({
  orderNo: z.string(),
  status: z.enum(orderStatuses).nullable().describe('null: only a payment for it is known'),
  contract1Status: z.string().nullable().describe('The status as contract 1 names it'),
  amount: majorAmountOutSchema().nullable(),
  currency: z.string().nullable(),
  buyer: z.string().nullable().describe('Opaque id; null for an order that no checkout leads'),
  balance: majorAmountOutSchema().nullable().describe("What of it the buyer's account pays"),
  paymentDeadline: z.string().nullable(),
  createdAt: z.string().nullable(),
  updatedAt: z.string().nullable(),
  paidAt: z.string().nullable(),
  reason: z.string().nullable(),
  version: z.string().nullable(),
  payment: paymentSchema.nullable(),
  checkout: checkoutSchema.nullable().describe('null: no checkout leads the order'),
  openAlerts: z.number(),
});

const amountOut = (amountMinor: bigint | null, currency: string | null) =>
  amountMinor === null || currency === null ? null : majorAmountOut(amountMinor, currency);

const textOf = (value: bigint | null): string | null => (value === null ? null : value.toString());

export const orderOut = (row: OrderRow): z.input<typeof orderSchema> => ({
  orderNo: row.order_no,
  status: row.status,
  // Contract 1 knows an order that waits for its payment as one whose stock is reserved.
  contract1Status: row.status === 'WAITING_PAYMENT' ? 'STOCK_RESERVED' : row.status,
  amount: amountOut(row.amount_minor, row.currency),
  currency: row.currency,
  buyer: row.buyer,
  balance: amountOut(row.balance_minor, row.currency),
  paymentDeadline: isoTimeOrNull(row.pay_by_ms),
  createdAt: isoTimeOrNull(row.created_at_ms),
  updatedAt: isoTimeOrNull(row.updated_at_ms),
  paidAt: isoTimeOrNull(row.paid_at_ms),
  reason: row.reason,
  version: textOf(row.version),
  payment: row.payment_updated_at_ms === null ? null : paymentOut(row),
  checkout: row.checkout_status === null ? null : checkoutOut(row, row.checkout_status),
  openAlerts: Number(row.open_alerts),
});

const checkoutOut = (row: OrderRow, status: CheckoutStatus): z.input<typeof checkoutSchema> => ({
  status,
  attempt: row.checkout_attempt,
  repeatAt: isoTimeOrNull(row.checkout_repeat_at_ms),
  refusedBecause: row.checkout_refused_because,
  updatedAt: isoTimeOrNull(row.checkout_updated_at_ms),
});

const paymentOut = (row: OrderRow): z.input<typeof paymentSchema> => ({
  payNo: row.payment_no,
  status: row.payment_status,
  amount: amountOut(row.payment_amount_minor, row.payment_currency),
  currency: row.payment_currency,
  channel: row.payment_channel,
  channelTradeNo: row.payment_channel_trade_no,
  paidAt: isoTimeOrNull(row.payment_paid_at_ms),
  expireAt: isoTimeOrNull(row.payment_expire_at_ms),
  createdAt: isoTimeOrNull(row.payment_created_at_ms),
  updatedAt: isoTimeOrNull(row.payment_updated_at_ms),
  version: textOf(row.payment_version),
  contradictedBy: row.payment_contradicted_by,
});

export const entrySchema = z.strictObject({
  topic: z.string(),
  partition: z.number(),
  offset: z.string(),
  appendedAt: z.string().describe('Broker time'),
  time: z.string().describe('Business time'),
  eventId: z.string(),
  type: z.string(),
  subject: z.string(),
  source: z.string(),
  actor: z.string(),
  correlationId: z.string(),
  causationId: z.string().nullable(),
  version: z.string().nullable(),
  data: z.unknown().describe('The payload; amounts as text of minor units, times as epoch ms'),
});

export const entryOut = (row: EntryRow): z.input<typeof entrySchema> => ({
  topic: row.topic,
  partition: row.partition,
  offset: row.offset.toString(),
  appendedAt: isoTime(Number(row.appended_at_ms)),
  time: isoTime(Number(row.time_ms)),
  eventId: row.event_id,
  type: row.type,
  subject: row.subject,
  source: row.source,
  actor: row.actor,
  correlationId: row.correlation_id,
  causationId: row.causation_id,
  version: textOf(row.version),
  data: row.data,
});

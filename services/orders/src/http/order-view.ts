import type { OrderItem, Purchase } from '@plumbline/events';
import { majorAmountOut, majorAmountOutSchema, okSchema } from '@plumbline/http';
import type { Json } from '@plumbline/kernel';
import { z } from 'zod';
import type { OrderStatus } from '../domain/order/state.ts';

/** An order as clients may see it, whether from the decision or from the read model. */
export interface OrderView {
  readonly orderNo: string;
  readonly status: OrderStatus;
  readonly items: readonly OrderItem[];
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Null for an order that is paid and delivered by others. */
  readonly purchase: Purchase | null;
  readonly payByMs: number;
  readonly createdAtMs: number;
  readonly payNo: string | null;
  readonly paidAtMs: number | null;
  readonly reason: string | null;
}

export const orderStatuses = [
  'PENDING',
  'WAITING_PAYMENT',
  'PAID',
  'FAILED',
  'EXPIRED',
  'CANCELLED',
] as const satisfies readonly OrderStatus[];

/** Contract 1 knows an order that waits for its payment as one whose stock is reserved. */
const contract1Status = (status: OrderStatus): string =>
  status === 'WAITING_PAYMENT' ? 'STOCK_RESERVED' : status;

/** A purchase as JSON, in answers and in the read model. */
export const storedPurchase = z
  .object({
    buyer: z.string(),
    balanceMinor: z.string().transform(BigInt),
    channel: z.string().nullable(),
  })
  .nullable()
  // Outcomes from before there were purchases have none.
  .default(null);

/** What the decider answers: amounts as text of minor units. */
const answered = z.object({
  orderNo: z.string(),
  status: z.enum(orderStatuses),
  items: z.array(
    z.object({
      sku: z.string(),
      quantity: z.number(),
      unitAmountMinor: z.string().transform(BigInt),
    }),
  ),
  amountMinor: z.string().transform(BigInt),
  currency: z.string(),
  purchase: storedPurchase,
  payByMs: z.number(),
  createdAtMs: z.number(),
  payNo: z.string().nullable(),
  paidAtMs: z.number().nullable(),
  reason: z.string().nullable(),
});

export const orderOfAnswer = (answer: Json): OrderView => answered.parse(answer);

const instant = (ms: number): string => new Date(ms).toISOString();

/** The order in an answer: amounts in major units, times as RFC 3339 in UTC. */
export function orderOut(order: OrderView) {
  const { orderNo, status, currency, payNo, reason, paidAtMs } = order;
  return {
    orderNo,
    status,
    contract1Status: contract1Status(status),
    items: order.items.map(({ sku, quantity, unitAmountMinor }) => ({
      sku,
      quantity,
      unitAmount: majorAmountOut(unitAmountMinor, currency),
    })),
    amount: majorAmountOut(order.amountMinor, currency),
    currency,
    purchase: order.purchase && {
      buyer: order.purchase.buyer,
      balance: majorAmountOut(order.purchase.balanceMinor, currency),
      channel: order.purchase.channel,
    },
    paymentDeadline: instant(order.payByMs),
    createdAt: instant(order.createdAtMs),
    payNo,
    paidAt: paidAtMs === null ? null : instant(paidAtMs),
    reason,
  };
}

export const orderSchema = z.strictObject({
  orderNo: z.string(),
  status: z.enum(orderStatuses),
  contract1Status: z.string().describe('The status as contract 1 names it'),
  items: z.array(
    z.strictObject({ sku: z.string(), quantity: z.number(), unitAmount: majorAmountOutSchema() }),
  ),
  amount: majorAmountOutSchema(),
  currency: z.string(),
  purchase: z
    .strictObject({
      buyer: z.string(),
      balance: majorAmountOutSchema(),
      channel: z.string().nullable(),
    })
    .nullable()
    .describe('How its checkout has it paid; null where nobody here leads it'),
  paymentDeadline: z.string().describe('RFC 3339, UTC'),
  createdAt: z.string(),
  payNo: z.string().nullable(),
  paidAt: z.string().nullable(),
  reason: z.string().nullable().describe('Why it failed or was cancelled'),
});

export const orderAnswer = okSchema(orderSchema);

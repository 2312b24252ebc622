import { majorAmountOutSchema } from '@plumbline/http';
import { z } from 'zod';
import { count } from './fields.ts';

/**
 * What the page is shown, and at once what is read from the services' answers: amounts stay the
 * numbers that they sent, digit by digit.
 */

export const itemView = z.object({
  sku: z.string(),
  name: z.string(),
  unitAmount: majorAmountOutSchema(),
  currency: z.string(),
  available: count().describe('Pieces that can be ordered now'),
});

export const balanceView = z.object({
  currency: z.string(),
  balance: majorAmountOutSchema(),
  held: majorAmountOutSchema().describe('Set aside for purchases under way'),
  available: majorAmountOutSchema(),
});

export const paymentView = z.object({
  payNo: z.string().nullable(),
  status: z.string().nullable().describe('As contract 1 names it'),
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

export const orderView = z.object({
  orderNo: z.string(),
  buyer: z.string().nullish().describe('null: an order of no buyer of this shop'),
  status: z.string().nullable().describe('null: only a payment for it is known'),
  amount: majorAmountOutSchema().nullable(),
  currency: z.string().nullable(),
  paymentDeadline: z.string().nullable(),
  createdAt: z.string().nullable(),
  updatedAt: z.string().nullable(),
  paidAt: z.string().nullable(),
  reason: z.string().nullable(),
  version: z.string().nullable(),
  payment: paymentView.nullable(),
  checkout: z.unknown().optional().describe('How far its checkout has come, when one leads it'),
  openAlerts: count(),
});
export type OrderView = z.output<typeof orderView>;

const line = z.object({ sku: z.string(), quantity: count(), unitAmount: majorAmountOutSchema() });

/** An order as the orders service answers it. */
export const placedOrder = z.object({
  orderNo: z.string(),
  status: z.string(),
  items: z.array(line),
  amount: majorAmountOutSchema(),
  currency: z.string(),
  paymentDeadline: z.string(),
  createdAt: z.string(),
  payNo: z.string().nullable(),
  paidAt: z.string().nullable(),
  reason: z.string().nullable(),
  purchase: z
    .object({
      buyer: z.string(),
      balance: majorAmountOutSchema(),
      channel: z.string().nullable(),
    })
    .nullish(),
});
export type PlacedOrder = z.output<typeof placedOrder>;

export const purchaseView = z.object({
  orderNo: z.string(),
  status: z.string().nullable(),
  items: z.array(line),
  amount: majorAmountOutSchema().nullable(),
  currency: z.string().nullable(),
  paymentDeadline: z.string().nullable(),
  createdAt: z.string().nullable(),
  paidAt: z.string().nullable(),
  reason: z.string().nullable().describe('Why it failed or was cancelled'),
  payment: paymentView
    .extend({ payUrl: z.string().nullable().describe('Where to pay, while it can be paid') })
    .nullable(),
  checkout: z.unknown().describe('How far its checkout has come; null: none leads it'),
  openAlerts: count(),
});

export const entryView = z.object({
  topic: z.string(),
  partition: count(),
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
  data: z
    .unknown()
    .optional()
    .describe('The payload; amounts as text of minor units, times as epoch ms'),
});

const evidence = z.object({
  eventId: z.string(),
  type: z.string(),
  topic: z.string(),
  partition: count(),
  offset: z.string(),
  time: z.string(),
});

const end = {
  loss: majorAmountOutSchema().nullable().describe('What was written off'),
  lossCurrency: z.string().nullable(),
  suppressedUntil: z.string().nullable().describe('When it stands again if it is still so'),
};

export const alertView = z.object({
  alertId: z.string(),
  rule: z.string(),
  ruleVersion: count().nullable(),
  status: z.string(),
  severity: z.string().nullable(),
  tenant: z.string(),
  orderNo: z.string(),
  payNo: z.string().nullable(),
  summary: z.string().nullable(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  deadline: z.string().nullable(),
  detectedAt: z.string().nullable(),
  amount: majorAmountOutSchema().nullable(),
  currency: z.string().nullable(),
  howSeen: z.string().nullable(),
  triggerEventId: z.string().nullable(),
  correlationId: z.string().nullable(),
  evidence: z.array(evidence),
  raisedAt: z
    .object({ topic: z.string(), partition: count(), offset: z.string() })
    .nullable()
    .describe('Where the alert itself stands in the log'),
  resolution: z
    .object({
      resolution: z.string(),
      reason: z.string().nullable(),
      supersededBy: z.string().nullable(),
      resolvedAt: z.string().nullable(),
      evidence: z.array(evidence),
      ...end,
    })
    .nullable(),
});

export const alertWithHistoryView = alertView.extend({
  history: z
    .array(
      z.object({
        status: z.string(),
        actor: z.string(),
        reason: z.string().nullable(),
        at: z.string(),
        topic: z.string(),
        partition: count(),
        offset: z.string(),
        ...end,
      }),
    )
    .describe('Its life, oldest first: what it was from then on, by whom and why'),
});

export const summaryView = z.object({
  rules: z.array(
    z.object({
      rule: z.string(),
      raised: count(),
      open: count().describe('That stand: OPEN, ACKNOWLEDGED and INVESTIGATING'),
      acknowledged: count().describe('Of those that stand'),
      investigating: count().describe('Of those that stand'),
      resolved: count().describe('That ended, in whatever way'),
      superseded: count().describe('Of those that ended'),
      writtenOff: count().describe('Of those that ended'),
      suppressed: count().describe('Of those that ended'),
      atStake: z
        .array(z.object({ currency: z.string(), amount: majorAmountOutSchema() }))
        .describe('Of those that stand'),
    }),
  ),
});

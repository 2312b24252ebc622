import { majorAmountOut, majorAmountOutSchema, okSchema } from '@plumbline/http';
import type { Json } from '@plumbline/kernel';
import { invariant } from '@plumbline/kernel';
import { z } from 'zod';
import type { ContractStatus } from '../domain/payment/state.ts';
import type { StoredCallback, StoredPayment } from '../projections/payment-queries.ts';

type FormatTime = (ms: number) => string;

/** Contract 1's statuses and what it calls them. */
const statusDescriptions: Readonly<Record<ContractStatus, string>> = {
  INIT: '初始化',
  PAYING: '支付中',
  SUCCESS: '支付成功',
  FAILED: '支付失败',
  CLOSED: '已关闭',
};

export const paymentStatuses = ['INIT', 'PAYING', 'SUCCESS', 'FAILED', 'CLOSED'] as const;

/** Channels of contract 1, the default first, and beyond it those that a gateway stands behind. */
export const channels = ['MOCK', 'ALIPAY', 'WECHAT', 'PAYPAY', 'LAKALA', 'PERSONAL'] as const;

/** What the decider answers to a creation. */
const answered = z.object({
  id: z.string().transform(BigInt),
  payNo: z.string(),
  orderNo: z.string(),
  amountMinor: z.string().transform(BigInt),
  currency: z.string(),
  status: z.enum(paymentStatuses),
  channel: z.string(),
  expireAtMs: z.number(),
  createdAtMs: z.number(),
  /** Into which personal account it is paid; answers of earlier versions say nothing of it. */
  account: z.string().nullable().default(null),
});

export type AnsweredPayment = z.output<typeof answered>;

export const paymentOfAnswer = (answer: Json): AnsweredPayment => answered.parse(answer);

/** Contract 1 wants a JSON number: exact below 2^53, which command offsets reach after 2^37. */
function numberOf(id: bigint): number {
  const number = Number(id);
  invariant(Number.isSafeInteger(number), `payment id ${id} is beyond 2^53`);
  return number;
}

/** The data of contract 1's answer to a creation. */
export const createdOut = (payment: Omit<AnsweredPayment, 'account'>, time: FormatTime) => ({
  id: numberOf(payment.id),
  payNo: payment.payNo,
  orderNo: payment.orderNo,
  amount: majorAmountOut(payment.amountMinor, payment.currency),
  status: payment.status,
  statusDesc: statusDescriptions[payment.status],
  channel: payment.channel,
  expireAt: time(payment.expireAtMs),
  createdAt: time(payment.createdAtMs),
});

/** The data of a read: that of the creation, and how it went on. */
export const paymentOut = (payment: StoredPayment, time: FormatTime) => ({
  ...createdOut(payment, time),
  currency: payment.currency,
  channelTradeNo: payment.channelTradeNo,
  paidAt: payment.paidAtMs === null ? null : time(payment.paidAtMs),
  reason: payment.reason,
  payUrl: payment.payUrl,
  refunded: majorAmountOut(payment.refundedMinor, payment.currency),
});

export const callbackOut = (callback: StoredCallback, time: FormatTime) => ({
  id: callback.id,
  callbackId: callback.callbackId,
  callbackStatus: callback.callbackStatus,
  channelTradeNo: callback.channelTradeNo,
  signatureValid: callback.signatureValid,
  processResult: callback.processResult,
  code: callback.code,
  contradictory: callback.contradictory,
  receivedAt: time(callback.receivedAtMs),
});

export const localTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);

const createdSchema = z.strictObject({
  id: z.number().describe('Derived from the place of the creation in the log'),
  payNo: z.string(),
  orderNo: z.string(),
  amount: majorAmountOutSchema(),
  status: z.enum(paymentStatuses),
  statusDesc: z.string(),
  channel: z.string(),
  expireAt: localTime,
  createdAt: localTime,
});

export const paymentSchema = createdSchema.extend({
  currency: z.string(),
  channelTradeNo: z.string().nullable(),
  paidAt: localTime.nullable(),
  reason: z.string().nullable().describe('Why it failed or was closed'),
  payUrl: z.string().nullable().describe('Where the payer pays, while the payment is being paid'),
  refunded: majorAmountOutSchema().describe('What went back of it so far'),
});

export const createdAnswer = okSchema(createdSchema);
export const paymentAnswer = okSchema(paymentSchema);

export const callbacksAnswer = okSchema(
  z.strictObject({
    callbacks: z.array(
      z.strictObject({
        id: z.string(),
        callbackId: z.string().nullable(),
        callbackStatus: z.string().nullable(),
        channelTradeNo: z.string().nullable(),
        signatureValid: z.boolean(),
        processResult: z.string(),
        code: z.string().nullable(),
        contradictory: z.boolean(),
        receivedAt: localTime,
      }),
    ),
  }),
);

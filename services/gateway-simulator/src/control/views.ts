import { z } from 'zod';
import type { Payment, Refund } from '../books/payment.ts';
import { closeReasons, gateways, paymentStatuses } from '../books/payment.ts';
import type { CallbackRecord, CallRecord } from '../books/records.ts';
import { callbackSubjects, callKinds } from '../books/records.ts';
import type { AutopayRule } from '../misbehaviour/autopay.ts';
import type { Rule } from '../misbehaviour/rule.ts';
import { garbles, occasions } from '../misbehaviour/rule.ts';

/** Amounts are decimal text of minor units, times epoch milliseconds. */
const time = () => z.number();
const minor = () => z.string();
const gateway = z.enum(gateways);

export const paymentView = z.strictObject({
  gateway,
  reference: z.string(),
  orderId: z.string(),
  transactionId: z.string(),
  statementId: z.string(),
  status: z.enum(paymentStatuses),
  amountMinor: minor(),
  refundedMinor: minor(),
  reservedMinor: minor(),
  currency: z.string(),
  subject: z.string(),
  createdAt: time(),
  expireAt: time(),
  paidAt: time().nullable(),
  endedAt: time().nullable(),
  reason: z.union([z.enum(closeReasons), z.string()]).nullable(),
  notifyUrl: z.string().nullable(),
  returnUrl: z.string().nullable(),
  payUrl: z.string(),
});

export function showPayment(payment: Payment, payUrl: string): z.output<typeof paymentView> {
  const paid = payment.status === 'SUCCESS' ? payment : null;
  const failed = payment.status === 'FAILED' ? payment : null;
  const closed = payment.status === 'CLOSED' ? payment : null;
  return {
    gateway: payment.gateway,
    reference: payment.reference,
    orderId: payment.orderId,
    transactionId: payment.transactionId,
    statementId: payment.statementId,
    status: payment.status,
    amountMinor: payment.amountMinor.toString(),
    refundedMinor: (paid?.refundedMinor ?? 0n).toString(),
    reservedMinor: (paid?.reservedMinor ?? 0n).toString(),
    currency: payment.currency,
    subject: payment.subject,
    createdAt: payment.createdAtMs,
    expireAt: payment.expireAtMs,
    paidAt: paid?.paidAtMs ?? null,
    endedAt: paid?.paidAtMs ?? failed?.failedAtMs ?? closed?.closedAtMs ?? null,
    reason: failed?.reason ?? closed?.reason ?? null,
    notifyUrl: payment.notifyUrl,
    returnUrl: payment.returnUrl,
    payUrl,
  };
}

export const refundView = z.strictObject({
  gateway,
  reference: z.string(),
  refundReference: z.string(),
  refundId: z.string(),
  status: z.enum(['PENDING', 'SUCCESS', 'FAILED']),
  amountMinor: minor(),
  currency: z.string(),
  reason: z.string().nullable(),
  createdAt: time(),
  settledAt: time().nullable(),
});

export const showRefund = (refund: Refund): z.output<typeof refundView> => ({
  gateway: refund.gateway,
  reference: refund.reference,
  refundReference: refund.refundReference,
  refundId: refund.refundId,
  status: refund.status,
  amountMinor: refund.amountMinor.toString(),
  currency: refund.currency,
  reason: refund.reason,
  createdAt: refund.createdAtMs,
  settledAt: refund.settledAtMs,
});

const misbehaved = z
  .strictObject({ ruleId: z.string(), what: z.string(), on: z.enum(occasions) })
  .nullable();

export const callView = z.strictObject({
  sequence: z.number(),
  gateway,
  at: time(),
  method: z.string(),
  path: z.string(),
  on: z.enum(callKinds).nullable(),
  reference: z.string().nullable(),
  refundReference: z.string().nullable(),
  counter: z.number(),
  result: z.string(),
  status: z.number().nullable(),
  misbehaved,
});

export const showCall = ({ atMs, ...call }: CallRecord): z.output<typeof callView> => ({
  ...call,
  at: atMs,
});

export const callbackView = z.strictObject({
  id: z.string(),
  sequence: z.number(),
  gateway,
  reference: z.string(),
  refundReference: z.string().nullable(),
  about: z.enum(callbackSubjects),
  truth: z.enum(['right', 'contradicts', 'garbled']),
  state: z.enum(['waiting', 'acknowledged', 'given-up', 'lost']),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  plannedAt: time(),
  attempts: z.array(
    z.strictObject({
      attempt: z.number(),
      at: time(),
      tookMs: z.number(),
      status: z.number().nullable(),
      answer: z.string(),
    }),
  ),
  misbehaved,
});

export const showCallback = (callback: CallbackRecord): z.output<typeof callbackView> => ({
  id: callback.id,
  sequence: callback.sequence,
  gateway: callback.gateway,
  reference: callback.reference,
  refundReference: callback.refundReference,
  about: callback.about,
  truth: callback.truth,
  state: callback.state,
  url: callback.url,
  headers: callback.headers,
  body: callback.body,
  plannedAt: callback.plannedAtMs,
  attempts: callback.attempts.map(({ atMs, ...attempt }) => ({ ...attempt, at: atMs })),
  misbehaved: callback.misbehaved,
});

export const ruleView = z.strictObject({
  id: z.string(),
  gateway: gateway.nullable(),
  reference: z.string().nullable(),
  on: z.enum(occasions),
  what: z.string(),
  probability: z.number(),
  times: z.number().nullable(),
  params: z.strictObject({
    ms: z.number().nullable(),
    copies: z.number(),
    garble: z.enum(garbles),
  }),
});

export const showRule = ({ ms, copies, garble, ...rule }: Rule): z.output<typeof ruleView> => ({
  ...rule,
  params: { ms, copies, garble },
});

export const autopayView = z.strictObject({
  gateway: gateway.nullable(),
  probability: z.number(),
  declineProbability: z.number(),
  delayMsMin: z.number(),
  delayMsMax: z.number(),
});

export const showAutopay = (rule: AutopayRule): z.output<typeof autopayView> => ({ ...rule });

import { okSchema } from '@plumbline/http';
import { formatMajor } from '@plumbline/kernel';
import type { Json } from '@plumbline/kernel';
import { z } from 'zod';
import type { AttemptView, NotificationView } from '../projections/notification-queries.ts';

const time = () => z.string().nullable().describe('RFC 3339, UTC');

const attemptSchema = z.strictObject({
  attempt: z.number().describe('From 1'),
  trigger: z.string().nullable().describe('What made it due'),
  dueAt: time(),
  startedAt: time(),
  outcome: z.string().nullable().describe('null while it is under way'),
  httpStatus: z.number().nullable(),
  code: z.string().nullable().describe('Why it failed'),
  message: z.string().nullable(),
  durationMs: z.number().nullable(),
});

const shortSchema = z.strictObject({
  notificationId: z.string().describe('webhook-id, the same at every attempt'),
  type: z.string(),
  status: z.string().describe('Of the payment'),
  notificationStatus: z.string(),
  endpointId: z.string().nullable(),
  callbackUrl: z.string().nullable(),
});

const recordSchema = shortSchema.extend({
  paymentId: z.string().nullable(),
  orderNo: z.string(),
  amount: z.string().nullable().describe('In major units, such as 100.00'),
  currency: z.string().nullable(),
  paymentMethod: z.string().nullable(),
  transactionId: z.string().nullable(),
  sequence: z.string().describe('Its place among the notifications of the order'),
  attemptCount: z.number().describe('Attempts that were due so far'),
  maxAttempts: z.number().describe('Of the schedule, the first one included'),
  nextRetryAt: time(),
  reason: z.string().nullable().describe('Why it was given up'),
  createdAt: time(),
});

export const recordAnswer = okSchema(recordSchema);

export const detailAnswer = okSchema(
  recordSchema.extend({
    attempts: z.array(attemptSchema),
    others: z.array(shortSchema).describe('Of the same payment, the newest first'),
  }),
);

export const listAnswer = okSchema(z.array(recordSchema));

const timeOut = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();

/** `100.00`: an amount whose currency nobody said has two decimals (contract 2). */
export const amountText = (amountMinor: bigint | null, currency: string | null): string | null =>
  amountMinor === null ? null : formatMajor(amountMinor, currency ?? 'CNY');

type Short = Pick<
  NotificationView,
  'notificationId' | 'type' | 'status' | 'notificationStatus' | 'endpointId' | 'callbackUrl'
>;

export const shortOut = (view: Short) => ({
  ...{ notificationId: view.notificationId, type: view.type, status: view.status },
  ...{ notificationStatus: view.notificationStatus, endpointId: view.endpointId },
  callbackUrl: view.callbackUrl,
});

type Record = Short &
  Pick<
    NotificationView,
    | 'paymentId'
    | 'orderNo'
    | 'amountMinor'
    | 'currency'
    | 'paymentMethod'
    | 'transactionId'
    | 'sequence'
    | 'attempt'
    | 'intervalsMs'
    | 'nextDueMs'
    | 'reason'
    | 'createdAtMs'
  >;

export const recordOut = (view: Record) => ({
  ...shortOut(view),
  ...{ paymentId: view.paymentId, orderNo: view.orderNo, currency: view.currency },
  amount: amountText(view.amountMinor, view.currency),
  ...{ paymentMethod: view.paymentMethod, transactionId: view.transactionId },
  ...{ sequence: view.sequence.toString(), attemptCount: view.attempt },
  maxAttempts: view.intervalsMs.length + 1,
  ...{ nextRetryAt: timeOut(view.nextDueMs), reason: view.reason },
  createdAt: timeOut(view.createdAtMs),
});

export const attemptOut = (view: AttemptView) => ({
  ...{ attempt: view.attempt, trigger: view.trigger, dueAt: timeOut(view.dueMs) },
  ...{ startedAt: timeOut(view.startedAtMs), outcome: view.outcome, code: view.code },
  ...{ httpStatus: view.httpStatus, message: view.message, durationMs: view.durationMs },
});

const nullableText = z.string().nullable();

/** What the decider answers: amounts as text of minor units, times in epoch ms. */
const answered = z
  .object({
    ...{ notificationId: z.string(), type: z.string(), status: z.string(), orderNo: z.string() },
    ...{ notificationStatus: z.string(), endpointId: nullableText, callbackUrl: nullableText },
    ...{ paymentId: nullableText, currency: nullableText, paymentMethod: nullableText },
    ...{ transactionId: nullableText, reason: nullableText, attempt: z.number() },
    amountMinor: z.string().transform(BigInt).nullable(),
    sequence: z.string().transform(BigInt),
    intervalsMs: z.array(z.number()),
    nextDueMs: z.number().nullable(),
    createdAtMs: z.number(),
  })
  .nullable();

/** `null` where there is no notification. */
export const recordOfAnswer = (answer: Json): Record | null => answered.parse(answer);

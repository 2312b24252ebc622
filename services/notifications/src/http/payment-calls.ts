import type { NotificationContent, NotificationsCommand } from '@plumbline/events';
import type { RequestContext, Route, RouteResponse } from '@plumbline/http';
import { defineRoute, ok, outcomeToHttp, text } from '@plumbline/http';
import { derivedUuid, routingKey, slotOf, slotOfPayNo, slotOfRecordKey } from '@plumbline/kernel';
import { z } from 'zod';
import type { NotificationsEdge } from './edge.ts';
import { ask } from './edge.ts';
import { notificationsErrorCodes, problem } from './error-codes.ts';
import {
  amount,
  givenNumber,
  paymentMethod,
  paymentStatus,
  reason,
  transactionId,
} from './fields.ts';
import { awaitFirstDelivery } from './first-delivery.ts';
import { internalCallers } from './internal-callers.ts';
import * as limits from './limits.ts';
import { recordAnswer, recordOfAnswer, recordOut } from './notification-view.ts';
import { urlCharactersMax } from '../domain/endpoint/limits.ts';

/**
 * Under which key a payment's notifications stand. One of ours carries the slot of its order, and
 * stands with everything told of that; one that only the caller knows stands by itself.
 */
export function keyOfPayment(of: {
  readonly tenant: string;
  readonly orderNo: string;
  readonly paymentId: string;
}): string {
  const { tenant, orderNo, paymentId } = of;
  const key = routingKey(tenant, orderNo);
  const slot = slotOfPayNo(paymentId);
  return slot !== null && slot === slotOf(key) ? key : paymentId;
}

/** Asks, and answers with the notification as the decision left it. */
async function decide(
  edge: NotificationsEdge,
  context: RequestContext,
  of: {
    readonly key: string;
    readonly subject: string;
    readonly payload: NotificationsCommand;
    readonly isFirst?: true;
  },
): Promise<RouteResponse> {
  const { isFirst, ...command } = of;
  const executed = await ask(edge, context, command);
  const response = outcomeToHttp(executed, {
    codes: notificationsErrorCodes,
    pending: { kind: 'retry', afterSeconds: limits.retryAfterSeconds },
    decided: (answer) => {
      const record = recordOfAnswer(answer);
      if (record === null) throw problem('NOTIFICATION_NOT_FOUND');
      return { status: 200, body: ok(recordOut(record)) };
    },
  });
  if (isFirst !== true || edge.isAsync) return response;
  return awaitFirstDelivery(edge, response);
}

const decided = { 200: { description: 'The record', schema: recordAnswer } };

export const createNotification = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/payment-retry/api/payment/notification',
    summary: 'Notifies a URL of the status of a payment',
    description:
      'Idempotent: the same parameters give the same record. Where the status is notified, the ' +
      'first delivery starts at once. Form-encoded or JSON.',
    request: {
      form: true,
      body: z.strictObject({
        paymentId: givenNumber(),
        orderNo: givenNumber(),
        amount: amount(),
        status: paymentStatus(),
        callbackUrl: text(urlCharactersMax),
        paymentMethod: paymentMethod(),
        transactionId: transactionId().optional(),
      }),
    },
    responses: decided,
    authenticate: internalCallers(edge),
    handler: ({ body, context }) => {
      const { paymentId, orderNo, amount: amountMinor, status, callbackUrl } = body;
      const judged = edge.judgeUrl(callbackUrl);
      if (!judged.ok) throw problem('URL_NOT_ALLOWED', `callbackUrl: ${judged.message}`);
      const { tenant } = edge;
      const key = keyOfPayment({ tenant, orderNo, paymentId });
      const content: NotificationContent = {
        ...{ type: typeOf[status], sourceEventId: null, tenant, orderNo, paymentId, status },
        ...{ refundId: null, amountMinor, currency: null, paymentMethod: body.paymentMethod },
        ...{ transactionId: body.transactionId ?? null, occurredAt: edge.nowMs(), data: null },
      };
      const slot = slotOfRecordKey(key);
      const notificationId = derivedUuid(slot, 'notification', paymentId, status, callbackUrl);
      const data = { notificationId, content, callbackUrl };
      const payload = { type: 'CreateNotification', data } as const;
      return decide(edge, context, { key, subject: paymentId, payload, isFirst: true });
    },
  });

/** Contract 2's statuses as types of events. */
const typeOf = {
  PROCESSING: 'payment.processing',
  SUCCESS: 'payment.succeeded',
  FAILED: 'payment.failed',
  CANCELLED: 'payment.closed',
  TIMEOUT: 'payment.closed',
  REFUNDING: 'refund.processing',
  REFUNDED: 'refund.succeeded',
} as const;

export const updatePaymentStatus = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'put',
    path: '/payment-retry/api/payment/status',
    summary: 'Says that a payment has another status, notifying where that needs it',
    description: 'Of payments that were notified of through this API. Form-encoded or JSON.',
    request: {
      form: true,
      body: z.strictObject({
        paymentId: givenNumber(),
        status: paymentStatus(),
        transactionId: transactionId().optional(),
      }),
    },
    responses: decided,
    authenticate: internalCallers(edge),
    handler: ({ body: { paymentId, status, transactionId: given }, context }) => {
      const data = { paymentId, status, transactionId: given ?? null };
      const payload = { type: 'UpdatePaymentStatus', data } as const;
      const of = { key: paymentId, subject: paymentId, payload, isFirst: true } as const;
      return decide(edge, context, of);
    },
  });

const paymentParams = z.strictObject({ paymentId: givenNumber() });

export const retryByHand = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/payment-retry/api/payment/retry/:paymentId',
    summary: 'Retries the newest notification of a payment now',
    description: 'It supersedes the retry that waits. Refused with 409 unless PENDING or FAILED.',
    request: { params: paymentParams },
    responses: decided,
    authenticate: internalCallers(edge),
    handler: ({ params: { paymentId }, context }) => {
      const data = { notificationId: null, paymentId, reason: null };
      const payload = { type: 'RetryNotification', data } as const;
      return decide(edge, context, { key: paymentId, subject: paymentId, payload });
    },
  });

export const abandon = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/payment-retry/api/payment/abandon/:paymentId',
    summary: 'Gives the newest notification of a payment up, and keeps the reason',
    description: 'Once more with the same reason changes nothing. Form-encoded or JSON.',
    request: { params: paymentParams, form: true, body: z.strictObject({ reason: reason() }) },
    responses: decided,
    authenticate: internalCallers(edge),
    handler: ({ params: { paymentId }, body, context }) => {
      const data = { notificationId: null, paymentId, reason: body.reason };
      const payload = { type: 'AbandonNotification', data } as const;
      return decide(edge, context, { key: paymentId, subject: paymentId, payload });
    },
  });

import { randomUUID } from 'node:crypto';
import type { NotificationContent } from '@plumbline/events';
import type { RequestContext, Route } from '@plumbline/http';
import {
  currencyCode,
  decisionOf,
  defineRoute,
  HttpProblem,
  intNumber,
  ok,
  okSchema,
  text,
} from '@plumbline/http';
import { derivedUuid, parseMajor, routingKey, slotOfRecordKey } from '@plumbline/kernel';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import { eventTypes, isEventType } from '../../announcements/event-types.ts';
import type { EndpointView } from '../../projections/endpoint-queries.ts';
import type { NotificationsEdge } from '../edge.ts';
import { ask, readProblems } from '../edge.ts';
import { notificationsErrorCodes, problem } from '../error-codes.ts';
import { givenNumber, paymentMethod, paymentStatus, transactionId } from '../fields.ts';
import * as edgeLimits from '../limits.ts';
import { recordAnswer, recordOfAnswer, recordOut } from '../notification-view.ts';
import { eachAtOnce } from './at-once.ts';
import { callerOf, callersWith } from './callers.ts';
import { endpointParams, findEndpoint } from './endpoint-calls.ts';
import * as limits from './limits.ts';
import { testContent, trialContent, trialOrderNo } from './trial-content.ts';

const path = '/api/v1/webhook-endpoints/:endpointId';

/**
 * Makes one notification to the endpoint. The task of the order may not have heard yet of an endpoint
 * that there is: then it is asked again for some seconds, each time by a new command for the same
 * notification.
 */
async function trigger(
  edge: NotificationsEdge,
  context: RequestContext,
  of: { readonly endpointId: string; readonly content: NotificationContent },
) {
  const { endpointId, content } = of;
  const key = routingKey(content.tenant, content.orderNo);
  const slot = slotOfRecordKey(key);
  const notificationId = derivedUuid(slot, 'notification', 'trial', randomUUID(), endpointId);
  const data = { notificationId, content, endpointId };
  const payload = { type: 'TriggerNotification', data } as const;
  const untilMs = edge.clock.nowMs() + limits.knownWithinMs;
  for (;;) {
    try {
      const executed = await ask(edge, context, { key, subject: notificationId, payload });
      const { answer } = decisionOf(executed, {
        codes: notificationsErrorCodes,
        retryAfterSeconds: edgeLimits.retryAfterSeconds,
      });
      const record = recordOfAnswer(answer);
      if (record === null) throw problem('NOTIFICATION_NOT_FOUND');
      return recordOut(record);
    } catch (error) {
      const isEarly = error instanceof HttpProblem && error.code === 'ENDPOINT_NOT_FOUND';
      if (!isEarly || edge.clock.nowMs() >= untilMs) throw error;
      await edge.clock.sleep(limits.knownPollMs);
    }
  }
}

/** All of an order stand in one record, which has room for so many. */
async function refuseTooMany(
  edge: NotificationsEdge,
  of: { readonly tenant: string; readonly orderNo: string; readonly more: number },
): Promise<void> {
  const { tenant, orderNo, more } = of;
  const there = await readRows(() => edge.queries.count({ tenant, orderNo }), readProblems);
  if (there + more > limits.trialsOfOrderMax)
    throw problem('TOO_MANY_NOTIFICATIONS', `order ${orderNo} has ${there} notifications already`);
}

function refuseRemoved({ status }: EndpointView): void {
  if (status === 'REMOVED') throw problem('ENDPOINT_REMOVED');
}

export const testEndpoint = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/test`,
    summary: 'Sends an endpoint.test event to an endpoint',
    description: 'Whatever events it asked for. What became of it, GET /notifications/:id tells.',
    request: { params: endpointParams },
    responses: { 200: { description: 'The notification', schema: recordAnswer } },
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: async ({ params: { endpointId }, context }) => {
      const view = await findEndpoint(edge, callerOf(context), endpointId);
      refuseRemoved(view);
      const { tenant } = view;
      await refuseTooMany(edge, { tenant, orderNo: endpointId, more: 1 });
      const content = testContent({ tenant, endpointId, nowMs: edge.nowMs() });
      return { status: 200, body: ok(await trigger(edge, context, { endpointId, content })) };
    },
  });

const types = Object.keys(eventTypes).filter(isEventType);

const triggerRequest = z.strictObject({
  type: z.enum(types, { error: `must be one of ${types.join(', ')}` }),
  count: intNumber({ min: 1, max: limits.trialsMax }).optional().describe('1 unless given'),
  orderNo: givenNumber().optional().describe('A new one that begins with TEST- unless given'),
  paymentId: givenNumber().optional(),
  amount: text(20)
    .meta({ pattern: '^(0|[1-9]\\d{0,11})(\\.\\d{1,3})?$' })
    .optional()
    .describe('In major units; 1.00 unless given'),
  currency: currencyCode().describe('ISO 4217'),
  status: paymentStatus().optional().describe("The type's own unless given"),
  paymentMethod: paymentMethod().optional(),
  transactionId: transactionId().optional(),
});

export const triggerEvent = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/trigger`,
    summary: 'Makes up events of a type and sends them to an endpoint',
    description:
      'Bodies look as those of real events, whose numbers were made up; nothing of them stands in ' +
      'the log of payments. Sent whatever events the endpoint asked for, with all its retries.',
    request: { params: endpointParams, body: triggerRequest },
    responses: {
      200: {
        description: 'The notifications',
        schema: okSchema(z.strictObject({ notifications: z.array(recordAnswer.shape.data) })),
      },
    },
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: async ({ params: { endpointId }, body, context }) => {
      const view = await findEndpoint(edge, callerOf(context), endpointId);
      refuseRemoved(view);
      const { tenant } = view;
      const count = body.count ?? 1;
      const { orderNo } = body;
      if (orderNo !== undefined) await refuseTooMany(edge, { tenant, orderNo, more: count });
      const money = moneyOf(body);
      const contents = Array.from({ length: count }, () =>
        trialContent({
          ...{ tenant, type: body.type, paymentId: body.paymentId, ...money },
          ...{ paymentMethod: body.paymentMethod, transactionId: body.transactionId },
          ...{ status: body.status, orderNo: orderNo ?? trialOrderNo(), nowMs: edge.nowMs() },
        }),
      );
      const made: Awaited<ReturnType<typeof trigger>>[] = [];
      await eachAtOnce(contents, limits.commandsAtOnce, async (content) => {
        made.push(await trigger(edge, context, { endpointId, content }));
      });
      return { status: 200, body: ok({ notifications: made }) };
    },
  });

function moneyOf(body: { readonly amount?: string | undefined; readonly currency: string }) {
  const { amount = '1', currency } = body;
  const amountMinor = parseMajor(amount, currency);
  if (typeof amountMinor !== 'bigint' || amountMinor <= 0n)
    throw problem('INVALID_PARAMETER', 'amount: must be a decimal number above zero, such as 1.00');
  return { amountMinor, currency };
}

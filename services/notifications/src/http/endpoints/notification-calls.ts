import type { NotificationsCommand } from '@plumbline/events';
import type { RequestContext, Route, RouteResponse } from '@plumbline/http';
import { decisionOf, defineRoute, ok } from '@plumbline/http';
import { z } from 'zod';
import type { NotificationView } from '../../projections/notification-queries.ts';
import type { NotificationsEdge } from '../edge.ts';
import { ask } from '../edge.ts';
import { notificationsErrorCodes, problem } from '../error-codes.ts';
import { reason } from '../fields.ts';
import * as edgeLimits from '../limits.ts';
import { recordAnswer, recordOfAnswer, recordOut } from '../notification-view.ts';
import { callerOf, callersWith } from './callers.ts';
import { findNotification, notificationParams } from './find-notification.ts';

const path = '/api/v1/notifications/:notificationId';
const decided = { 200: { description: 'The notification', schema: recordAnswer } };

/** Asks the task of the notification. Errors: its refusals, and 503 while it has not decided. */
export async function askNotification(
  edge: NotificationsEdge,
  context: RequestContext,
  of: {
    readonly view: Pick<NotificationView, 'aggregateKey' | 'notificationId'>;
    readonly payload: NotificationsCommand;
  },
) {
  const { aggregateKey: key, notificationId: subject } = of.view;
  const executed = await ask(edge, context, { key, subject, payload: of.payload });
  const { answer } = decisionOf(executed, {
    codes: notificationsErrorCodes,
    retryAfterSeconds: edgeLimits.retryAfterSeconds,
  });
  const record = recordOfAnswer(answer);
  if (record === null) throw problem('NOTIFICATION_NOT_FOUND');
  return recordOut(record);
}

async function call(
  edge: NotificationsEdge,
  context: RequestContext,
  of: {
    readonly notificationId: string;
    readonly payload: NotificationsCommand;
  },
): Promise<RouteResponse> {
  const { notificationId, payload } = of;
  const view = await findNotification(edge, { caller: callerOf(context), notificationId });
  return { status: 200, body: ok(await askNotification(edge, context, { view, payload })) };
}

export const retryNotification = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/retry`,
    summary: 'Retries a notification now',
    description: 'It supersedes the retry that waits. Refused with 409 unless PENDING or FAILED.',
    request: {
      params: notificationParams,
      body: z.strictObject({ reason: reason().nullable().optional() }),
    },
    responses: decided,
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: ({ params: { notificationId }, body, context }) => {
      const data = { notificationId, paymentId: null, reason: body.reason ?? null };
      const payload = { type: 'RetryNotification', data } as const;
      return call(edge, context, { notificationId, payload });
    },
  });

const withReason = z.strictObject({ reason: reason() });

export const abandonNotification = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/abandon`,
    summary: 'Gives a notification up, and keeps the reason',
    description: 'Once more with the same reason changes nothing.',
    request: { params: notificationParams, body: withReason },
    responses: decided,
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: ({ params: { notificationId }, body, context }) => {
      const data = { notificationId, paymentId: null, reason: body.reason };
      const payload = { type: 'AbandonNotification', data } as const;
      return call(edge, context, { notificationId, payload });
    },
  });

export const replayNotification = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: `${path}/replay`,
    summary: 'Delivers a notification that ended once more, with all its retries',
    description: 'Under the same webhook-id. Refused with 409 unless SUCCESS or RETRY_FAILED.',
    request: { params: notificationParams, body: withReason },
    responses: decided,
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: ({ params: { notificationId }, body, context }) => {
      const data = { notificationId, reason: body.reason };
      const payload = { type: 'ReplayNotification', data } as const;
      return call(edge, context, { notificationId, payload });
    },
  });

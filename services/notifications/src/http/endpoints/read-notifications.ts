import type { Route, RouteResponse } from '@plumbline/http';
import { cursorOf, defineRoute, intText, ok, okSchema, pageCursor, text } from '@plumbline/http';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import type { NotificationFilter } from '../../projections/notification-queries.ts';
import type { NotificationsEdge } from '../edge.ts';
import { readProblems } from '../edge.ts';
import { givenNumber } from '../fields.ts';
import * as edgeLimits from '../limits.ts';
import { recordAnswer, recordOut } from '../notification-view.ts';
import type { Caller } from './callers.ts';
import { callerOf, callersWith, tenantsName, tenantsOf } from './callers.ts';
import { endpointId, endpointParams, findEndpoint } from './endpoint-calls.ts';
import { findNotification, maySee, notificationParams } from './find-notification.ts';
import { detailOf, notificationAnswer } from './notification-detail.ts';

const statuses = [
  'PENDING',
  'NOTIFYING',
  'SUCCESS',
  'FAILED',
  'RETRYING',
  'RETRY_FAILED',
  'ABANDONED',
] as const;

export const notificationStatus = () =>
  z.enum(statuses, { error: `must be one of ${statuses.join(', ')}` });

/** RFC 3339, to epoch ms. */
export const time = () =>
  z.iso
    .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
    .transform((value) => Date.parse(value));

const { max, default: byDefault } = edgeLimits.pageSize;

const pageQuery = {
  status: notificationStatus().optional(),
  type: text(64).optional(),
  from: time().optional().describe('Created at or after this time, RFC 3339'),
  to: time().optional().describe('Created before this time, RFC 3339'),
  limit: intText({ min: 1, max }).optional().describe(`${byDefault} unless given`),
  cursor: pageCursor().optional().describe('nextCursor of the page before'),
};

const pageAnswer = okSchema(
  z.strictObject({
    notifications: z.array(recordAnswer.shape.data),
    nextCursor: z.string().nullable().describe('null at the end'),
  }),
);

type PageQuery = z.output<z.ZodObject<typeof pageQuery>>;

const filterOf = ({ status, type, from, to }: Omit<PageQuery, 'limit' | 'cursor'>) => ({
  ...{ statuses: status === undefined ? undefined : [status], type },
  ...{ createdFromMs: from, createdBeforeMs: to },
});

/** A page; what the caller may not see is left out, so that one may be shorter than it could be. */
async function page(
  edge: NotificationsEdge,
  of: {
    readonly caller: Caller;
    readonly filter: NotificationFilter;
    readonly query: PageQuery;
  },
): Promise<RouteResponse> {
  const { query, filter } = of;
  const { cursor, limit = byDefault } = query;
  const after =
    cursor === undefined ? null : { createdAtMs: cursor.createdAtMs, notificationId: cursor.id };
  const { notifications, next } = await readRows(
    () => edge.queries.list({ filter, after, limit }),
    readProblems,
  );
  const seen = notifications.filter((view) => maySee(of.caller, view));
  const nextCursor =
    next === null ? null : cursorOf({ createdAtMs: next.createdAtMs, id: next.notificationId });
  return { status: 200, body: ok({ notifications: seen.map(recordOut), nextCursor }) };
}

export const listDeliveries = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/webhook-endpoints/:endpointId/deliveries',
    summary: 'Lists the notifications to an endpoint, newest first',
    request: { params: endpointParams, query: z.strictObject(pageQuery) },
    responses: { 200: { description: 'A page of them', schema: pageAnswer } },
    authenticate: callersWith(edge, 'endpoints:read'),
    security: 'bearer',
    handler: async ({ params, query, context }) => {
      const caller = callerOf(context);
      await findEndpoint(edge, caller, params.endpointId);
      const filter = { ...filterOf(query), endpointId: params.endpointId };
      return page(edge, { caller, filter, query });
    },
  });

export const listNotifications = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/notifications',
    summary: 'Lists notifications, newest first',
    request: {
      query: z.strictObject({
        ...pageQuery,
        order: givenNumber().optional().describe('Number of the order'),
        payment: givenNumber().optional().describe('Number of the payment'),
        endpoint: endpointId().optional(),
        tenant: tenantsName().optional(),
      }),
    },
    responses: { 200: { description: 'A page of them', schema: pageAnswer } },
    authenticate: callersWith(edge, 'endpoints:read'),
    security: 'bearer',
    handler: ({ query, context }) => {
      const caller = callerOf(context);
      const tenant = tenantsOf(caller, query.tenant) ?? undefined;
      const about = { orderNo: query.order, paymentId: query.payment, endpointId: query.endpoint };
      const filter = { ...filterOf(query), ...about, tenant };
      return page(edge, { caller, filter, query });
    },
  });

export const readNotification = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/notifications/:notificationId',
    summary: 'Reads a notification with its attempts and what was answered',
    description: 'Shows at least what this process answered before about it.',
    request: { params: notificationParams },
    responses: { 200: { description: 'The notification', schema: notificationAnswer } },
    authenticate: callersWith(edge, 'endpoints:read'),
    security: 'bearer',
    handler: async ({ params: { notificationId }, context }) => {
      const of = { caller: callerOf(context), notificationId };
      const view = await findNotification(edge, of);
      const { queries, endpointQueries } = edge;
      const { endpointId: id } = view;
      const [attempts, endpoint] = await readRows(
        () =>
          Promise.all([
            queries.attempts([notificationId]),
            id === null ? null : endpointQueries.byId(id),
          ]),
        readProblems,
      );
      if (id !== null && endpoint === null) throw readProblems.behind();
      const found = { view, endpoint, attempts: attempts.get(notificationId) ?? [] };
      const detail = await readRows(() => detailOf(edge, found), readProblems);
      return { status: 200, body: ok(detail) };
    },
  });

import type { Route } from '@plumbline/http';
import { defineRoute, HttpProblem, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { readPayment } from '../upstream/payments.ts';
import type { Reading } from '../upstream/queries.ts';
import {
  alertsPage,
  ordersPage,
  readAlert,
  readAlerts,
  readAlertSummary,
  readOrder,
  readOrders,
  readTimeline,
  timelinePage,
} from '../upstream/queries.ts';
import { authorised } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { operator } from './edge.ts';
import { instant, orderNoParam, page, positionHeader } from './fields.ts';
import type { OrderView } from './views.ts';
import { alertWithHistoryView, summaryView } from './views.ts';

/** What operators see: everybody's orders, and every alert. */
export const operatorRoutes = (edge: BffEdge): readonly Route[] => [
  alerts(edge),
  alertSummary(edge),
  oneAlert(edge),
  orders(edge),
  timeline(edge),
];

/** Of words and codes; what one of them means is for queries to say. */
const word = () => z.string().regex(/^[A-Z_]{1,32}$/, 'must be a word in capitals');

/** Major units, passed on as they came. */
const amount = () => z.string().regex(/^\d{1,16}(\.\d{1,4})?$/, 'must be an amount such as 99.90');

const alertStatuses = [
  ...(['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING', 'RESOLVED', 'AUTO_RESOLVED'] as const),
  ...(['WRITTEN_OFF', 'SUPPRESSED', 'SUPERSEDED'] as const),
];

/** What they mean is for queries to say. */
const alertFilters = {
  tenant: text(limits.tenantCharsMax).optional(),
  rule: text(limits.ruleCharsMax).optional(),
  severity: z.enum(['INFO', 'WARNING', 'CRITICAL']).optional(),
  since: instant().optional(),
  until: instant().optional(),
  status: z.enum(alertStatuses).optional(),
  standing: z.enum(['true', 'false']).optional(),
  orderNo: text(limits.orderNoCharsMax).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a code such as CNY')
    .optional(),
  minAmount: amount().optional(),
  maxAmount: amount().optional(),
  text: text(limits.searchCharsMax).optional(),
};

const alerts = (edge: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/alerts',
    summary: 'Lists alerts, newest first',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      query: z.strictObject({
        ...alertFilters,
        ...page,
      }),
      headers: positionHeader(edge.partitions),
    },
    responses: { 200: { description: 'A page of alerts', schema: alertsPage } },
    handler: async ({ query, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      return { status: 200, body: await readAlerts(edge.services.queries, query, reading) };
    },
  });

const alertSummary = (edge: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/alerts/summary',
    summary: 'Counts alerts by rule, with the money at stake by currency',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: { query: z.strictObject(alertFilters), headers: positionHeader(edge.partitions) },
    responses: { 200: { description: 'One entry a rule', schema: summaryView } },
    handler: async ({ query, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      return { status: 200, body: await readAlertSummary(edge.services.queries, query, reading) };
    },
  });

const oneAlert = (edge: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/alerts/:alertId',
    summary: 'Reads an alert with its evidence and its life',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      params: z.strictObject({ alertId: text(limits.alertIdCharsMax) }),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: { description: 'The alert', schema: z.object({ alert: alertWithHistoryView }) },
      404: { description: 'There is none' },
    },
    handler: async ({ params: { alertId }, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      return {
        status: 200,
        body: { alert: await readAlert(edge.services.queries, alertId, reading) },
      };
    },
  });

const orders = (edge: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/orders',
    summary: 'Searches orders',
    description:
      'By id: the order of an order number, payment number or alert, alone. Otherwise those that ' +
      'fit the filters, newest first.',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      query: z.strictObject({
        id: text(limits.orderNoCharsMax).optional(),
        buyer: text(limits.userIdCharsMax).optional(),
        status: word().optional(),
        paymentStatus: word().optional(),
        withOpenAlerts: z.enum(['true', 'false']).optional(),
        since: instant().optional(),
        until: instant().optional(),
        ...page,
      }),
      headers: positionHeader(edge.partitions),
    },
    responses: { 200: { description: 'A page of orders', schema: ordersPage } },
    handler: async ({ query: { id, ...filters }, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      if (id === undefined) {
        return { status: 200, body: await readOrders(edge.services.queries, filters, reading) };
      }
      const found = await orderOfAnyId(edge, id, reading);
      return { status: 200, body: { orders: found === null ? [] : [found], nextCursor: null } };
    },
  });

async function orderOfAnyId(
  edge: BffEdge,
  id: string,
  reading: Reading,
): Promise<OrderView | null> {
  const orderOf = (orderNo: string): Promise<OrderView | null> =>
    orNull('ORDER_NOT_FOUND', readOrder(edge.services.queries, orderNo, reading));
  const byNumber = await orderOf(id);
  if (byNumber !== null) return byNumber;
  const orderNo = await orderNoBehind(edge, id, reading);
  return orderNo === null ? null : orderOf(orderNo);
}

/** The order number that a payment number or an alert id leads to. */
async function orderNoBehind(edge: BffEdge, id: string, reading: Reading): Promise<string | null> {
  const { queries, payments } = edge.services;
  const payment = await readPayment(payments, id, reading.context);
  if (payment !== null) return payment.orderNo;
  const alert = await orNull('ALERT_NOT_FOUND', readAlert(queries, id, reading));
  return alert?.orderNo ?? null;
}

async function orNull<T>(code: string, work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HttpProblem && error.code === code) return null;
    throw error;
  }
}

const timeline = (edge: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/orders/:orderNo/timeline',
    summary: 'Reads every event and dead letter of an order, oldest first',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      params: orderNoParam,
      query: z.strictObject(page),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: { description: 'A page of the timeline', schema: timelinePage },
      404: { description: 'There is none' },
    },
    handler: async ({ params: { orderNo }, query, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      const body = await readTimeline(edge.services.queries, { orderNo, query }, reading);
      return { status: 200, body };
    },
  });

import type { Route } from '@plumbline/http';
import { defineRoute, ok, okSchema, text } from '@plumbline/http';
import type { Projection, RecordPlace } from '@plumbline/postgres';
import { z } from 'zod';
import * as limits from '../limits.ts';
import {
  orderOverviewProjection,
  orderStatuses,
  paymentStatuses,
} from '../projections/order-overview.ts';
import { timelineProjection } from '../projections/timeline.ts';
import type { OrderRow } from '../reads/order-reads.ts';
import { readOrder, readOrders, readTimeline } from '../reads/order-reads.ts';
import { cursorOf } from '../reads/page.ts';
import type { QueriesEdge } from './edge.ts';
import { readFrom } from './edge.ts';
import { problem } from './error-codes.ts';
import { cursor, instant, limit, orderNo, positionHeader } from './fields.ts';
import { entryOut, entrySchema, orderOut, orderSchema } from './order-view.ts';

export const orderRoutes = (edge: QueriesEdge): readonly Route[] => [
  listOrders(edge),
  oneOrder(edge),
  timeline(edge),
];

const nextCursor = z.string().nullable().describe('Give it as cursor for the next page');
const orderParam = z.strictObject({ orderNo: orderNo() });

const listOrders = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/orders',
    summary: 'Lists orders with their payments and open alerts, newest first',
    description: 'since is included, until is not; both are when the order was created.',
    request: {
      query: z.strictObject({
        status: z.enum(orderStatuses).optional(),
        paymentStatus: z.enum(paymentStatuses).optional(),
        buyer: text(limits.buyerCharsMax).optional().describe('Only orders of this buyer'),
        payNo: text(limits.payNoCharsMax).optional().describe('The order of this payment'),
        since: instant().optional(),
        until: instant().optional(),
        withOpenAlerts: z
          .enum(['true', 'false'])
          .transform((value) => value === 'true')
          .optional(),
        cursor: cursor().optional(),
        limit: limit().optional(),
      }),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: {
        description: 'A page of orders',
        schema: okSchema(z.strictObject({ orders: z.array(orderSchema), nextCursor })),
      },
    },
    handler: async ({ query, headers }) => {
      const { since: sinceMs, until: untilMs } = query;
      const page = await readFrom({
        ...{ edge, projections: [orderOverviewProjection] },
        places: headers['plumbline-position'],
        read: () =>
          readOrders(edge.postgres, {
            filter: { ...query, sinceMs, untilMs, tenant: edge.tenant },
            after: query.cursor ?? null,
            limit: query.limit ?? limits.pageSize.default,
          }),
      });
      const next = page.last === null ? null : cursorOf(page.last);
      return { status: 200, body: ok({ orders: page.rows.map(orderOut), nextCursor: next }) };
    },
  });

const oneOrder = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/orders/:orderNo',
    summary: 'Reads an order with its payment and open alerts',
    request: { params: orderParam, headers: positionHeader(edge.partitions) },
    responses: { 200: { description: 'The order', schema: okSchema(orderSchema) } },
    handler: async ({ params, headers }) => {
      const row = await orderOrRefuse(edge, {
        ...{ orderNo: params.orderNo, projections: [orderOverviewProjection] },
        places: headers['plumbline-position'],
      });
      return { status: 200, body: ok(orderOut(row)) };
    },
  });

async function orderOrRefuse(
  edge: QueriesEdge,
  options: {
    readonly orderNo: string;
    readonly projections: readonly Projection[];
    readonly places: readonly RecordPlace[] | undefined;
  },
): Promise<OrderRow> {
  const row = await readFrom({
    ...{ edge, projections: options.projections, places: options.places },
    read: () => readOrder(edge.postgres, { orderNo: options.orderNo, tenant: edge.tenant }),
  });
  if (row === null) throw problem('ORDER_NOT_FOUND');
  return row;
}

const timeline = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/orders/:orderNo/timeline',
    summary: 'Reads every event and dead letter of an order, oldest first',
    request: {
      params: orderParam,
      query: z.strictObject({ cursor: cursor().optional(), limit: limit().optional() }),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: {
        description: 'A page of the timeline',
        schema: okSchema(
          z.strictObject({ orderNo: z.string(), entries: z.array(entrySchema), nextCursor }),
        ),
      },
    },
    handler: async ({ params, query, headers }) => {
      const places = headers['plumbline-position'];
      const projections = [orderOverviewProjection, timelineProjection];
      const order = await orderOrRefuse(edge, { orderNo: params.orderNo, projections, places });
      const page = await readFrom({
        ...{ edge, projections: [], places: undefined },
        read: () =>
          readTimeline(edge.postgres, {
            keys: [order.routing_key, ...(order.payment_no === null ? [] : [order.payment_no])],
            after: query.cursor ?? null,
            limit: query.limit ?? limits.pageSize.default,
          }),
      });
      const next = page.last === null ? null : cursorOf(page.last);
      const entries = page.rows.map(entryOut);
      return { status: 200, body: ok({ orderNo: params.orderNo, entries, nextCursor: next }) };
    },
  });

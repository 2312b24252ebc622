import type { RequestContext } from '@plumbline/http';
import { z } from 'zod';
import { nextCursor } from '../http/fields.ts';
import type { OrderView } from '../http/views.ts';
import {
  alertView,
  alertWithHistoryView,
  entryView,
  orderView,
  summaryView,
} from '../http/views.ts';
import type { Asking } from './ask.ts';
import { read } from './ask.ts';
import type { Service } from './service.ts';

/** What every read of queries takes. */
export interface Reading {
  readonly context: RequestContext;
  /** Shows at least what stands there. */
  readonly position: string | undefined;
}

type Query = NonNullable<Asking<unknown>['query']>;

const asking = ({ context, position }: Reading) => ({
  context,
  headers: { 'plumbline-position': position },
});

const orderPath = (orderNo: string): string => `/orders/${encodeURIComponent(orderNo)}`;
const orderRefusals = { ORDER_NOT_FOUND: 'ORDER_NOT_FOUND' } as const;

/** Errors: ORDER_NOT_FOUND. */
export const readOrder = (
  queries: Service,
  orderNo: string,
  reading: Reading,
): Promise<OrderView> =>
  read(queries, {
    ...{ ...asking(reading), path: orderPath(orderNo) },
    ...{ answer: orderView, refusals: orderRefusals },
  });

export const ordersPage = z.object({ orders: z.array(orderView), nextCursor });

export const readOrders = (
  queries: Service,
  query: Query,
  reading: Reading,
): Promise<z.output<typeof ordersPage>> =>
  read(queries, { ...asking(reading), path: '/orders', query, answer: ordersPage });

export const timelinePage = z.object({
  orderNo: z.string(),
  entries: z.array(entryView),
  nextCursor,
});

/** Errors: ORDER_NOT_FOUND. */
export const readTimeline = (
  queries: Service,
  of: { readonly orderNo: string; readonly query: Query },
  reading: Reading,
): Promise<z.output<typeof timelinePage>> =>
  read(queries, {
    ...{ ...asking(reading), path: `${orderPath(of.orderNo)}/timeline`, query: of.query },
    ...{ answer: timelinePage, refusals: orderRefusals },
  });

export const alertsPage = z.object({ alerts: z.array(alertView), nextCursor });

export const readAlerts = (
  queries: Service,
  query: Query,
  reading: Reading,
): Promise<z.output<typeof alertsPage>> =>
  read(queries, { ...asking(reading), path: '/alerts', query, answer: alertsPage });

export const readAlertSummary = (
  queries: Service,
  query: Query,
  reading: Reading,
): Promise<z.output<typeof summaryView>> =>
  read(queries, { ...asking(reading), path: '/alerts/summary', query, answer: summaryView });

/** Errors: ALERT_NOT_FOUND. */
export const readAlert = (
  queries: Service,
  alertId: string,
  reading: Reading,
): Promise<z.output<typeof alertWithHistoryView>> =>
  read(queries, {
    ...{ ...asking(reading), path: `/alerts/${encodeURIComponent(alertId)}` },
    ...{ answer: alertWithHistoryView, refusals: { ALERT_NOT_FOUND: 'ALERT_NOT_FOUND' } },
  });

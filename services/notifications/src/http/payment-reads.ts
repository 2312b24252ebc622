import type { Route } from '@plumbline/http';
import { defineRoute, ok } from '@plumbline/http';
import { readAsAnswered, readRows } from '@plumbline/postgres';
import { z } from 'zod';
import type { NotificationFilter } from '../projections/notification-queries.ts';
import type { NotificationsEdge } from './edge.ts';
import { readProblems } from './edge.ts';
import { givenNumber } from './fields.ts';
import { internalCallers } from './internal-callers.ts';
import * as limits from './limits.ts';
import { attemptOut, detailAnswer, listAnswer, recordOut, shortOut } from './notification-view.ts';

export const readNotification = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/payment-retry/api/payment/notification/:paymentId',
    summary: 'Reads the newest notification of a payment with its attempts, and lists the others',
    description: 'Shows at least what this process answered before about the payment.',
    request: { params: z.strictObject({ paymentId: givenNumber() }) },
    responses: { 200: { description: 'The record', schema: detailAnswer } },
    authenticate: internalCallers(edge),
    handler: async ({ params: { paymentId } }) => {
      const { queries, notifications } = edge;
      const { views } = await readAsAnswered({
        read: async () => {
          const views = await queries.ofPayment(paymentId);
          const newest = views[0];
          if (newest === undefined) return null;
          // The row that changed last shows how far the aggregate was read.
          const version = views.reduce(
            (max, each) => (each.version > max ? each.version : max),
            0n,
          );
          return { version, views: [newest, ...views.slice(1)] as const };
        },
        seen: notifications.lastSeenVersion(paymentId),
        ...{ timeoutMs: limits.readYourWritesMs, problems: readProblems },
      });
      const [newest, ...others] = views;
      const { notificationId } = newest;
      const attempts = await readRows(() => queries.attempts([notificationId]), readProblems);
      const of = (attempts.get(notificationId) ?? []).map(attemptOut);
      const body = { ...recordOut(newest), attempts: of, others: others.map(shortOut) };
      return { status: 200, body: ok(body) };
    },
  });

const list = (
  edge: NotificationsEdge,
  described: { readonly path: string; readonly summary: string },
  filterOf: () => NotificationFilter,
): Route =>
  defineRoute({
    ...described,
    method: 'get',
    description: `The newest ${limits.listRowsMax}, newest first.`,
    request: {},
    responses: { 200: { description: 'The records', schema: listAnswer } },
    authenticate: internalCallers(edge),
    handler: async () => {
      const limit = limits.listRowsMax;
      const { notifications } = await readRows(
        () => edge.queries.list({ filter: filterOf(), after: null, limit }),
        readProblems,
      );
      return { status: 200, body: ok(notifications.map(recordOut)) };
    },
  });

export const listOfOrder = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/payment-retry/api/payment/notifications/order/:orderNo',
    summary: 'Lists the notifications of an order, newest first',
    request: { params: z.strictObject({ orderNo: givenNumber() }) },
    responses: { 200: { description: 'The records', schema: listAnswer } },
    authenticate: internalCallers(edge),
    handler: async ({ params: { orderNo } }) => {
      const { notifications } = await readRows(
        () => edge.queries.list({ filter: { orderNo }, after: null, limit: limits.listRowsMax }),
        readProblems,
      );
      return { status: 200, body: ok(notifications.map(recordOut)) };
    },
  });

export const listDue = (edge: NotificationsEdge): Route =>
  list(
    edge,
    {
      path: '/payment-retry/api/payment/notifications/retry',
      summary: 'Lists notifications that are FAILED or PENDING and whose time has come',
    },
    () => ({ statuses: ['FAILED', 'PENDING'], dueByMs: edge.nowMs() }),
  );

export const listFailed = (edge: NotificationsEdge): Route =>
  list(
    edge,
    {
      path: '/payment-retry/api/payment/notifications/failed',
      summary: 'Lists notifications that are FAILED or RETRY_FAILED',
    },
    () => ({ statuses: ['FAILED', 'RETRY_FAILED'] }),
  );

import type { Route } from '@plumbline/http';
import { cursorOf, defineRoute, intText, ok, okSchema, pageCursor, text } from '@plumbline/http';
import { routingKey } from '@plumbline/kernel';
import { waitUntil } from '@plumbline/postgres';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { StoredPayment } from '../projections/payment-queries.ts';
import type { PaymentsEdge } from './edge.ts';
import { fromDatabase, retryAfter } from './edge.ts';
import { problem } from './error-codes.ts';
import {
  callbackOut,
  callbacksAnswer,
  paymentAnswer,
  paymentOut,
  paymentSchema,
  paymentStatuses,
} from './payment-view.ts';

/**
 * A payment at the version that this process has answered, or as it is when that takes too long.
 * `exists`: this process has seen the payment being decided, so that no row means not yet.
 */
async function asAnswered(
  edge: PaymentsEdge,
  exists: boolean,
  read: () => Promise<StoredPayment | null>,
): Promise<StoredPayment> {
  const seen = (key: string): bigint => edge.gateway.lastSeenVersion(key) ?? 0n;
  const { value } = await fromDatabase(() =>
    waitUntil({
      read,
      // Outcomes stand under the key of their command: the order's, or the payment number.
      accept: (found) =>
        found === null
          ? !exists
          : found.version >= seen(routingKey(edge.tenant, found.orderNo)) &&
            found.version >= seen(found.payNo),
      timeoutMs: limits.readYourWritesMs,
    }),
  );
  if (value !== null) return value;
  if (!exists) throw problem('PAYMENT_NOT_FOUND');
  throw problem('READ_MODEL_BEHIND', undefined, { headers: retryAfter });
}

export const byPayNo = (edge: PaymentsEdge, payNo: string): Promise<StoredPayment> =>
  asAnswered(edge, edge.known.orderNoOf(payNo) !== null, () =>
    edge.queries.byPayNo(edge.tenant, payNo),
  );

const payNoParam = z.strictObject({ payNo: text(limits.payNoCharsMax) });

export const readPayment = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/payments/:payNo',
    summary: 'Reads a payment',
    description: 'Shows at least what this process answered before about the payment.',
    request: { params: payNoParam },
    responses: { 200: { description: 'The payment', schema: paymentAnswer } },
    handler: async ({ params: { payNo } }) => ({
      status: 200,
      body: ok(paymentOut(await byPayNo(edge, payNo), edge.formatTime)),
    }),
  });

export const readPaymentOfOrder = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/payments/order/:orderNo',
    summary: 'Reads the payment of an order',
    request: { params: z.strictObject({ orderNo: text(limits.orderNoCharsMax) }) },
    responses: { 200: { description: 'The payment', schema: paymentAnswer } },
    handler: async ({ params: { orderNo } }) => {
      const exists = edge.gateway.lastSeenVersion(routingKey(edge.tenant, orderNo)) ?? 0n;
      const payment = await asAnswered(edge, exists > 0n, () =>
        edge.queries.byOrderNo(edge.tenant, orderNo),
      );
      return { status: 200, body: ok(paymentOut(payment, edge.formatTime)) };
    },
  });

export const readCallbacks = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/payments/:payNo/callbacks',
    summary: 'Lists the callbacks that name a payment, newest first',
    description:
      'Those refused for their signature are among them, with signatureValid false. A number that ' +
      'is no payment has callbacks, too, when somebody sent some.',
    request: { params: payNoParam },
    responses: { 200: { description: 'The callback log', schema: callbacksAnswer } },
    handler: async ({ params: { payNo } }) => {
      const callbacks = await fromDatabase(() => edge.queries.callbacks(payNo));
      // For the wait, and for the 404 of a number that nobody has heard of.
      if (callbacks.length === 0) await byPayNo(edge, payNo);
      const shown = callbacks.map((callback) => callbackOut(callback, edge.formatTime));
      return { status: 200, body: ok({ callbacks: shown }) };
    },
  });

const page = okSchema(
  z.strictObject({
    payments: z.array(paymentSchema),
    nextCursor: z.string().nullable().describe('Give it as cursor for the next page'),
  }),
);

export const listPayments = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/payments',
    summary: 'Lists payments, newest first',
    request: {
      query: z.strictObject({
        status: z.enum(paymentStatuses).optional(),
        cursor: pageCursor().optional(),
        limit: intText({ min: 1, max: limits.pageSize.max }).optional(),
      }),
    },
    responses: { 200: { description: 'A page of payments', schema: page } },
    handler: async ({ query }) => {
      const { payments, last } = await fromDatabase(() =>
        edge.queries.page({
          ...{ tenant: edge.tenant, after: query.cursor ?? null, status: query.status ?? null },
          limit: query.limit ?? limits.pageSize.default,
        }),
      );
      const shown = payments.map((payment) => paymentOut(payment, edge.formatTime));
      const nextCursor = last === null ? null : cursorOf(last);
      return { status: 200, body: ok({ payments: shown, nextCursor }) };
    },
  });

import type { Route } from '@plumbline/http';
import { defineRoute, intText } from '@plumbline/http';
import { z } from 'zod';
import { refundsOf } from '../books/books.ts';
import type { Payment } from '../books/payment.ts';
import { paymentStatuses } from '../books/payment.ts';
import { callKinds } from '../books/records.ts';
import type { LakalaKeys } from '../keys.ts';
import { publicPem } from '../keys.ts';
import type { Engine } from '../engine/engine.ts';
import * as limits from '../limits.ts';
import { gatewayName, paymentAt, paymentPath, reference } from './fields.ts';
import * as views from './views.ts';

export interface ReadEdge {
  readonly engine: Engine;
  readonly keys: LakalaKeys;
  readonly lakalaSerialNo: string;
  readonly payUrl: (payment: Payment) => string;
}

/** How many of a list have been seen: the lists only grow at their end. */
const cursor = () => intText({ min: 0, max: Number.MAX_SAFE_INTEGER });

const page = {
  gateway: gatewayName().optional(),
  reference: reference().optional(),
  cursor: cursor().optional(),
  limit: intText({ min: 1, max: limits.pageSize.max }).optional(),
};

const flagText = () => z.enum(['true', 'false']).optional();

const listOf = <S extends z.ZodType>(item: S) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });

interface PageQuery {
  readonly cursor?: number | undefined;
  readonly limit?: number | undefined;
}

/** A page in the order of the list, from behind the place that the cursor says. */
function pageOf<T, V>(
  all: Iterable<readonly [position: number, item: T]>,
  query: PageQuery,
  keep: (item: T) => boolean,
  show: (item: T) => V,
): { readonly items: readonly V[]; readonly nextCursor: string | null } {
  const limit = query.limit ?? limits.pageSize.default;
  const items: V[] = [];
  let last = 0;
  for (const [position, item] of all) {
    if (position <= (query.cursor ?? 0) || !keep(item)) continue;
    if (items.length === limit) return { items, nextCursor: String(last) };
    items.push(show(item));
    last = position;
  }
  return { items, nextCursor: null };
}

function* numbered<T>(items: Iterable<T>): Generator<readonly [number, T]> {
  let position = 0;
  for (const item of items) yield [(position += 1), item];
}

function* sequenced<T extends { readonly sequence: number }>(
  items: Iterable<T>,
): Generator<readonly [number, T]> {
  for (const item of items) yield [item.sequence, item];
}

const fits = (
  query: { readonly gateway?: string | undefined; readonly reference?: string | undefined },
  item: { readonly gateway: string; readonly reference: string | null },
): boolean =>
  (query.gateway === undefined || query.gateway === item.gateway) &&
  (query.reference === undefined || query.reference === item.reference);

const misbehavedFits = (query: string | undefined, misbehaved: unknown): boolean =>
  query === undefined || (query === 'true') === (misbehaved !== null);

/** The books, to be read by tests and by people. */
export const readRoutes = (edge: ReadEdge): readonly Route[] => [
  keyRoute(edge),
  paymentsRoute(edge),
  paymentRoute(edge),
  refundsRoute(edge),
  callsRoute(edge),
  callbacksRoute(edge),
];

const keyRoute = ({ keys, lakalaSerialNo }: ReadEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/control/keys',
    summary: 'Reads the public keys that the gateways sign with',
    request: {},
    responses: {
      200: {
        description: 'PEM',
        schema: z.strictObject({
          lakala: z.strictObject({ serialNo: z.string(), publicKeyPem: z.string() }),
        }),
      },
    },
    handler: () => {
      const publicKeyPem = publicPem(keys.platformPublicKey);
      return { status: 200, body: { lakala: { serialNo: lakalaSerialNo, publicKeyPem } } };
    },
  });

const paymentsRoute = ({ engine, payUrl }: ReadEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/control/payments',
    summary: 'Lists payments, oldest first',
    request: {
      query: z.strictObject({ ...page, status: z.enum(paymentStatuses).optional() }),
    },
    responses: { 200: { description: 'A page', schema: listOf(views.paymentView) } },
    handler: ({ query }) => ({
      status: 200,
      body: pageOf(
        numbered(engine.books().payments.values()),
        query,
        (one) => fits(query, one) && (query.status === undefined || query.status === one.status),
        (one) => views.showPayment(one, payUrl(one)),
      ),
    }),
  });

const paymentRoute = ({ engine, payUrl }: ReadEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/control/payments/:gateway/:reference',
    summary: 'Reads a payment with its refunds',
    request: { params: paymentPath },
    responses: {
      200: {
        description: 'The payment',
        schema: z.strictObject({
          payment: views.paymentView,
          refunds: z.array(views.refundView),
        }),
      },
      404: { description: 'SIMULATED_PAYMENT_NOT_FOUND' },
    },
    handler: ({ params }) => {
      const payment = paymentAt(engine, params);
      const refunds = refundsOf(engine.books(), payment).map(views.showRefund);
      return {
        status: 200,
        body: { payment: views.showPayment(payment, payUrl(payment)), refunds },
      };
    },
  });

const refundsRoute = ({ engine }: ReadEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/control/refunds',
    summary: 'Lists refunds, oldest first',
    request: { query: z.strictObject(page) },
    responses: { 200: { description: 'A page', schema: listOf(views.refundView) } },
    handler: ({ query }) => ({
      status: 200,
      body: pageOf(
        numbered(engine.books().refunds.values()),
        query,
        (one) => fits(query, one),
        views.showRefund,
      ),
    }),
  });

const callsRoute = ({ engine }: ReadEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/control/calls',
    summary: 'Lists the API calls that came, oldest first, with what was done wrong',
    request: {
      query: z.strictObject({
        ...page,
        on: z.enum(callKinds).optional(),
        misbehaved: flagText(),
      }),
    },
    responses: { 200: { description: 'A page', schema: listOf(views.callView) } },
    handler: ({ query }) => ({
      status: 200,
      body: pageOf(
        sequenced(engine.books().calls.values()),
        query,
        (one) =>
          fits(query, one) &&
          (query.on === undefined || query.on === one.on) &&
          misbehavedFits(query.misbehaved, one.misbehaved),
        views.showCall,
      ),
    }),
  });

const callbacksRoute = ({ engine }: ReadEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/control/callbacks',
    summary: 'Lists the callbacks, oldest first, with their attempts and what was done wrong',
    request: {
      query: z.strictObject({
        ...page,
        state: z.enum(['waiting', 'acknowledged', 'given-up', 'lost']).optional(),
        misbehaved: flagText(),
      }),
    },
    responses: { 200: { description: 'A page', schema: listOf(views.callbackView) } },
    handler: ({ query }) => ({
      status: 200,
      body: pageOf(
        sequenced(engine.books().callbacks.values()),
        query,
        (one) =>
          fits(query, one) &&
          (query.state === undefined || query.state === one.state) &&
          misbehavedFits(query.misbehaved, one.misbehaved),
        views.showCallback,
      ),
    }),
  });

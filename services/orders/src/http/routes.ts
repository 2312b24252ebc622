import { randomBytes, randomUUID } from 'node:crypto';
import type { OrdersCommand } from '@plumbline/events';
import type { CommandGateway, RequestContext, Route, RouteResponse } from '@plumbline/http';
import {
  cursorOf,
  defineRoute,
  intText,
  ok,
  okSchema,
  outcomeToHttp,
  pageCursor,
  text,
} from '@plumbline/http';
import { routingKey, unreachable } from '@plumbline/kernel';
import { PostgresDown, waitForVersion } from '@plumbline/postgres';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { OrderQueries, StoredOrder } from '../projections/order-queries.ts';
import type { OrderRequest } from './create-order-request.ts';
import { fingerprintOf, orderNoOfKey, orderRequest, sumMinorOf } from './create-order-request.ts';
import { ordersErrorCodes, problem } from './error-codes.ts';
import { orderAnswer, orderOfAnswer, orderOut, orderSchema, orderStatuses } from './order-view.ts';

export interface OrdersEdge {
  readonly gateway: Pick<CommandGateway, 'execute' | 'lastSeenVersion'>;
  readonly queries: OrderQueries;
  readonly tenant: string;
  /** How long an order may be paid when its creation does not say. */
  readonly payWithinMs: number;
  readonly nowMs: () => number;
}

export const orderRoutes = (edge: OrdersEdge): readonly Route[] => [
  createOrder(edge),
  cancelOrder(edge),
  readOrder(edge),
  listOrders(edge),
];

const orderNoParam = z.strictObject({ orderNo: text(limits.orderNoCharsMax) });

/** Visible ASCII, as header values of clients are. */
const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces')
  .max(
    limits.idempotencyKeyCharsMax,
    `must have at most ${limits.idempotencyKeyCharsMax} characters`,
  );

const createOrder = (edge: OrdersEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/orders',
    summary: 'Places an order',
    description:
      'Idempotent by orderNo; without one, by the Idempotency-Key header. A repeat with the same ' +
      'parameters answers the order as it is now.',
    request: {
      body: orderRequest,
      headers: z.object({ 'idempotency-key': idempotencyKey.optional() }),
    },
    responses: { 200: { description: 'The order', schema: orderAnswer } },
    handler: ({ body, headers, context }) => {
      const key = headers['idempotency-key'] ?? null;
      if (sumMinorOf(body) !== body.amountMinor) throw problem('AMOUNT_MISMATCH');
      const orderNo = body.orderNo ?? numberFor(edge.tenant, key);
      const payBy = deadlineMs(edge, body);
      return execute(edge, context, orderNo, {
        type: 'CreateOrder',
        data: {
          ...{ orderNo, tenant: edge.tenant, items: body.items, payBy, idempotencyKey: key },
          ...{ amountMinor: body.amountMinor, currency: body.currency, purchase: body.purchase },
          fingerprint: fingerprintOf(body),
        },
      });
    },
  });

/** 30 characters of hash or chance behind a letter: within the 32 of the contract. */
const numberFor = (tenant: string, key: string | null): string =>
  key === null ? `O${randomBytes(15).toString('hex').toUpperCase()}` : orderNoOfKey(tenant, key);

function deadlineMs(edge: OrdersEdge, { deadline }: OrderRequest): number {
  const now = edge.nowMs();
  switch (deadline.kind) {
    case 'default':
      return now + edge.payWithinMs;
    case 'within':
      return now + deadline.seconds * 1_000;
    case 'at': {
      const daysMax = limits.paymentDeadlineSecondsMax / 86_400;
      if (deadline.atMs > now + limits.paymentDeadlineSecondsMax * 1_000) {
        throw problem('INVALID_PARAMETER', `paymentDeadline: must be within ${daysMax} days`);
      }
      // One in the past is the decider's to refuse, by broker time: a repeat may come late.
      return deadline.atMs;
    }
    default:
      return unreachable(deadline);
  }
}

async function execute(
  edge: OrdersEdge,
  context: RequestContext,
  orderNo: string,
  payload: OrdersCommand,
): Promise<RouteResponse> {
  const executed = await edge.gateway.execute({
    key: routingKey(edge.tenant, orderNo),
    id: randomUUID(),
    payload,
    subject: orderNo,
    correlationId: context.correlationId,
    actor: context.actor,
    traceparent: context.traceparent,
  });
  return outcomeToHttp(executed, {
    decided: (answer) => ({ status: 200, body: ok(orderOut(orderOfAnswer(answer))) }),
    codes: ordersErrorCodes,
    pending: { kind: 'retry', afterSeconds: limits.retryAfterSeconds },
  });
}

const cancelOrder = (edge: OrdersEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/orders/:orderNo/cancel',
    summary: 'Cancels an order that is not paid',
    description: 'Idempotent: an order that is cancelled already stays as it is.',
    request: {
      params: orderNoParam,
      body: z.strictObject({ reason: text(limits.reasonCharsMax) }),
    },
    responses: { 200: { description: 'The order', schema: orderAnswer } },
    handler: ({ params: { orderNo }, body: { reason }, context }) =>
      execute(edge, context, orderNo, { type: 'CancelOrder', data: { orderNo, reason } }),
  });

const readOrder = (edge: OrdersEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/orders/:orderNo',
    summary: 'Reads an order',
    description: 'Shows at least what this process answered before about the order.',
    request: { params: orderNoParam },
    responses: { 200: { description: 'The order', schema: orderAnswer } },
    handler: async ({ params: { orderNo } }) => {
      const stored = await fromDatabase(() => orderAsAnswered(edge, orderNo));
      return { status: 200, body: ok(orderOut(stored.view)) };
    },
  });

/** The order at the version that this process has seen, or as it is when that takes too long. */
async function orderAsAnswered(edge: OrdersEdge, orderNo: string): Promise<StoredOrder> {
  const { gateway, queries, tenant } = edge;
  const version = gateway.lastSeenVersion(routingKey(tenant, orderNo)) ?? 0n;
  const read = (): Promise<StoredOrder | null> => queries.byNumber(tenant, orderNo);
  const stored =
    version === 0n
      ? await read()
      : (await waitForVersion({ read, version, timeoutMs: limits.readYourWritesMs })).value;
  if (stored !== null) return stored;
  if (version === 0n) throw problem('ORDER_NOT_FOUND');
  const headers = { 'Retry-After': String(limits.retryAfterSeconds) };
  throw problem('READ_MODEL_BEHIND', undefined, { headers });
}

const pageSchema = okSchema(
  z.strictObject({
    orders: z.array(orderSchema),
    nextCursor: z.string().nullable().describe('Give it as cursor for the next page'),
  }),
);

const listOrders = (edge: OrdersEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/orders',
    summary: 'Lists orders, newest first',
    request: {
      query: z.strictObject({
        status: z.enum(orderStatuses).optional(),
        cursor: pageCursor().optional(),
        limit: intText({ min: 1, max: limits.pageSize.max }).optional(),
      }),
    },
    responses: { 200: { description: 'A page of orders', schema: pageSchema } },
    handler: async ({ query }) => {
      const { orders, last } = await fromDatabase(() =>
        edge.queries.page({
          ...{ tenant: edge.tenant, after: query.cursor ?? null, status: query.status ?? null },
          limit: query.limit ?? limits.pageSize.default,
        }),
      );
      const nextCursor = last === null ? null : cursorOf(last);
      return { status: 200, body: ok({ orders: orders.map(orderOut), nextCursor }) };
    },
  });

/** Postgres away is no defect of ours, and nothing was written. */
async function fromDatabase<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof PostgresDown)) throw cause;
    const headers = { 'Retry-After': String(limits.retryAfterSeconds) };
    throw problem('DEPENDENCY_DOWN', undefined, { headers, cause });
  }
}

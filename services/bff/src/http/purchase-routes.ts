import type { RequestContext, Route, RouteResponse } from '@plumbline/http';
import { defineRoute, HttpProblem, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { Placing } from '../upstream/orders.ts';
import { cancelOrder, isSamePurchase, placeOrder, readPlaced } from '../upstream/orders.ts';
import { readPayment } from '../upstream/payments.ts';
import type { Reading } from '../upstream/queries.ts';
import {
  ordersPage,
  readOrder,
  readOrders,
  readTimeline,
  timelinePage,
} from '../upstream/queries.ts';
import { readItemsOf } from '../upstream/shop.ts';
import { authorised, callerOf } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { problem } from './error-codes.ts';
import { idempotencyKey, orderNoParam, page, positionHeader } from './fields.ts';
import { orderNoOfKey, priced, purchaseRequest } from './purchase-request.ts';
import type { OrderView, PlacedOrder } from './views.ts';
import { purchaseView } from './views.ts';

export const purchaseRoutes = (edge: BffEdge): readonly Route[] => [
  buy(edge),
  ownPurchases(edge),
  onePurchase(edge),
  timeline(edge),
  cancel(edge),
];

const purchase = z.object({ purchase: purchaseView });

const buy = (edge: BffEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/purchases',
    summary: 'Buys what is in a basket, at the prices of the shop',
    description:
      'Idempotent by orderNo, or by the Idempotency-Key where there is none: a repeat answers the ' +
      'purchase as it is now. Plumbline-Position of the answer, given back with a read, has that ' +
      'read show it.',
    authenticate: authorised(edge.access),
    security: 'bearer',
    request: {
      body: purchaseRequest,
      headers: z.object({ 'idempotency-key': idempotencyKey() }),
    },
    responses: {
      200: { description: 'The purchase', schema: purchase },
      404: { description: 'An item that there is not' },
      409: { description: 'The key or number is that of another purchase' },
      502: { description: 'A service behind this one failed' },
    },
    handler: async ({ body, headers, context }) => {
      const buyer = callerOf(context).user.id;
      const skus = body.items.map(({ sku }) => sku);
      const shop = await readItemsOf(edge.services.inventory, skus, context);
      const key = headers['idempotency-key'];
      const placed = await placedOnce(edge, {
        ...{ buyer, idempotencyKey: key, request: body, priced: priced(body, shop), context },
        orderNo: body.orderNo ?? orderNoOfKey(buyer, key),
      });
      return answered(edge, placed);
    },
  });

/** Places an order, or finds it as it was placed before at other prices. */
async function placedOnce(edge: BffEdge, placing: Placing): Promise<PlacedOrder> {
  const { orders } = edge.services;
  try {
    return await placeOrder(orders, placing);
  } catch (refusal) {
    const differs = refusal instanceof HttpProblem && refusal.code === 'PURCHASE_PARAMETERS_DIFFER';
    if (!differs) throw refusal;
    const before = await readPlaced(orders, placing.orderNo, placing.context);
    if (isSamePurchase(before, placing)) return before;
    throw refusal;
  }
}

async function answered(edge: BffEdge, placed: PlacedOrder): Promise<RouteResponse> {
  const position = await edge.orderPositionOf(placed.orderNo);
  return {
    status: 200,
    body: { purchase: purchaseOut(placed, { payment: null, checkout: null, openAlerts: 0 }) },
    ...(position === null ? {} : { headers: { 'Plumbline-Position': position } }),
  };
}

const purchaseOut = (
  placed: PlacedOrder,
  rest: Pick<z.input<typeof purchaseView>, 'payment' | 'checkout' | 'openAlerts'>,
): z.input<typeof purchaseView> => {
  const { orderNo, status, items, amount, currency } = placed;
  const { paymentDeadline, createdAt, paidAt, reason } = placed;
  return {
    ...{ orderNo, status, items, amount, currency },
    ...{ paymentDeadline, createdAt, paidAt, reason, ...rest },
  };
};

const ownPurchases = (edge: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/purchases',
    summary: "Lists the user's own purchases, newest first",
    authenticate: authorised(edge.access),
    security: 'bearer',
    request: { query: z.strictObject(page), headers: positionHeader(edge.partitions) },
    responses: { 200: { description: 'A page of orders', schema: ordersPage } },
    handler: async ({ query, headers, context }) => {
      const buyer = callerOf(context).user.id;
      const reading = { context, position: headers['plumbline-position'] };
      const found = await readOrders(edge.services.queries, { ...query, buyer }, reading);
      // The filter is another service's: what it lets through by mistake stops here.
      const orders = found.orders.filter((order) => order.buyer === buyer);
      return { status: 200, body: { ...found, orders } };
    },
  });

/** An order that the caller may see: their own; any for an operator. Else there is none. */
async function visibleOrder(edge: BffEdge, orderNo: string, reading: Reading): Promise<OrderView> {
  const { user } = callerOf(reading.context);
  const order = await readOrder(edge.services.queries, orderNo, reading);
  if (order.buyer !== user.id && !user.roles.includes('operator')) throw problem('ORDER_NOT_FOUND');
  return order;
}

const onePurchase = (edge: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/purchases/:orderNo',
    summary: 'Reads a purchase with its payment',
    description: "Another user's is not found, as one that there is not; operators see all.",
    authenticate: authorised(edge.access),
    security: 'bearer',
    request: { params: orderNoParam, headers: positionHeader(edge.partitions) },
    responses: {
      200: { description: 'The purchase', schema: purchase },
      404: { description: 'There is none' },
      502: { description: 'A service behind this one failed' },
    },
    handler: async ({ params, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      const order = await visibleOrder(edge, params.orderNo, reading);
      const [items, payment] = await Promise.all([
        itemsOf(edge, order, context),
        paymentOf(edge, order, context),
      ]);
      const { status, amount, currency, paymentDeadline, createdAt, paidAt, reason } = order;
      const shown: z.input<typeof purchaseView> = {
        ...{ orderNo: order.orderNo, status, items, amount, currency, paymentDeadline },
        ...{ createdAt, paidAt, reason, payment, openAlerts: order.openAlerts },
        checkout: order.checkout ?? null,
      };
      return { status: 200, body: { purchase: shown } };
    },
  });

/** What was bought; nothing for a payment whose order is kept elsewhere. */
async function itemsOf(
  edge: BffEdge,
  order: OrderView,
  context: RequestContext,
): Promise<PlacedOrder['items']> {
  if (order.status === null) return [];
  return (await readPlaced(edge.services.orders, order.orderNo, context)).items;
}

/** Statuses of a payment, by contract 1, in which a payer may be sent to its page. */
const payable = new Set(['INIT', 'PAYING']);

async function paymentOf(
  edge: BffEdge,
  { payment }: OrderView,
  context: RequestContext,
): Promise<z.input<typeof purchaseView>['payment']> {
  if (payment === null) return null;
  const { payNo, status } = payment;
  if (payNo === null || status === null || !payable.has(status))
    return { ...payment, payUrl: null };
  const shown = await readPayment(edge.services.payments, payNo, context);
  return { ...payment, payUrl: shown?.payUrl ?? null };
}

const timeline = (edge: BffEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/purchases/:orderNo/timeline',
    summary: 'Reads what happened to a purchase, oldest first',
    authenticate: authorised(edge.access),
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
      await visibleOrder(edge, orderNo, reading);
      const body = await readTimeline(edge.services.queries, { orderNo, query }, reading);
      return { status: 200, body };
    },
  });

const cancel = (edge: BffEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/purchases/:orderNo/cancel',
    summary: 'Cancels a purchase that is not paid',
    description: 'Idempotent: a purchase that is cancelled already stays as it is.',
    authenticate: authorised(edge.access),
    security: 'bearer',
    request: {
      params: orderNoParam,
      body: z.strictObject({ reason: text(limits.reasonCharsMax) }),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: { description: 'The purchase', schema: purchase },
      404: { description: 'There is none' },
      409: { description: 'It is paid, or has ended' },
      502: { description: 'A service behind this one failed' },
    },
    handler: async ({ params: { orderNo }, body: { reason }, headers, context }) => {
      // Whose it is must not be answered from before it was placed.
      const given = headers['plumbline-position'];
      const position = given ?? (await edge.orderPositionOf(orderNo)) ?? undefined;
      await visibleOrder(edge, orderNo, { context, position });
      return answered(edge, await cancelOrder(edge.services.orders, { orderNo, reason, context }));
    },
  });

import type { Route } from '@plumbline/http';
import { defineRoute, intNumber, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { describeItemRequest } from './describe-item.ts';
import type { InventoryEdge } from './edge.ts';
import { execute } from './edge.ts';
import { id, itemParams, quantity, reason, reservationParams } from './fields.ts';
import { decidedReservation, itemAnswer } from './item-view.ts';
import { listItems, readItem, readReservation } from './read-routes.ts';

export const inventoryRoutes = (edge: InventoryEdge): readonly Route[] => [
  describeItem(edge),
  receiveStock(edge),
  writeOffStock(edge),
  reserveStock(edge),
  confirmStock(edge),
  releaseStock(edge),
  readItem(edge),
  listItems(edge),
  readReservation(edge),
];

const theItem = { 200: { description: 'The item', schema: itemAnswer } };
const both = { 200: { description: 'The item and the reservation', schema: decidedReservation } };

const describeItem = (edge: InventoryEdge): Route =>
  defineRoute({
    method: 'put',
    path: '/items/:sku',
    summary: 'Says what an item is and costs',
    description: 'The first time makes it. Its currency stays; its stock comes by receipts.',
    request: { params: itemParams, body: describeItemRequest },
    responses: theItem,
    handler: ({ params: { sku }, body, context }) =>
      execute(edge, context, {
        type: 'DescribeItem',
        data: { tenant: edge.tenant, sku, ...body },
      }),
  });

const receiveStock = (edge: InventoryEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/items/:sku/receipts',
    summary: 'Takes a delivery into stock',
    description: 'Idempotent by receiptId for 30 days, or the newest 1,000 of the item.',
    request: {
      params: itemParams,
      body: z.strictObject({ receiptId: id(), quantity: quantity() }),
    },
    responses: theItem,
    handler: ({ params: { sku }, body, context }) =>
      execute(edge, context, {
        type: 'ReceiveStock',
        data: { tenant: edge.tenant, sku, ...body },
      }),
  });

const writeOffStock = (edge: InventoryEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/items/:sku/write-offs',
    summary: 'Takes out of stock what is broken, lost or was never there',
    description: 'Idempotent by writeOffId for 30 days, or the newest 500 of the item.',
    request: {
      params: itemParams,
      body: z.strictObject({ writeOffId: id(), quantity: quantity(), reason: reason() }),
    },
    responses: theItem,
    handler: ({ params: { sku }, body, context }) =>
      execute(edge, context, {
        type: 'WriteOffStock',
        data: { tenant: edge.tenant, sku, ...body },
      }),
  });

const reserveStock = (edge: InventoryEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/items/:sku/reservations',
    summary: 'Puts pieces aside until a time',
    description:
      'Idempotent by reservationId, also after it was confirmed; the time that the first one gave ' +
      'holds.',
    request: {
      params: itemParams,
      body: z.strictObject({
        reservationId: id(),
        orderNo: text(limits.orderNoCharsMax).optional(),
        quantity: quantity(),
        expiresInSeconds: intNumber({ min: 1, max: limits.expiresInSecondsMax }),
      }),
    },
    responses: both,
    handler: ({ params: { sku }, body, context }) => {
      const { reservationId, orderNo = null, expiresInSeconds } = body;
      const expireAt = edge.nowMs() + expiresInSeconds * 1_000;
      const about = { tenant: edge.tenant, sku, reservationId, orderNo };
      return execute(edge, context, {
        type: 'ReserveStock',
        data: { ...about, quantity: body.quantity, expireAt, replyTo: null },
      });
    },
  });

const confirmStock = (edge: InventoryEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/items/:sku/reservations/:reservationId/confirm',
    summary: 'Hands over what is reserved: it leaves the stock',
    description:
      'Idempotent. One whose time is over is confirmed as long as there are enough pieces, for a day.',
    request: { params: reservationParams },
    responses: both,
    handler: ({ params, context }) =>
      execute(edge, context, {
        type: 'ConfirmStock',
        data: { tenant: edge.tenant, ...params, replyTo: null },
      }),
  });

const releaseStock = (edge: InventoryEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/items/:sku/reservations/:reservationId/release',
    summary: 'Gives back what is reserved',
    description:
      'Idempotent. An id that is not known is barred: a reservation of it that comes later is refused.',
    request: { params: reservationParams, body: z.strictObject({ reason: reason() }) },
    responses: both,
    handler: ({ params, body, context }) =>
      execute(edge, context, {
        type: 'ReleaseStock',
        data: { tenant: edge.tenant, ...params, ...body, replyTo: null },
      }),
  });

import type { Route } from '@plumbline/http';
import { defineRoute, intText, ok, okSchema } from '@plumbline/http';
import { routingKey } from '@plumbline/kernel';
import { readAsAnswered, readRows } from '@plumbline/postgres';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { StoredReservation } from '../projections/item-queries.ts';
import type { InventoryEdge } from './edge.ts';
import { readProblems } from './edge.ts';
import { problem } from './error-codes.ts';
import { id, itemParams, reservationParams, skus } from './fields.ts';
import { itemAnswer, itemOut, itemSchema, reservationOut, reservationSchema } from './item-view.ts';

/** Reads what shows at least what this process answered before about the item. */
const asAnswered = <Row extends { readonly version: bigint }>(
  { gateway, tenant }: InventoryEdge,
  sku: string,
  read: () => Promise<Row | null>,
): Promise<Row> =>
  readAsAnswered({
    ...{ read, seen: gateway.lastSeenVersion(routingKey(tenant, sku)) },
    ...{ timeoutMs: limits.readYourWritesMs, problems: readProblems },
  });

export const readItem = (edge: InventoryEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/items/:sku',
    summary: 'Reads an item',
    description: 'Shows at least what this process answered before about the item.',
    request: { params: itemParams },
    responses: { 200: { description: 'The item', schema: itemAnswer } },
    handler: async ({ params: { sku } }) => {
      const found = await asAnswered(edge, sku, () => edge.queries.bySku(edge.tenant, sku));
      return { status: 200, body: ok(itemOut(found.view)) };
    },
  });

const page = okSchema(
  z.strictObject({
    items: z.array(itemSchema),
    nextCursor: z.string().nullable().describe('Give it as cursor for the next page'),
  }),
);

export const listItems = (edge: InventoryEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/items',
    summary: 'Lists items by SKU',
    description: 'A SKU among skus that is no item is left out.',
    request: {
      query: z.strictObject({
        skus: skus().optional(),
        cursor: id().optional(),
        limit: intText({ min: 1, max: limits.pageSize.max }).optional(),
      }),
    },
    responses: { 200: { description: 'A page of items', schema: page } },
    handler: async ({ query }) => {
      const { items, last } = await readRows(
        () =>
          edge.queries.page({
            ...{ tenant: edge.tenant, skus: query.skus ?? null, after: query.cursor ?? null },
            limit: query.limit ?? limits.pageSize.default,
          }),
        readProblems,
      );
      return { status: 200, body: ok({ items: items.map(itemOut), nextCursor: last }) };
    },
  });

const storedReservation = okSchema(
  reservationSchema.extend({
    orderNo: z.string().nullable().describe('The order that it is for'),
    reason: z.string().nullable().describe('Why it was given back'),
  }),
);

const storedOut = ({ view, orderNo, reason }: StoredReservation) => ({
  ...reservationOut(view),
  ...{ orderNo, reason },
});

export const readReservation = (edge: InventoryEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/items/:sku/reservations/:reservationId',
    summary: 'Reads a reservation',
    description: 'Shows at least what this process answered before about the item.',
    request: { params: reservationParams },
    responses: { 200: { description: 'The reservation', schema: storedReservation } },
    handler: async ({ params: { sku, reservationId } }) => {
      const { reservation } = await asAnswered(edge, sku, () =>
        edge.queries.reservation(edge.tenant, sku, reservationId),
      );
      if (reservation === null) throw problem('RESERVATION_NOT_FOUND');
      return { status: 200, body: ok(storedOut(reservation)) };
    },
  });

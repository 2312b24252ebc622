import type { Route } from '@plumbline/http';
import { defineRoute } from '@plumbline/http';
import { routingKey } from '@plumbline/kernel';
import { waitUntil } from '@plumbline/postgres';
import { z } from 'zod';
import * as limits from '../../limits.ts';
import type { StoredPaymentOrder } from '../../projections/merchant-queries.ts';
import { fromDatabase, retryAfter } from '../edge.ts';
import { appOf, authenticateFor } from './authenticate.ts';
import type { MerchantEdge } from './merchant-edge.ts';
import { problem } from './merchant-errors.ts';
import { appId, merchantOrderId } from './payment-order-request.ts';
import { paymentOrderOut, paymentOrderSchema } from './payment-order-view.ts';

export const readPaymentOrder = (edge: MerchantEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/payment-orders/:merchant_order_id',
    summary: 'Reads a payment order',
    description: 'Shows at least what any call was answered before about the order.',
    security: 'bearer',
    authenticate: authenticateFor(edge, 'payments:read'),
    request: {
      params: z.strictObject({ merchant_order_id: merchantOrderId() }),
      query: z.strictObject({ app_id: appId().optional() }),
    },
    responses: { 200: { description: 'The payment order', schema: paymentOrderSchema } },
    handler: async ({ params, query, context }) => {
      const app = appOf(context, query.app_id);
      const order = await storedOrder(edge, app, params.merchant_order_id);
      const body = await fromDatabase(() => paymentOrderOut(order, edge.keyRing));
      return { status: 200, body };
    },
  });

/** The order at the newest version that this process has seen decided. */
export async function storedOrder(
  edge: MerchantEdge,
  app: string,
  orderNo: string,
): Promise<StoredPaymentOrder> {
  const key = routingKey(app, orderNo);
  const seen = (of: string): bigint => edge.gateway.lastSeenVersion(of) ?? 0n;
  const decided = seen(key);
  // Outcomes stand under the key of their command: the order's, the payment's or the refund's.
  const isAsDecided = ({ version, payNo, paymentOrderId }: StoredPaymentOrder): boolean =>
    [key, payNo, paymentOrderId].every((of) => version >= seen(of));
  const cached = edge.cache.get(key, decided);
  if (cached !== null && isAsDecided(cached)) return cached;
  const { value } = await fromDatabase(() =>
    waitUntil({
      read: () => edge.queries.paymentOrder(app, orderNo),
      accept: (found) => (found === null ? decided === 0n : isAsDecided(found)),
      timeoutMs: limits.readYourWritesMs,
    }),
  );
  if (value === null) {
    if (decided === 0n) throw problem('PAYMENT_NOT_FOUND');
    throw problem('READ_MODEL_BEHIND', undefined, { headers: retryAfter });
  }
  edge.cache.put(key, value);
  return value;
}

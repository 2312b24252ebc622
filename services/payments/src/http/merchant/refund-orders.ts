import { randomUUID } from 'node:crypto';
import type { Executed, RequestContext, Route, RouteResponse } from '@plumbline/http';
import { decisionOf, defineRoute, text } from '@plumbline/http';
import { derivedUuid, slotOfUuid } from '@plumbline/kernel';
import { waitUntil } from '@plumbline/postgres';
import { z } from 'zod';
import * as limits from '../../limits.ts';
import { fromDatabase } from '../edge.ts';
import { appOf, authenticateFor } from './authenticate.ts';
import type { MerchantEdge } from './merchant-edge.ts';
import { subjectOfApp } from './merchant-edge.ts';
import { merchantErrorCodes, problem } from './merchant-errors.ts';
import { amount, appId, canonicalJson, keyedHeaders } from './payment-order-request.ts';
import { merchantTime, refundOrderOut, refundOrderSchema } from './payment-order-view.ts';

const uuid = () =>
  z
    .string({ error: 'must be text' })
    .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, { error: 'must be a UUID' })
    .transform((id) => id.toLowerCase())
    .meta({ format: 'uuid' });

const refundRequest = z.strictObject({
  app_id: appId(),
  payment_order_id: uuid(),
  amount: amount().describe('In minor units of the currency of the payment order'),
  reason: text(limits.refundReasonCharsMax).nullish(),
});

interface Asked {
  readonly app: string;
  readonly paymentOrderId: string;
  readonly amountMinor: bigint;
  readonly reason: string | null;
  readonly refundId: string;
}

export const createRefundOrder = (edge: MerchantEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/refund-orders',
    summary: 'Asks for a refund, whole or in part',
    description:
      'Of a payment order that succeeded; all refunds together never exceed what was paid. Each ' +
      'call asks for another refund, unless it carries the Idempotency-Key of the first.',
    security: 'bearer',
    authenticate: authenticateFor(edge, 'refunds:write'),
    request: { body: refundRequest, headers: keyedHeaders },
    responses: { 202: { description: 'The refund order, pending', schema: refundOrderSchema } },
    handler: async ({ body, headers, context }) => {
      const app = appOf(context, body.app_id);
      const { payment_order_id: paymentOrderId, amount: amountMinor } = body;
      const slot = slotOfUuid(paymentOrderId);
      // No id of ours: nobody has it, and it must not choose a partition.
      if (slot === null) throw problem('PAYMENT_NOT_FOUND');
      const digestOf = (...parts: readonly string[]) =>
        fromDatabase(() => edge.keyRing.digest(subjectOfApp(app), ...parts));
      const key = headers['idempotency-key'];
      const digest = key === undefined ? null : await digestOf('idempotency-key', key);
      // The key names the refund, so that the payment itself recognises a repeat, for ever.
      const of = ['refund-order', app, paymentOrderId, digest ?? randomUUID()];
      const refundId = derivedUuid(slot, ...of);
      const reason = body.reason ?? null;
      const asked: Asked = { app, paymentOrderId, amountMinor, reason, refundId };
      const ask = () => execute(edge, asked, context);
      if (digest === null) return answer(asked, await ask());
      const parameters = { paymentOrderId, amount: amountMinor.toString(), reason };
      const fingerprint = await digestOf(canonicalJson(parameters));
      const request = { appId: app, call: 'refund-orders', key: digest, fingerprint };
      return answer(asked, await edge.idempotency.run(request, ask));
    },
  });

const execute = (
  edge: MerchantEdge,
  { app, paymentOrderId, refundId, amountMinor, reason }: Asked,
  { correlationId, actor, traceparent }: RequestContext,
): Promise<Executed> =>
  edge.gateway.execute({
    // A name of the payment; the slot inside it leads to its partition.
    ...{ key: paymentOrderId, id: randomUUID(), subject: refundId },
    payload: {
      type: 'RefundPaymentOrder',
      data: { paymentOrderId, tenant: app, refundId, amountMinor, reason },
    },
    ...{ correlationId, actor, traceparent },
  });

/** What the decider answers (`refundAnswer`). */
const answered = z.object({ currency: z.string(), requestedAtMs: z.number() });

function answer(asked: Asked, executed: Executed): RouteResponse {
  const { retryAfterSeconds } = limits;
  const decision = decisionOf(executed, { codes: merchantErrorCodes, retryAfterSeconds });
  const { currency, requestedAtMs } = answered.parse(decision.answer);
  const at = merchantTime(requestedAtMs);
  return {
    status: 202,
    body: {
      ...{ id: asked.refundId, app_id: asked.app, payment_order_id: asked.paymentOrderId },
      ...{ status: 'pending', amount: asked.amountMinor, currency, reason: asked.reason },
      ...{ gateway_refund_id: null, extra_data: {}, created_at: at, updated_at: at },
    },
    ...(decision.outcome.status === 'UNCHANGED'
      ? { headers: { 'Idempotent-Replayed': 'true' } }
      : {}),
  };
}

export const readRefundOrder = (edge: MerchantEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/v1/refund-orders/:refund_order_id',
    summary: 'Reads a refund order',
    security: 'bearer',
    authenticate: authenticateFor(edge, 'refunds:read'),
    request: {
      params: z.strictObject({ refund_order_id: uuid() }),
      query: z.strictObject({ app_id: appId().optional() }),
    },
    responses: { 200: { description: 'The refund order', schema: refundOrderSchema } },
    handler: async ({ params, query, context }) => {
      const app = appOf(context, query.app_id);
      const { refund_order_id: id } = params;
      if (slotOfUuid(id) === null) throw problem('REFUND_NOT_FOUND');
      const { value } = await fromDatabase(() =>
        waitUntil({
          read: () => edge.queries.refundOrder(app, id),
          accept: (found) =>
            found !== null &&
            found.version >= (edge.gateway.lastSeenVersion(found.paymentOrderId) ?? 0n),
          timeoutMs: limits.unseenRefundWaitMs,
        }),
      );
      if (value === null) throw problem('REFUND_NOT_FOUND');
      return { status: 200, body: refundOrderOut(value, app) };
    },
  });

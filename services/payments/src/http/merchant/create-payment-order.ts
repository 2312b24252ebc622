import { randomInt, randomUUID } from 'node:crypto';
import type { Executed, RequestContext, Route, RouteResponse } from '@plumbline/http';
import { decisionOf, defineRoute } from '@plumbline/http';
import { minorDigitsOf, payNo, routingKey, slotOf } from '@plumbline/kernel';
import { z } from 'zod';
import { paymentOrderIdOf } from '../../domain/payment/merchant.ts';
import { minorDigitsMax } from '../../domain/payment/limits.ts';
import * as limits from '../../limits.ts';
import { fromDatabase } from '../edge.ts';
import { appOf, authenticateFor } from './authenticate.ts';
import type { MerchantEdge } from './merchant-edge.ts';
import { subjectOfApp } from './merchant-edge.ts';
import { merchantErrorCodes, problem } from './merchant-errors.ts';
import type { PaymentOrderRequest } from './payment-order-request.ts';
import {
  canonicalJson,
  extraDataText,
  keyedHeaders,
  paymentOrderRequestIn,
  returnUrlOf,
} from './payment-order-request.ts';
import type { PaymentOrderOut } from './payment-order-view.ts';
import { merchantTime, paymentOrderOut, paymentOrderSchema } from './payment-order-view.ts';
import { storedOrder } from './read-payment-order.ts';

/** A creation, once everything that it needs is known. */
interface Asked {
  readonly appId: string;
  readonly body: PaymentOrderRequest;
  /** Encrypted. */
  readonly extraData: string | null;
  readonly returnUrl: string | null;
  readonly fingerprint: string;
  /** Digest of the Idempotency-Key; `null` without one. */
  readonly keyDigest: string | null;
}

export const createPaymentOrder = (edge: MerchantEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/payment-orders',
    summary: 'Creates a payment order',
    description:
      'merchant_order_id is unique within the app: a repeat is answered 409 with the order that ' +
      'exists. A repeat under the same Idempotency-Key is answered as the first was, with ' +
      'Idempotent-Replayed: true.',
    security: 'bearer',
    authenticate: authenticateFor(edge, 'payments:write'),
    request: { body: paymentOrderRequestIn(edge.currencies), headers: keyedHeaders },
    responses: { 202: { description: 'The payment order, pending', schema: paymentOrderSchema } },
    handler: async ({ body, headers, context }) => {
      const appId = appOf(context, body.app_id);
      // What is encrypted needs a key, and the first use of one needs the vault.
      const asked = await fromDatabase(() =>
        prepare(edge, appId, body, headers['idempotency-key']),
      );
      const create = () => execute(edge, asked, context);
      const { keyDigest, fingerprint } = asked;
      const executed =
        keyDigest === null
          ? await create()
          : await edge.idempotency.run(
              { appId, call: 'payment-orders', key: keyDigest, fingerprint },
              create,
            );
      return answer(edge, asked, executed);
    },
  });

async function prepare(
  edge: MerchantEdge,
  appId: string,
  body: PaymentOrderRequest,
  key: string | undefined,
): Promise<Asked> {
  const subject = subjectOfApp(appId);
  const own = extraDataText(body);
  const url = returnUrlOf(body);
  const parameters = { ...body, amount: body.amount.toString(), extra_data: own ?? '{}' };
  const [fingerprint, keyDigest, extraData, returnUrl] = await Promise.all([
    edge.keyRing.digest(subject, 'payment-order', canonicalJson(parameters)),
    key === undefined ? null : edge.keyRing.digest(subject, 'idempotency-key', key),
    own === null ? null : edge.keyRing.encrypt(subject, own),
    url === null ? null : edge.keyRing.encrypt(subject, url),
  ]);
  return { appId, body, extraData, returnUrl, fingerprint, keyDigest };
}

function execute(
  edge: MerchantEdge,
  asked: Asked,
  { correlationId, actor, traceparent }: RequestContext,
): Promise<Executed> {
  const { appId, body, extraData, returnUrl, fingerprint, keyDigest } = asked;
  const { merchant_order_id: orderNo, amount: amountMinor, currency, subject } = body;
  const channel = edge.channelOf(appId);
  const policy = edge.policyOf(channel, { app: appId });
  const taken = edge.currenciesOf(channel);
  if (channel !== 'MOCK' && policy === null) throw problem('CHANNEL_NOT_CONFIGURED');
  if (minorDigitsOf(currency) > minorDigitsMax || (taken !== null && !taken.includes(currency)))
    throw problem('CURRENCY_NOT_SUPPORTED', undefined, { details: { param: 'currency' } });
  const key = routingKey(appId, orderNo);
  const slot = slotOf(key);
  const number = payNo({ atMs: edge.nowMs(), slot, random: randomInt(1_000_000_000) });
  const orderType = body.order_type === 'recharge' ? 'RECHARGE' : 'PAYMENT';
  return edge.gateway.execute({
    ...{ key, id: randomUUID(), subject: number },
    payload: {
      type: 'CreatePayment',
      data: {
        ...{ payNo: number, orderNo, tenant: appId, amountMinor, currency, channel },
        lifetimeMs: edge.lifetimeMs,
        replyTo: null,
        gateway: policy === null ? null : { ...policy, subject, returnUrl },
        merchant: { orderType, subject, extraData, fingerprint, idempotencyKey: keyDigest },
      },
    },
    ...{ correlationId, actor, traceparent },
  });
}

/** What the decider says of a merchant's request (`requestAnswer`). */
const answered = z.discriminatedUnion('request', [
  z.object({ request: z.literal('CONFLICTING'), sameKey: z.boolean() }),
  z.object({
    request: z.enum(['FIRST', 'REPEATED']),
    sameKey: z.boolean(),
    payment: z.object({ createdAtMs: z.number(), channel: z.string() }),
  }),
]);

async function answer(
  edge: MerchantEdge,
  asked: Asked,
  executed: Executed,
): Promise<RouteResponse> {
  const { retryAfterSeconds } = limits;
  const decision = decisionOf(executed, { codes: merchantErrorCodes, retryAfterSeconds });
  const said = answered.parse(decision.answer);
  if (said.request === 'CONFLICTING') {
    if (said.sameKey) throw problem('IDEMPOTENCY_KEY_REUSED');
    throw problem('PAYMENT_PARAMETERS_DIFFER', undefined, {
      details: { param: 'merchant_order_id' },
    });
  }
  if (said.request === 'FIRST') return { status: 202, body: asAsked(asked, said.payment) };
  if (said.sameKey)
    return {
      status: 202,
      body: asAsked(asked, said.payment),
      headers: { 'Idempotent-Replayed': 'true' },
    };
  const order = await storedOrder(edge, asked.appId, asked.body.merchant_order_id);
  const existing = await fromDatabase(() => paymentOrderOut(order, edge.keyRing));
  throw problem('PAYMENT_EXISTS', undefined, {
    details: { ...existing, param: 'merchant_order_id' },
  });
}

/** The order as it was when it was created: what was asked for, and what was decided of it. */
function asAsked(
  { appId, body }: Asked,
  { createdAtMs, channel }: { readonly createdAtMs: number; readonly channel: string },
): PaymentOrderOut {
  const at = merchantTime(createdAtMs);
  return {
    id: paymentOrderIdOf(appId, body.merchant_order_id),
    app_id: appId,
    merchant_order_id: body.merchant_order_id,
    status: 'pending',
    order_type: body.order_type,
    amount: body.amount,
    currency: body.currency,
    payment_gateway: channel.toLowerCase(),
    gateway_transaction_id: null,
    subject: body.subject,
    extra_data: body.extra_data ?? {},
    created_at: at,
    updated_at: at,
  };
}

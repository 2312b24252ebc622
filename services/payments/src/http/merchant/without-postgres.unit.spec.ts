import { anonymous } from '@plumbline/http';
import { paymentOrderIdOf } from '../../domain/payment/merchant.ts';
import { PostgresDown } from '@plumbline/postgres';
import { apiScopes } from '@plumbline/vault';
import { expect, it } from 'vitest';
import { createPaymentOrder } from './create-payment-order.ts';
import type { MerchantEdge } from './merchant-edge.ts';
import { createOrderCache } from './order-cache.ts';
import { createRefundOrder } from './refund-orders.ts';

const away = () => Promise.reject(new PostgresDown('away'));
const unasked = (): never => {
  throw new Error('this was not to be asked');
};

/** A process that has not yet used the app's key, with Postgres away. */
const edge: MerchantEdge = {
  gateway: { execute: unasked, lastSeenVersion: () => null },
  queries: { paymentOrder: away, refundOrder: away },
  apiKeys: {
    authenticate: () =>
      Promise.resolve({ keyId: '0', appId: 'demo_app', name: 'till', scopes: apiScopes }),
  },
  keyRing: {
    ...{ encrypt: away, decrypt: away, digest: away, warm: away, erase: away },
    eraseAgain: away,
  },
  rateLimit: { take: () => Promise.resolve({ allowed: true, remaining: 1 }) },
  idempotency: { run: (_request, work) => work() },
  cache: createOrderCache({ max: 1, freshMs: 1, nowMs: () => 0 }),
  ...{ channelOf: () => 'MOCK', policyOf: () => null, currencies: ['CNY'] },
  ...{ currenciesOf: () => null, lifetimeMs: 1, nowMs: () => 1 },
};

const order = {
  ...{ app_id: 'demo_app', merchant_order_id: 'O-1', amount: 1, order_type: 'payment' },
  subject: 's',
};
const refund = {
  ...{ app_id: 'demo_app', payment_order_id: paymentOrderIdOf('demo_app', 'O-1'), amount: 1 },
};

it.each([
  ['a payment order', createPaymentOrder(edge), order],
  ['a refund order', createRefundOrder(edge), refund],
])(
  '%s that cannot be written down safely is not taken, and said so',
  async (_name, route, body) => {
    const asked = route.run({
      ...{ method: 'POST', path: route.path, params: {}, query: {} },
      headers: { authorization: 'Bearer k', 'idempotency-key': 'one' },
      rawBody: Buffer.from(JSON.stringify(body)),
      context: { correlationId: 'c', traceparent: '', actor: anonymous },
    });
    await expect(asked).rejects.toMatchObject({ status: 503, code: 'DEPENDENCY_DOWN' });
  },
);

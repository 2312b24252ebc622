import { parseConfig } from '@plumbline/config';
import type { CommandOutcome } from '@plumbline/events';
import type { Command } from '@plumbline/http';
import { anonymous } from '@plumbline/http';
import { apiScopes } from '@plumbline/vault';
import { expect, it } from 'vitest';
import { schema } from '../../config.ts';
import { openGateways } from '../../gateways/open-gateways.ts';
import { channelOfApp, currenciesOfApps } from '../../merchant-config.ts';
import { createPaymentOrder } from './create-payment-order.ts';
import type { MerchantEdge } from './merchant-edge.ts';
import { createOrderCache } from './order-cache.ts';

const unasked = () => Promise.reject(new Error('this was not to be asked'));

/** Contract 4's edge as it is configured, for one app; the payment itself takes whatever comes. */
function world(env: Readonly<Record<string, string>>, appId: string) {
  const config = parseConfig(schema, env);
  const gateways = openGateways(config, { accounts: { execute: unasked } });
  const commands: Command[] = [];
  const payment = { createdAtMs: 1_000, channel: 'PERSONAL' };
  const answer = JSON.stringify({ request: 'FIRST', sameKey: false, payment });
  // Of an outcome, only its status and its answer are asked here.
  const outcome = { status: 'ACCEPTED', answer } as CommandOutcome;
  const edge: MerchantEdge = {
    gateway: {
      execute: (command) => {
        commands.push(command);
        return Promise.resolve({ kind: 'decided', outcome });
      },
      lastSeenVersion: () => null,
    },
    queries: { paymentOrder: unasked, refundOrder: unasked },
    apiKeys: {
      authenticate: () => Promise.resolve({ keyId: '0', appId, name: 'till', scopes: apiScopes }),
    },
    keyRing: {
      ...{ encrypt: unasked, decrypt: unasked, warm: unasked },
      ...{ erase: unasked, eraseAgain: unasked },
      digest: () => Promise.resolve('f'.repeat(64)),
    },
    rateLimit: { take: () => Promise.resolve({ allowed: true, remaining: 1 }) },
    idempotency: { run: (_request, work) => work() },
    cache: createOrderCache({ max: 1, freshMs: 1, nowMs: () => 0 }),
    channelOf: channelOfApp(config),
    policyOf: (channel, of) => gateways.policyOf(channel, of),
    currenciesOf: (channel) => gateways.currenciesOf(channel),
    currencies: currenciesOfApps(config, (channel) => gateways.currenciesOf(channel)),
    ...{ lifetimeMs: 60_000, nowMs: () => 1_000 },
  };
  const route = createPaymentOrder(edge);
  const post = (over: object = {}) =>
    route.run({
      ...{ method: 'POST', path: route.path, params: {}, query: {} },
      headers: { authorization: 'Bearer k' },
      rawBody: Buffer.from(
        JSON.stringify({
          ...{ app_id: appId, merchant_order_id: 'O-1', amount: 1_000, order_type: 'payment' },
          ...{ subject: 'tea', currency: 'CNY', ...over },
        }),
      ),
      context: { correlationId: 'c', traceparent: '', actor: anonymous },
    });
  return { post, commands };
}

const personal = {
  PLUMBLINE_MERCHANT_CHANNELS: 'demo_app=PERSONAL,till=PERSONAL',
  PLUMBLINE_PERSONAL_ACCOUNT: '1000.1',
  PLUMBLINE_PERSONAL_ACCOUNTS: 'till=2000.7.wx',
};

it.each([
  ['demo_app', '1000.1'],
  ['till', '2000.7.wx'],
])('a payment order of app %s is paid into account %s', async (appId, account) => {
  const { post, commands } = world(personal, appId);
  expect(await post()).toMatchObject({ status: 202, body: { payment_gateway: 'personal' } });
  expect(commands).toMatchObject([
    {
      payload: {
        type: 'CreatePayment',
        data: {
          ...{ tenant: appId, channel: 'PERSONAL' },
          gateway: { account, subject: 'tea', refundLateSuccess: false },
        },
      },
    },
  ]);
});

it('a payment order of another currency is refused before any account is asked', async () => {
  const { post, commands } = world(personal, 'till');
  await expect(post({ currency: 'JPY' })).rejects.toMatchObject({ code: 'CURRENCY_NOT_SUPPORTED' });
  expect(commands).toEqual([]);
});

it('a payment order of an app whose account nobody has configured is refused as such', async () => {
  const { post } = world({ PLUMBLINE_MERCHANT_CHANNELS: 'till=PERSONAL' }, 'till');
  await expect(post()).rejects.toMatchObject({ status: 503, code: 'CHANNEL_NOT_CONFIGURED' });
});

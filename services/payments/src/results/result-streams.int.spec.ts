import { randomUUID } from 'node:crypto';
import type { PaymentsCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import { payNo, routingKey, slotOf } from '@plumbline/kernel';
import { silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis } from '@plumbline/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paymentOrderIdOf } from '../domain/payment/merchant.ts';
import type { TestPayments } from '../testing/open-payments.ts';
import { openTestPayments } from '../testing/open-payments.ts';
import { entriesIn, testRedisUrl } from './testing/results-log.ts';

const env = { PLUMBLINE_REDIS_URL: testRedisUrl(11) };
const appId = `app${randomUUID().slice(0, 8)}`;
let redis: Redis;
let first: TestPayments;
let gateway: CommandGateway;

beforeAll(async () => {
  redis = openRedis({ url: env.PLUMBLINE_REDIS_URL, logger: silentLogger });
  await redis.run((client) => client.flushdb());
  first = await openTestPayments(env);
  gateway = await createCommandGateway({
    ...first.foundation,
    ...{ source: '/plumbline/test', partitions: first.foundation.config.PLUMBLINE_PARTITIONS },
    commandsTopic: topics.paymentsCommands.name,
    outcomesTopic: topics.paymentsOutcomes.name,
  });
});

afterAll(async () => {
  await gateway.close();
  await redis.close();
});

async function execute(orderNo: string, payload: PaymentsCommand): Promise<void> {
  const command = { id: randomUUID(), correlationId: randomUUID(), actor: 'api:test' };
  const key = routingKey(appId, orderNo);
  const executed = await gateway.execute({ ...command, key, subject: orderNo, payload });
  expect(executed).toMatchObject({ kind: 'decided', outcome: { status: 'ACCEPTED' } });
}

const merchant = {
  ...{ orderType: 'PAYMENT' as const, subject: 's', extraData: null, fingerprint: 'f' },
  idempotencyKey: null,
};

/** A payment that the mock channel takes by itself and that then succeeds or fails. */
async function pay(orderNo: string, callbackStatus: 'SUCCESS' | 'FAILED'): Promise<void> {
  const slot = slotOf(routingKey(appId, orderNo));
  const number = payNo({ atMs: Date.now(), slot, random: 1 });
  await execute(orderNo, {
    type: 'CreatePayment',
    data: {
      ...{ payNo: number, orderNo, tenant: appId, amountMinor: 10_000n, currency: 'CNY' },
      ...{ channel: 'MOCK', lifetimeMs: 600_000, gateway: null, merchant, replyTo: null },
    },
  });
  await expect.poll(() => toldOf(orderNo), { timeout: 20_000 }).toEqual(['pending>processing']);
  await execute(orderNo, {
    type: 'ReportMockCallback',
    data: {
      ...{ payNo: number, callbackId: randomUUID(), callbackStatus, channelTradeNo: 'M_1' },
      ...{ timestamp: '1', nonce: 'n', rawPayload: 'enc:v1:test:e30' },
    },
  });
}

const ours = async () =>
  (await entriesIn(redis)).map(({ fields }) => fields).filter(({ app_id }) => app_id === appId);
const toldOf = async (orderNo: string) =>
  (await ours())
    .filter((fields) => fields['merchant_order_id'] === orderNo)
    .map((fields) => `${fields['old_status']}>${fields['new_status']}`);
const numbered = (prefix: string) => Array.from({ length: 8 }, (_, n) => `${prefix}${n}`);

it('what happens to payments comes to Redis once, whoever of two processes brings it, and again after a flush', async () => {
  await Promise.all(numbered('A').map((orderNo) => pay(orderNo, 'SUCCESS')));
  const second = await openTestPayments(env);
  await Promise.all(numbered('B').map((orderNo) => pay(orderNo, 'FAILED')));
  await gateway.close();
  await first.close();
  gateway = await createCommandGateway({
    ...second.foundation,
    ...{ source: '/plumbline/test', partitions: second.foundation.config.PLUMBLINE_PARTITIONS },
    commandsTopic: topics.paymentsCommands.name,
    outcomesTopic: topics.paymentsOutcomes.name,
  });
  await Promise.all(numbered('C').map((orderNo) => pay(orderNo, 'SUCCESS')));
  const all = ['A', 'B', 'C'].flatMap(numbered);
  const expected = Object.fromEntries(
    all.map((orderNo) => {
      const end = orderNo.startsWith('B') ? 'failed' : 'succeeded';
      return [orderNo, ['pending>processing', `processing>${end}`]];
    }),
  );
  const told = async () =>
    Object.fromEntries(
      await Promise.all(all.map(async (orderNo) => [orderNo, await toldOf(orderNo)] as const)),
    );
  await expect.poll(told, { timeout: 20_000 }).toEqual(expected);
  const ids = (await ours()).map((fields) => fields['event_id']);
  expect(new Set(ids).size).toBe(48);
  expect((await ours())[0]).toMatchObject({
    ...{ event_type: 'payment_status_changed', amount: '10000', gateway_transaction_id: '' },
    payment_order_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
  });
  const [entry] = (await ours()).filter((fields) => fields['merchant_order_id'] === 'A0');
  expect(entry?.['payment_order_id']).toBe(paymentOrderIdOf(appId, 'A0'));

  await redis.run((client) => client.flushdb());
  await expect.poll(told, { timeout: 20_000 }).toEqual(expected);
  const again = (await ours()).map((fields) => fields['event_id']);
  expect([...again].sort()).toEqual([...ids].sort());
  await second.close();
});

it('a Redis that is away keeps no payment and no process from being served', async () => {
  const process = await openTestPayments({ PLUMBLINE_REDIS_URL: 'redis://127.0.0.1:1' });
  const { status, text } = await process.get('/readyz');
  expect(status).toBe(200);
  await expect
    .poll(async () => (await process.get('/readyz')).text)
    .toMatch(/partition \d waiting: Redis at 127\.0\.0\.1:1/);
  expect(text).toContain('result streams');
  await process.close();
});

import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertRaised, AlertResolved } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { activateRules } from '@plumbline/consistency-alerts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { learnAll, readTopic } from './checks/read-log.ts';
import type { World } from './world/world.ts';
import {
  callUntilDecided,
  callback,
  newOrder,
  openWorld,
  partitions,
  until,
} from './world/world.ts';

const graceMs = 3_000;
let world: World;

/** Alerts of one order, oldest first, as the topic has them. */
async function alertsOf(orderNo: string) {
  const { log, codec } = world;
  const records = await readTopic(log, topics.alertsEvents.name, partitions);
  const own = records.filter(({ key }) => key?.toString() === `main/${orderNo}`);
  await learnAll(codec, own);
  return own.map(({ topic, value }) => codec.decode(topic, value));
}

async function setGrace(): Promise<void> {
  const { log, codec } = world;
  const answers = await activateRules({
    ...{ log, codec, partitions, tenant: 'main', actor: 'operator:test', source: '/test' },
    data: {
      rules: [{ rule: 'A', version: 1, enabled: true, graceMs }],
      reason: 'a short grace for the test',
    },
    waitMs: 60_000,
  });
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 'ACCEPTED'));
}

/** An order that waits for its payment; returns the payment number. */
async function waitingOrder(orderNo: string): Promise<string> {
  const { platform } = world;
  await callUntilDecided(`${platform.url('orders')}/orders`, 'POST', newOrder(orderNo));
  const payment = { orderNo, amount: '99.90' };
  const { data } = await callUntilDecided(`${platform.url('payments')}/payments`, 'POST', payment);
  await until(
    `${orderNo} waits for its payment`,
    async () => {
      const answer = await callUntilDecided(`${platform.url('orders')}/orders/${orderNo}`, 'GET');
      return answer.data['status'] === 'WAITING_PAYMENT';
    },
    20_000,
  );
  return String(data['payNo']);
}

async function pay(payNo: string): Promise<void> {
  const url = `${world.platform.url('payments')}/payments/mock-callback`;
  const answer = await callUntilDecided(url, 'POST', callback(payNo, 'SUCCESS', payNo.slice(-9)));
  expect(answer.data).toMatchObject({ result: 'PROCESSED' });
}

beforeAll(async () => {
  world = await openWorld();
  await setGrace();
}, 180_000);

afterAll(async () => {
  await world.close();
}, 60_000);

it('raises Rule A while the orders process is down for longer than the grace, and heals', async () => {
  const { platform } = world;
  const payNo = await waitingOrder('A1');
  const orders = platform.process('orders');
  orders.setAutoRestart(false);
  orders.kill('SIGKILL');
  await pay(payNo);
  await until('A is raised', async () => (await alertsOf('A1')).length === 1, 30_000);
  const [raised] = await alertsOf('A1');
  const { rule, deadline, detectedAt, evidence } = raised?.data as AlertRaised;
  const succeeded = evidence.find(({ type }) => type === 'PaymentSucceeded');
  expect({ rule, deadline, detectedAt }).toEqual({
    rule: 'A',
    deadline: (succeeded?.time ?? 0) + graceMs,
    detectedAt: (succeeded?.time ?? 0) + graceMs,
  });
  orders.setAutoRestart(true);
  await orders.restart();
  await until('A is resolved', async () => (await alertsOf('A1')).length === 2, 30_000);
  const [, resolved] = await alertsOf('A1');
  expect(resolved?.data as AlertResolved).toMatchObject({
    resolution: 'AUTO_RESOLVED',
    evidence: [{ type: 'OrderPaid' }],
  });
}, 90_000);

it('raises nothing when the alert process itself was down past the deadline of a paid order', async () => {
  const { platform } = world;
  const late = await waitingOrder('A2');
  const alerts = platform.process('consistency-alerts');
  alerts.setAutoRestart(false);
  alerts.kill('SIGKILL');
  await pay(late);
  await sleep(2 * graceMs);
  alerts.setAutoRestart(true);
  await alerts.restart();
  // A later order's alert shows that the task has come past the first one's deadline.
  const orders = platform.process('orders');
  const witness = await waitingOrder('A3');
  orders.setAutoRestart(false);
  orders.kill('SIGKILL');
  await pay(witness);
  await until('the witness is raised', async () => (await alertsOf('A3')).length === 1, 60_000);
  expect(await alertsOf('A2')).toEqual([]);
  orders.setAutoRestart(true);
  await orders.restart();
}, 120_000);

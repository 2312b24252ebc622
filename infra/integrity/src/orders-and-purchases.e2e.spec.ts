import { setTimeout as sleep } from 'node:timers/promises';
import { activateRules } from '@plumbline/consistency-alerts';
import type {
  AccountsEvent,
  AlertRaised,
  AlertResolved,
  CheckoutEvent,
  InventoryEvent,
  OrdersEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { coreProcesses } from '@plumbline/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommerceLog } from './checks/check-commerce.ts';
import { commerceViolations } from './checks/check-commerce.ts';
import { learnAll, readTopic } from './checks/read-log.ts';
import { storyOf } from './world/story.ts';
import { tell } from './world/tell.ts';
import type { World } from './world/world.ts';
import {
  callUntilDecided,
  callback,
  newOrder,
  openWorld,
  partitions,
  startTimeoutMs,
  until,
} from './world/world.ts';

/** Of rule A. */
const graceMs = 3_000;
/** On four partitions these stand on several. */
const skus = ['tea', 'cup', 'pot', 'jar'] as const;
/** So few that the last buyers find nothing left. */
const stockOfEach = 12;
const buyers = ['ann', 'bob'] as const;
const purchases = 36;
/** Each of them dies twice while purchases are under way. */
const mortals = ['inventory', 'checkout', 'accounts', 'orders', 'payments'] as const;

let world: World;

beforeAll(async () => {
  world = await openWorld({ processes: [...coreProcesses, 'inventory', 'accounts'] });
  const inventory = world.platform.url('inventory');
  for (const sku of skus) {
    const item = { name: sku, price: '10.00', currency: 'CNY' };
    await sure('PUT', `${inventory}/items/${sku}`, item);
    await sure('POST', `${inventory}/items/${sku}/receipts`, {
      ...{ receiptId: 'first', quantity: stockOfEach },
    });
  }
  for (const buyer of buyers)
    await sure('POST', `${world.platform.url('accounts')}/accounts/${buyer}/credits`, {
      ...{ entryId: 'first', amount: '150.00', currency: 'CNY', reason: 'a present' },
    });
  await setGrace();
}, startTimeoutMs);

afterAll(() => world.close(), 60_000);

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
      rules: [{ rule: 'A', version: 1, enabled: true, graceMs, values: [] }],
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

describe('an order that does not show its payment', () => {
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
});

async function sure(method: 'POST' | 'PUT', url: string, body: object): Promise<void> {
  const answer = await callUntilDecided(url, method, body);
  expect(answer.status, `${url}: ${answer.code}`).toBe(200);
}

/** By a channel, by balance, by both, with too little of either at the end, and some cancelled. */
async function buy(index: number): Promise<void> {
  const orderNo = `BUY${index}`;
  const { platform } = world;
  const items = [index, index + 1, index + 2]
    .slice(0, 1 + (index % 3))
    .map((at) => ({ sku: skus[at % skus.length], quantity: 1, unitAmount: '10.00' }));
  const amount = items.length * 10;
  const balance = [0, amount, 5][index % 3] ?? 0;
  const purchase = {
    ...{ buyer: buyers[index % 2], balance: balance.toFixed(2) },
    channel: balance === amount ? null : 'MOCK',
  };
  const order = { orderNo, items, amount: amount.toFixed(2), payWithinSeconds: 600, purchase };
  const created = await callUntilDecided(() => `${platform.url('orders')}/orders`, 'POST', order);
  expect(created.status, `${orderNo}: ${created.code}`).toBe(200);
  if (index % 9 === 8) {
    const cancel = () => `${platform.url('orders')}/orders/${orderNo}/cancel`;
    await callUntilDecided(cancel, 'POST', { reason: 'changed my mind' });
    return;
  }
  if (balance === amount) return;
  const payNo = await paymentOf(orderNo);
  // One in seven never pays in earnest: its gateway says that it failed.
  const said = callback(payNo ?? '', index % 7 === 6 ? 'FAILED' : 'SUCCESS', orderNo);
  const report = () => `${platform.url('payments')}/payments/mock-callback`;
  if (payNo === null) return;
  const heard = await callUntilDecided(report, 'POST', said);
  expect(heard.status, `${orderNo}: ${heard.code}`).toBe(200);
}

const ends: ReadonlySet<string> = new Set(['PAID', 'FAILED', 'EXPIRED', 'CANCELLED']);

/** Its number once the checkout has had it opened; null when the order ends without one. */
async function paymentOf(orderNo: string): Promise<string | null> {
  for (;;) {
    const url = () => `${world.platform.url('orders')}/orders/${orderNo}`;
    const { data } = await callUntilDecided(url, 'GET');
    if (typeof data['payNo'] === 'string') return data['payNo'];
    // A process that was just started may not show it yet, and then says so.
    if (ends.has(String(data['status']))) return null;
    await sleep(200);
  }
}

async function logOf(): Promise<CommerceLog> {
  const { log, codec } = world;
  const read = async (topic: string) => {
    const records = await readTopic(log, topic, partitions);
    await learnAll(codec, records);
    return records.map((record: LogRecord) => ({
      key: record.key?.toString() ?? '',
      event: codec.decode(topic, record.value),
    }));
  };
  // The catalogue ties each topic to its union.
  const inventory = await read(topics.inventoryEvents.name);
  const accounts = await read(topics.accountsEvents.name);
  const orders = await read(topics.ordersEvents.name);
  const checkouts = await read(topics.checkoutEvents.name);
  return {
    inventory: inventory.map(({ event }) => event as InventoryEvent),
    accounts: accounts.map(({ event }) => event as AccountsEvent),
    orders: orders.map(({ key, event }) => ({ key, event: event as OrdersEvent, isHeard: true })),
    checkouts: checkouts.map(({ key, event }) => ({ key, event: event as CheckoutEvent })),
  };
}

const ended = ({ checkouts }: CommerceLog): readonly string[] =>
  checkouts.flatMap(({ key, event }) =>
    event.type === 'CheckoutCompleted' || event.type === 'CheckoutCompensated' ? [key] : [],
  );

it('A purchase ends with goods and money where they belong, whoever dies at which step', async () => {
  const buying = Array.from({ length: purchases }, (_, index) =>
    sleep(index * 450).then(() => buy(index)),
  );
  const all = Promise.all(buying);
  let kills = 0;
  for (const name of [...mortals, ...mortals]) {
    await sleep(1_500);
    world.platform.kill(name, 'SIGKILL');
    kills += 1;
  }
  await all;
  const begin = performance.now();
  let log = await logOf();
  await until(
    'every checkout has ended',
    async () => {
      log = await logOf();
      return ended(log).length === purchases;
    },
    150_000,
  ).catch(async (error: unknown) => {
    const over = new Set(ended(log));
    const open = log.orders.find(
      ({ key, event }) => event.type === 'OrderCreated' && !over.has(key),
    );
    const story = await storyOf(world, (open?.key ?? '').replace('main/', ''));
    throw new Error(`${over.size} of ${purchases} have ended; one that has not:\n${story}`, {
      cause: error,
    });
  });
  const count = (type: CheckoutEvent['type']) =>
    log.checkouts.filter(({ event }) => event.type === type).length;
  tell('purchases end', {
    ...{ kills, completed: count('CheckoutCompleted'), compensated: count('CheckoutCompensated') },
    endedAfterMs: Math.round(performance.now() - begin),
  });
  expect(commerceViolations(log)).toEqual([]);
  expect(new Set(ended(log)).size).toBe(purchases);
  // Something of each kind has happened, or nothing was shown.
  expect(count('CheckoutCompleted')).toBeGreaterThan(5);
  expect(count('CheckoutCompensated')).toBeGreaterThan(5);
  const refused = log.checkouts.some(
    ({ event }) => event.type === 'CheckoutStockAnswered' && !event.data.accepted,
  );
  expect(refused).toBe(true);
  const longest = log.checkouts.find(
    ({ event }) => 'attempt' in event.data && event.data.attempt > 1,
  );
  if (longest !== undefined)
    process.stdout.write(`${await storyOf(world, longest.key.replace('main/', ''))}\n`);
}, 300_000);

import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import type { LogRecord, OutgoingRecord } from '@plumbline/kafka';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { ordersProjection } from '@plumbline/orders';
import { paymentsProjection } from '@plumbline/payments';
import { openPostgres, rebuildAndCompare } from '@plumbline/postgres';
import { projections } from '@plumbline/queries';
import { replayTopology } from '@plumbline/runtime';
import { silentLogger } from '@plumbline/observability';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLog } from './checks/check-log.ts';
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

const victims = ['orders', 'payments', 'checkout', 'consistency-alerts', 'queries'] as const;
const orderCount = 150;
const kills = 10;
const paid: string[] = [];
let world: World;

/** Creates an order, its payment, and pays it, repeating each call until it is decided. */
async function buy(orderNo: string): Promise<void> {
  const { platform } = world;
  const order = await callUntilDecided(
    `${platform.url('orders')}/orders`,
    'POST',
    newOrder(orderNo),
  );
  expect(order).toMatchObject({ status: 200, data: { orderNo } });
  const created = await callUntilDecided(`${platform.url('payments')}/payments`, 'POST', {
    orderNo,
    amount: '99.90',
  });
  expect(created).toMatchObject({ status: 200, data: { orderNo } });
  const payNo = String(created.data['payNo']);
  const settled = await callUntilDecided(
    `${platform.url('payments')}/payments/mock-callback`,
    'POST',
    callback(payNo, 'SUCCESS', orderNo),
  );
  expect(settled).toMatchObject({ status: 200, data: { currentStatus: 'SUCCESS' } });
  paid.push(orderNo);
}

beforeAll(async () => {
  world = await openWorld();
  const { platform } = world;
  const orderNos = Array.from({ length: orderCount }, (_, i) => `K${i}`);
  let next = 0;
  const buyers = Array.from({ length: 8 }, async () => {
    for (let at = next++; at < orderNos.length; at = next++) await buy(orderNos[at] ?? '');
  });
  const killer = async () => {
    for (let i = 0; i < kills; i += 1) {
      await sleep(1_500);
      platform.kill(victims[i % victims.length] ?? 'orders', 'SIGKILL');
    }
  };
  await Promise.all([...buyers, killer()]);
  await platform.ready();
  await until(
    'every order shows its payment',
    async () => {
      const url = `${platform.url('orders')}/orders?status=PAID&limit=200`;
      const { data } = await callUntilDecided(url, 'GET');
      return JSON.stringify(data).match(/"orderNo"/g)?.length === orderCount;
    },
    60_000,
  );
}, 240_000);

afterAll(async () => {
  await world.close();
}, 60_000);

describe('while processes are killed without warning', () => {
  it.each(['orders', 'payments'] as const)(
    'every command to %s has one outcome, every outcome its events, every event its cause',
    async (context) => {
      const { log, codec } = world;
      const read = (topic: string) => readTopic(log, topic, partitions);
      const isOrders = context === 'orders';
      const commands = await read(
        (isOrders ? topics.ordersCommands : topics.paymentsCommands).name,
      );
      const events = await read((isOrders ? topics.ordersEvents : topics.paymentsEvents).name);
      const outcomes = await read(
        (isOrders ? topics.ordersOutcomes : topics.paymentsOutcomes).name,
      );
      await learnAll(codec, [...events, ...outcomes]);
      expect(checkLog({ commands, events, outcomes }, codec)).toEqual([]);
      const once = events.filter(
        ({ headers }) =>
          headers['ce_type']?.toString() === (isOrders ? 'OrderPaid' : 'PaymentSucceeded'),
      );
      expect(once.map(({ key }) => key?.toString()).sort()).toEqual(
        paid.map((orderNo) => `main/${orderNo}`).sort(),
      );
    },
    60_000,
  );

  it('read models equal the fold of the log', async () => {
    const { log, codec, stack } = world;
    const postgres = openPostgres({ url: stack.postgresUrl, poolMax: 4, logger: silentLogger });
    try {
      for (const projection of [ordersProjection, paymentsProjection, ...projections]) {
        const { equal, tables } = await rebuildAndCompare({ projection, log, codec, postgres });
        expect(tables.filter((table) => !table.equal)).toEqual([]);
        expect(equal).toBe(true);
      }
    } finally {
      await postgres.close();
    }
  }, 60_000);

  it('a replay from zero raises the same alerts, ids included', async () => {
    const { log, codec } = world;
    const topic = topics.alertsEvents.name;
    const live = await readTopic(log, topic, partitions);
    await codec.prepare([...consistencyAlerts.outputs, consistencyAlerts.deadLetters]);
    const replayed: OutgoingRecord[] = [];
    const untilMs = log.brokerNowMs() ?? 0;
    for (let partition = 0; partition < partitions; partition += 1) {
      await replayTopology({
        ...{ topology: consistencyAlerts, log, codec, partition, partitions, untilMs },
        onOutput: (output) => {
          if (output.topic === topic) replayed.push(output);
        },
      });
    }
    const shown = ({ key, value, headers }: LogRecord | OutgoingRecord) => ({
      key: key?.toString(),
      value: value?.toString('hex'),
      headers: Object.fromEntries(Object.entries(headers).map(([n, v]) => [n, v.toString()])),
    });
    expect(replayed.map(shown)).toEqual(live.map(shown));
  }, 60_000);
});

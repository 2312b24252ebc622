import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AlertRaised,
  MoneyMatched,
  MoneyUnmatched,
  PaymentSucceeded,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis } from '@plumbline/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mend } from './faults/mend.ts';
import {
  activeOrders,
  openPayment,
  recordOf,
  registerAccount,
  reportUntilKept,
  signed,
  signedCall,
} from './world/monitored-account.ts';
import { eventsOf } from './world/told-in-log.ts';
import type { World } from './world/world.ts';
import { call, openWorld, startTimeoutMs, until } from './world/world.ts';

const accounts = ['s1', 's2', 's3'];
/** While processes die. */
const paymentsInStorm = 24;
/** Of money that nobody waits for. */
const strangersInStorm = 4;

let world: World;
let redis: Redis;

beforeAll(async () => {
  world = await openWorld({
    processes: ['payments', 'consistency-alerts', 'channel-monitor'],
    // What a worker loses is known in seconds.
    env: { PLUMBLINE_GATEWAY_QUERY_SECONDS: '3', PLUMBLINE_GATEWAY_CALL_SECONDS: '2' },
  });
  redis = openRedis({ url: world.stack.redisUrl, logger: silentLogger });
}, startTimeoutMs);

afterAll(async () => {
  await redis.close();
  await world.close();
}, 60_000);

/** Contract 0's line: `XREAD COUNT 10 STREAMS mpay:order:heartbeat 0-0`, fields by name. */
async function streamed(): Promise<readonly Readonly<Record<string, string>>[]> {
  const read = await redis.run((client) =>
    client.xread('COUNT', 1_000, 'STREAMS', 'mpay:order:heartbeat', '0-0'),
  );
  return (read?.[0]?.[1] ?? []).map(([, fields]) =>
    Object.fromEntries(
      fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : [])),
    ),
  );
}

describe('contract 0, as written', () => {
  it('shows an order that waits, takes a signed record of its money, and shows it no more', async () => {
    const payNo = await openPayment(world, 'H202411230001', { aid: '1', amount: '10.00' });
    const path = '/api/monitor/orders/active?pid=1000';
    const find = async () =>
      ((await signedCall(world, 'GET', path)).body as readonly Record<string, string>[]).find(
        ({ orderId }) => orderId === 'H202411230001',
      );
    await until('it is listed', async () => (await find()) !== undefined, 20_000);
    const order = await find();
    expect(order).toEqual({
      ...{ orderId: 'H202411230001', pid: '1000', aid: '1', cid: '2', type: 'wxpay' },
      ...{ expiresAt: order?.['expiresAt'], pattern: '1' },
    });
    expect(Date.parse(order?.['expiresAt'] ?? '')).toBeGreaterThan(Date.now());
    await until('it is streamed', async () => (await streamed()).length === 1, 10_000);
    expect(await streamed()).toEqual([order]);
    const record = {
      ...{ pid: 1000, aid: 1, payway: 'wxpay', channel: 'wxpay1#1001', price: 10.0 },
      ...{ platformOrder: 'wx123', rawPayload: '{...}' },
    };
    const of = { orderId: 'H202411230001', payNo, platformOrder: 'wx123' };
    expect(await signedCall(world, 'POST', '/api/monitor/records', { body: record })).toEqual({
      ...{ status: 200, body: { result: 'MATCHED', was: 'MATCHED', ...of } },
    });
    expect(await signedCall(world, 'POST', '/api/monitor/records', { body: record })).toEqual({
      ...{ status: 200, body: { result: 'DUPLICATE', was: 'MATCHED', ...of } },
    });
    await until('it is streamed no more', async () => (await streamed()).length === 0, 10_000);
    await until('it is listed no more', async () => (await find()) === undefined, 10_000);
    const paid = await call(`${world.platform.url('payments')}/payments/${payNo}`, 'GET');
    expect(paid?.data).toMatchObject({ status: 'SUCCESS' });
  });

  it('takes money that nobody waits for, and refuses who does not sign, or signs twice', async () => {
    const body = recordOf('1', 'wx-nobody', 77);
    expect(await signedCall(world, 'POST', '/api/monitor/records', { body })).toMatchObject({
      ...{ status: 200, body: { result: 'UNMATCHED', orderId: null } },
    });
    const at = { method: 'POST', path: '/api/monitor/records', body: JSON.stringify(body) };
    const codeOf = async (headers: Readonly<Record<string, string>>) => {
      const answer = await signedCall(world, 'POST', at.path, { body, headers });
      return [answer.status, (answer.body as { readonly code?: string }).code];
    };
    expect(await codeOf({})).toEqual([401, 'signature_missing']);
    expect(await codeOf(signed(at, { secret: 'another' }))).toEqual([401, 'signature_wrong']);
    const once = signed(at);
    // At the same moment, as from two machines: one of them is first.
    const both = await Promise.all([codeOf(once), codeOf(once)]);
    expect(both.filter(([status]) => status === 401)).toEqual([[401, 'nonce_reused']]);
  });
});

it('takes a thousand records at once for one order as one', async () => {
  await openPayment(world, 'THOUSAND', { aid: '1', amount: '33.00' });
  await until('it waits', async () => (await activeOrders(world)).includes('THOUSAND'), 20_000);
  const record = recordOf('1', 'wx-thousand', 33);
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, () => reportUntilKept(world, record)),
  );
  const results = answers.map(({ result }) => result);
  expect(results.filter((result) => result === 'MATCHED').length).toBeLessThanOrEqual(1);
  // Whoever is not answered and asks again has been matched all the same.
  expect(new Set(answers.map(({ was, orderId }) => `${String(was)} ${String(orderId)}`))).toEqual(
    new Set(['MATCHED THOUSAND']),
  );
}, 90_000);

describe('money on accounts, whoever dies', () => {
  it('is matched once each, told to its payment, or kept for a person', async () => {
    for (const aid of accounts) await registerAccount(world, aid);
    const breaking = breakThings();
    const results = await storm();
    await breaking;
    const first = results.map(({ result, was }) => (result === 'DUPLICATE' ? was : result));
    const count = (wanted: string) => first.filter((each) => each === wanted).length;
    expect([count('MATCHED'), count('UNMATCHED')]).toEqual([paymentsInStorm, strangersInStorm]);
    await until(
      'all are paid',
      async () => (await succeeded()).size >= paymentsInStorm + 2,
      60_000,
    );
    await checkLog();
    await until(
      'every sum for nobody is an alert',
      async () => (await alerts()).length === strangersInStorm + 1,
      20_000,
    );
    expect(await activeOrders(world)).toEqual(['UNPAID']);
    await until(
      'Redis has what waits, and nothing else',
      async () => (await streamed()).map(({ orderId }) => orderId).join() === 'UNPAID',
      75_000,
    );
  }, 240_000);
});

/** Every payment is opened, waited for and paid, and every record sent twice. */
async function storm(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await openPayment(world, 'UNPAID', { aid: 's1', amount: '99.00' });
  const paying = Array.from({ length: paymentsInStorm }, async (_, index) => {
    await sleep(index * 400);
    const aid = accounts[index % accounts.length] ?? '';
    const orderNo = `STORM${index}`;
    await openPayment(world, orderNo, { aid, amount: `${10 + index}.00` });
    await until(
      `${orderNo} waits`,
      () =>
        activeOrders(world).then(
          (all) => all.includes(orderNo),
          () => false,
        ),
      60_000,
    );
    const record = recordOf(aid, `wx-${index}`, 10 + index);
    const [answer] = await Promise.all([
      reportUntilKept(world, record),
      reportUntilKept(world, record),
    ]);
    return answer;
  });
  const strangers = Array.from({ length: strangersInStorm }, async (_, index) => {
    await sleep(index * 2_000);
    return reportUntilKept(world, recordOf('s1', `wx-stranger-${index}`, 500 + index));
  });
  return Promise.all([...paying, ...strangers]);
}

async function breakThings(): Promise<void> {
  const { platform, stack } = world;
  for (const name of ['channel-monitor', 'payments', 'channel-monitor'] as const) {
    await sleep(2_500);
    platform.kill(name, 'SIGKILL');
    await platform.ready(name);
  }
  stack.killPart('redis', 'SIGKILL');
  await mend(stack, 'redis');
  await redis.run((client) => client.flushall());
  platform.kill('payments', 'SIGKILL');
  await platform.ready();
}

/** Order numbers of payments that have the money, and by which transaction. */
async function succeeded(): Promise<ReadonlyMap<string, string>> {
  const events = await eventsOf(world, topics.paymentsEvents.name);
  return new Map(
    events.flatMap(({ event }) => {
      if (event.type !== 'PaymentSucceeded') return [];
      const { orderNo, channelTradeNo } = event.data as PaymentSucceeded;
      return [[orderNo, channelTradeNo] as const];
    }),
  );
}

async function alerts(): Promise<readonly string[]> {
  const events = await eventsOf(world, topics.alertsEvents.name);
  return events.flatMap(({ event }) => {
    const { rule, alertId } = event.data as AlertRaised;
    return event.type === 'AlertRaised' && rule === 'K' ? [alertId] : [];
  });
}

/** Each sum stands in the log once, with the order that it was paid for, or with none. */
async function checkLog(): Promise<void> {
  const events = await eventsOf(world, topics.receivingEvents.name);
  const matched = events.flatMap(({ event }) =>
    event.type === 'MoneyMatched' ? [event.data as MoneyMatched] : [],
  );
  const kept = events.flatMap(({ event }) =>
    event.type === 'MoneyUnmatched' ? [(event.data as MoneyUnmatched).platformOrder] : [],
  );
  const expected = Array.from({ length: paymentsInStorm }, (_, index) => [
    `wx-${index}`,
    `STORM${index}`,
  ]);
  expect(matched.map((each) => [each.platformOrder, each.orderNo]).sort()).toEqual(
    [...expected, ['wx123', 'H202411230001'], ['wx-thousand', 'THOUSAND']].sort(),
  );
  const strangers = Array.from({ length: strangersInStorm }, (_, at) => `wx-stranger-${at}`);
  expect([...kept].sort()).toEqual([...strangers, 'wx-nobody'].sort());
  const paid = await succeeded();
  for (const [platformOrder = '', orderNo = ''] of expected)
    expect([orderNo, paid.get(orderNo)]).toEqual([orderNo, platformOrder]);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertRaised, AlertResolved } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTopic } from './checks/read-log.ts';
import { mend } from './faults/mend.ts';
import type { MerchantServer } from './world/merchant-server.ts';
import { openMerchantServer } from './world/merchant-server.ts';
import { earlyOnes, endOf, eventsOf, isOver, toldInLog } from './world/told-in-log.ts';
import type { World } from './world/world.ts';
import {
  callUntilDecided,
  callback,
  openWorld,
  partitions,
  startTimeoutMs,
  until,
} from './world/world.ts';

/** While processes and the broker die. */
const paymentsInStorm = 16;
/** Own waits of the endpoints: two that a delay topic keeps, and one that a timer does. */
const intervals = ['1s', '2s', '3s'];
const attemptsMax = intervals.length + 1;

let world: World;
let merchants: MerchantServer;

interface Endpoint {
  readonly name: string;
  readonly endpointId: string;
  readonly secret: string;
}
const endpoints = new Map<string, Endpoint>();

beforeAll(async () => {
  merchants = await openMerchantServer();
  world = await openWorld({
    processes: ['payments', 'consistency-alerts', 'delays', 'notifications'],
    env: {
      PLUMBLINE_DELAY_LEVELS: '1s,2s',
      PLUMBLINE_NOTIFICATION_INTERVALS: '2s,30s',
      PLUMBLINE_NOTIFICATION_TIMEOUT_MS: '5000',
      PLUMBLINE_NOTIFICATION_ALERT_AFTER_SECONDS: '2',
    },
  });
}, startTimeoutMs);

afterAll(async () => {
  await world.close();
  await merchants.close();
}, 60_000);

const api = (path: string) => () => `${world.platform.url('notifications')}/api/v1${path}`;

async function register(name: string, over: object = {}): Promise<void> {
  const body = {
    ...{ url: merchants.url(name), intervals, timeoutSeconds: 1 },
    ...{ events: ['payment.succeeded', 'payment.failed'], ...over },
  };
  const { status, code, data } = await callUntilDecided(api('/webhook-endpoints'), 'POST', body);
  expect([status, code], name).toEqual([201, expect.any(String)]);
  const { endpointId, secret } = data;
  endpoints.set(name, { name, endpointId: String(endpointId), secret: String(secret) });
}

const endpointOf = (name: string): Endpoint => {
  const found = endpoints.get(name);
  if (found === undefined) throw new Error(`no endpoint ${name}`);
  return found;
};

async function paid(orderNo: string, status: 'SUCCESS' | 'FAILED' = 'SUCCESS'): Promise<void> {
  const url = () => world.platform.url('payments');
  const asked = { orderNo, amount: '99.90' };
  const { data } = await callUntilDecided(() => `${url()}/payments`, 'POST', asked);
  const said = callback(String(data['payNo']), status, orderNo);
  await callUntilDecided(() => `${url()}/payments/mock-callback`, 'POST', said);
}

/** Every task that makes notifications knows every endpoint. */
async function endpointsAreKnown(): Promise<boolean> {
  const records = await readTopic(world.log, topics.notificationsChangelog.name, partitions);
  const newest = new Map<number, string>();
  for (const { partition, key, value } of records)
    if (key?.toString() === 's/subscriptions/main') newest.set(partition, value?.toString() ?? '');
  const all = [...endpoints.values()];
  return (
    newest.size === partitions &&
    [...newest.values()].every((text) => all.every(({ endpointId }) => text.includes(endpointId)))
  );
}

async function alertsOf(endpointId: string) {
  const all = await eventsOf(world, topics.alertsEvents.name);
  return all
    .map(({ event }) => ({ type: event.type, data: event.data as AlertRaised | AlertResolved }))
    .filter(({ data }) => data.rule === 'U' && data.orderNo === endpointId);
}

describe.concurrent('contract 2, as written', () => {
  const base = () => `${world.platform.url('notifications')}/payment-retry/api/payment`;

  async function send(method: 'GET' | 'POST', path: string, form?: Record<string, string>) {
    const response = await fetch(`${base()}${path}`, {
      method,
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      signal: AbortSignal.timeout(15_000),
    });
    const { data } = (await response.json()) as { data?: Record<string, unknown> };
    return { status: response.status, data: data ?? {} };
  }

  const notify = (paymentId: string, query = '') =>
    send('POST', '/notification', {
      ...{ paymentId, orderNo: `O-${paymentId}`, amount: '100.00', status: 'SUCCESS' },
      ...{ paymentMethod: 'ALIPAY', transactionId: 'T-1' },
      callbackUrl: `${base()}/callback/mock${query}`,
    });

  const read = (paymentId: string) => send('GET', `/notification/${paymentId}`);

  async function reaches(paymentId: string, status: string) {
    await until(
      `${paymentId} is ${status}`,
      async () => (await read(paymentId)).data['notificationStatus'] === status,
      20_000,
    );
    return (await read(paymentId)).data;
  }

  it('delivers a notification at once', async () => {
    expect((await notify('N-1')).status).toBe(200);
    const { attempts } = await reaches('N-1', 'SUCCESS');
    expect(attempts).toMatchObject([{ attempt: 1, outcome: 'DELIVERED', httpStatus: 200 }]);
    const repeated = await notify('N-1');
    expect(repeated).toMatchObject({ status: 200, data: { notificationStatus: 'SUCCESS' } });
  });

  it('retries after an answer that fails', async () => {
    await notify('N-2', '?status=500&times=1');
    const { attempts } = await reaches('N-2', 'SUCCESS');
    expect(attempts).toMatchObject([
      { attempt: 1, outcome: 'FAILED', httpStatus: 500 },
      { attempt: 2, trigger: 'SCHEDULE', outcome: 'DELIVERED' },
    ]);
  }, 30_000);

  it('lists what failed, and retries one by hand', async () => {
    await notify('N-3', '?status=500&times=2');
    await until(
      'the second attempt has failed',
      async () => {
        const { data } = await read('N-3');
        return data['notificationStatus'] === 'FAILED' && data['attemptCount'] === 2;
      },
      20_000,
    );
    const { data } = await send('GET', '/notifications/failed');
    expect(JSON.stringify(data)).toContain('N-3');
    const retried = await send('POST', '/retry/N-3');
    expect(retried).toMatchObject({ status: 200, data: { notificationStatus: 'RETRYING' } });
    const { attempts } = await reaches('N-3', 'SUCCESS');
    expect(attempts).toMatchObject([{}, {}, { attempt: 3, trigger: 'MANUAL' }]);
  }, 40_000);

  it('gives one up, and keeps the reason', async () => {
    await notify('N-4', '?status=500');
    await reaches('N-4', 'FAILED');
    const reason = 'the merchant has closed';
    const given = await send('POST', '/abandon/N-4', { reason });
    expect(given).toMatchObject({ status: 200, data: { notificationStatus: 'ABANDONED', reason } });
    expect((await send('POST', '/abandon/N-4', { reason })).status).toBe(200);
    expect((await send('POST', '/abandon/N-4', { reason: 'another' })).status).toBe(409);
    expect(await reaches('N-4', 'ABANDONED')).toMatchObject({ reason });
  }, 30_000);
});

describe('merchants are told, whatever dies', () => {
  it('each event at least once, under one id, never early, and nobody waits for another', async () => {
    // Slow enough that processes die before, during and after a request.
    merchants.behave('steady', () => ({ status: 200, afterMs: 300 }));
    merchants.behave('stumbling', (_, before) => ({ status: before < 2 ? 500 : 200 }));
    merchants.behave('hanging', () => 'hang');
    merchants.behave('failing', () => ({ status: 500 }));
    merchants.behave('gone', () => ({ status: 410 }));
    // It is there, and refuses each once: what comes behind it waits.
    merchants.behave('ordered', (_, before) => ({ status: before < 1 ? 422 : 200 }));
    for (const name of ['steady', 'stumbling', 'hanging', 'failing', 'gone']) await register(name);
    await register('ordered', { inOrder: true, events: ['refund.succeeded'] });
    await until('every task knows the endpoints', endpointsAreKnown, 20_000);
    const [, cut] = await Promise.all([storm(), breakThings(), triggerInOrder()]);
    // Of what was due at the kills some had not been sent, and some was answered and not yet reported.
    expect(cut.unsent).toBeGreaterThan(0);
    expect(cut.answered).toBeGreaterThan(0);

    // Nobody is broken now but the merchants themselves.
    const promptly = merchants.of('steady').length;
    await paid('PROMPT');
    await until('the others stay prompt', () => merchants.of('steady').length > promptly, 5_000);

    const failing = endpointOf('failing').endpointId;
    await until(
      'the failing one is an alert',
      async () => (await alertsOf(failing)).some(({ type }) => type === 'AlertRaised'),
      20_000,
    );
    // The stumbling one, too: whoever fails twice for each of many is left alone for longer and longer.
    for (const name of ['stumbling', 'hanging', 'failing', 'gone']) {
      merchants.behave(name, () => ({ status: 200 }));
    }
    // Whoever takes over has not seen them fail, and leaves nobody alone for up to a minute.
    world.platform.kill('notifications', 'SIGKILL');
    await world.platform.ready('notifications');
    await paid('HEALED', 'FAILED');
    let left = await leftOpen();
    for (let tries = 0; left.length > 0 && tries < 80; tries += 1) {
      await sleep(500);
      left = await leftOpen();
    }
    expect(left).toEqual([]);
    await checkLog();
    await checkMerchants();
    await checkOrder();
    await until('the alerts of the failing one end', () => areOver(failing), 20_000);
  }, 240_000);
});

async function storm(): Promise<void> {
  for (let index = 0; index < paymentsInStorm; index += 1) {
    await paid(`STORM${index}`, index % 5 === 4 ? 'FAILED' : 'SUCCESS');
    await sleep(300);
  }
}

/** Events of one order, for the endpoint that wants one after the other. */
async function triggerInOrder(): Promise<void> {
  const { endpointId } = endpointOf('ordered');
  const asked = { type: 'payment.succeeded', count: 3, orderNo: 'TEST-ORDERED' };
  for (let times = 0; times < 2; times += 1) {
    await callUntilDecided(api(`/webhook-endpoints/${endpointId}/trigger`), 'POST', asked);
    await sleep(1_500);
  }
}

/** Attempts that were due when the process died and that the log has no report of. */
interface Cut {
  unsent: number;
  answered: number;
}

async function breakThings(): Promise<Cut> {
  const { platform, stack } = world;
  const cut: Cut = { unsent: 0, answered: 0 };
  const killNotifications = async (): Promise<void> => {
    platform.kill('notifications', 'SIGKILL');
    await countCut(cut);
  };
  await new Promise<void>((resolve) => {
    merchants.onceAnswered('steady', () => {
      platform.kill('notifications', 'SIGKILL');
      resolve();
    });
  });
  await countCut(cut);
  await platform.ready('notifications');
  await sleep(1_200);
  platform.kill('delays', 'SIGKILL');
  await platform.ready('delays');
  await sleep(1_200);
  await killNotifications();
  await platform.ready('notifications');
  stack.killPart('kafka', 'SIGKILL');
  await mend(stack, 'kafka');
  await sleep(500);
  platform.kill('delays', 'SIGKILL');
  await killNotifications();
  await platform.ready();
  return cut;
}

/** Right after a kill: the next process needs longer to start than this takes. */
async function countCut(cut: Cut): Promise<void> {
  const seen = [...merchants.requests];
  for (const { created, events } of (await toldInLog(world)).filter((told) => !isOver(told))) {
    const newest = events.at(-1);
    // Whoever failed waits for its time; all else is due.
    if (newest?.type === 'NotificationAttemptFailed' && newest.data.status === 'FAILED') continue;
    if (newest === undefined && created.status === 'PENDING') continue;
    const reported = events.filter(({ data }) => 'report' in data).length;
    const own = seen.filter(({ id }) => id === created.notificationId);
    if (own.length <= reported && own.every((each) => merchants.isAnswered(each))) cut.unsent += 1;
    else if (own.filter((each) => merchants.isAnswered(each)).length > reported) cut.answered += 1;
  }
}

/** What has no end; whoever said 410 is resumed, as often as an answer from before comes late. */
async function leftOpen(): Promise<readonly string[]> {
  const resume = `/webhook-endpoints/${endpointOf('gone').endpointId}/resume`;
  const { status, data } = await callUntilDecided(api(resume), 'POST', {});
  const left = (await toldInLog(world)).filter((told) => !isOver(told));
  return left.map((told) => {
    const { endpointId, notificationId } = told.created;
    const name = [...endpoints.values()].find((each) => each.endpointId === endpointId)?.name;
    const newest = told.events.at(-1)?.type ?? 'created';
    return `${name ?? ''} ${notificationId}: ${newest}; gone: ${status} ${String(data['status'])}`;
  });
}

/** Each event and endpoint has one notification, with attempts as its schedule has them. */
async function checkLog(): Promise<void> {
  const told = await toldInLog(world);
  const payments = await eventsOf(world, topics.paymentsEvents.name);
  const all = [...endpoints.values()].filter(({ name }) => name !== 'ordered');
  const due = payments
    .filter(({ event }) => event.type === 'PaymentSucceeded' || event.type === 'PaymentFailed')
    .flatMap(({ id }) => all.map(({ endpointId }) => `${id} ${endpointId}`));
  const made = told
    .filter(({ created }) => all.some(({ endpointId }) => endpointId === created.endpointId))
    .map(({ created }) => `${created.content.sourceEventId ?? ''} ${created.endpointId ?? ''}`);
  expect(due).toHaveLength((paymentsInStorm + 2) * all.length);
  expect(made.sort()).toEqual(due.sort());
  for (const each of told) {
    const { endpointId, notificationId } = each.created;
    const mayFail = ['failing', 'hanging'].some(
      (name) => endpointOf(name).endpointId === endpointId,
    );
    expect(endOf(each) === 'SUCCESS' || mayFail, `${notificationId}: ${endOf(each)}`).toBe(true);
    expect(each.events.flatMap(earlyOnes(each)), notificationId).toEqual([]);
    const used = each.events.filter(
      ({ type, data }) =>
        type === 'NotificationAttemptFailed' && 'report' in data && data.report.outcome !== 'GONE',
    );
    expect(used.length, notificationId).toBeLessThanOrEqual(attemptsMax);
  }
}

/** What merchants got: everything, signed, under one id for each event. */
async function checkMerchants(): Promise<void> {
  const told = await toldInLog(world);
  for (const { name, endpointId, secret } of endpoints.values()) {
    const webhook = new Webhook(secret);
    const got = merchants.of(name);
    for (const { body, headers, id } of got) {
      expect(webhook.verify(body, { ...headers }), `${name} ${id}`).toMatchObject({ id });
    }
    const own = told.filter(({ created }) => created.endpointId === endpointId);
    expect(new Set(got.map(({ id }) => id))).toEqual(
      new Set(own.map(({ created }) => created.notificationId)),
    );
    for (const { created } of own) {
      const first = got.find(({ id }) => id === created.notificationId);
      expect(first?.atMs, `${name} ${created.notificationId}`).toBeGreaterThanOrEqual(
        created.createdAt,
      );
    }
  }
}

/** The next of an order is sent when the one before has ended. */
async function checkOrder(): Promise<void> {
  const { endpointId } = endpointOf('ordered');
  const told = (await toldInLog(world))
    .filter(({ created }) => created.endpointId === endpointId)
    .sort((a, b) => Number(a.created.sequence - b.created.sequence));
  expect(told.length).toBeGreaterThanOrEqual(6);
  expect(told.filter(({ created }) => created.status === 'PENDING').length).toBeGreaterThan(0);
  const got = merchants.of('ordered');
  for (const [index, { created }] of told.entries()) {
    const last = told[index - 1]?.events.at(-1);
    const endedMs = last?.type === 'NotificationDelivered' ? last.data.deliveredAt : 0;
    const first = got.find(({ id }) => id === created.notificationId);
    expect(first?.atMs, created.notificationId).toBeGreaterThanOrEqual(endedMs);
  }
}

async function areOver(endpointId: string): Promise<boolean> {
  const alerts = await alertsOf(endpointId);
  const raised = alerts.filter(({ type }) => type === 'AlertRaised');
  const over = new Set(
    alerts.filter(({ type }) => type === 'AlertResolved').map(({ data }) => data.alertId),
  );
  return raised.length > 0 && raised.every(({ data }) => over.has(data.alertId));
}

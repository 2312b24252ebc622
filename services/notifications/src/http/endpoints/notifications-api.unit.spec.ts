import { WriteFailed } from '@plumbline/http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notificationsOf } from '../../domain/notification/state.ts';
import type { AttemptView } from '../../projections/notification-queries.ts';
import type { EdgeWorld } from './testing/edge-world.ts';
import { openEdgeWorld, registered } from './testing/edge-world.ts';

let world: EdgeWorld;
beforeEach(async () => {
  world = await openEdgeWorld();
});
afterEach(() => world.http.close());

const shop = 'key-shop-all';
const post = (path: string, body: unknown = {}, as?: string) =>
  world.call('POST', path, as === undefined ? { body } : { body, as });

/** Sends trials to an endpoint and gives the ids of their notifications. */
async function triggered(endpointId: string, count: number, as?: string): Promise<string[]> {
  const body = { type: 'payment.succeeded', count };
  const { data } = await post(`/webhook-endpoints/${endpointId}/trigger`, body, as);
  return (data['notifications'] as { notificationId: string }[]).map((each) => each.notificationId);
}

const report = {
  ...{ code: 'HTTP_500', message: null, httpStatus: 500, retryAfterMs: null, startedAt: 1 },
  ...{ durationMs: 9, dnsMs: null, connectMs: 1, firstByteMs: 4, requestBytes: 200 },
  ...{ response: null, responseTruncated: false },
};

/** Has the attempts of a notification fail until its schedule is used up. */
async function useUp(notificationId: string): Promise<void> {
  const view = await world.edge.queries.byId(notificationId);
  const key = view?.aggregateKey ?? '';
  const ids = { id: notificationId, key, subject: notificationId, correlationId: 'c', actor: 'a' };
  const { gateway } = world.notifications;
  const attempts = [1, 2, 3];
  for (const attempt of attempts) {
    const data = { notificationId, attempt, report: { outcome: 'FAILED', ...report } };
    await gateway.execute({ ...ids, payload: { type: 'ReportAttempt', data } });
    if (attempt === attempts.length) return;
    await post(`/notifications/${notificationId}/retry`, {});
  }
}

const statusOf = async (id: string) => (await world.edge.queries.byId(id))?.notificationStatus;

describe('a trial', () => {
  it('goes to the endpoint whatever it asked for, and waits for the task to know it', async () => {
    const late = await openEdgeWorld({ unknownTimes: 3 });
    try {
      const id = await registered(late, { over: { events: ['refund.failed'] } });
      const { status, data } = await late.call('POST', `/webhook-endpoints/${id}/test`);
      expect([status, data['type'], data['notificationStatus']]).toEqual([
        ...[200, 'endpoint.test', 'NOTIFYING'],
      ]);
      const commands = late.notifications.asked;
      expect(commands.map(({ key }) => key)).toEqual(Array.from({ length: 4 }, () => `main/${id}`));
      expect(new Set(commands.map((each) => each.id)).size).toBe(4);
      expect(new Set(commands.map((each) => each.subject)).size).toBe(1);
    } finally {
      await late.http.close();
    }
  });

  it('gives up on an endpoint that the task does not come to know in 5 s', async () => {
    const never = await openEdgeWorld({ unknownTimes: 1_000 });
    try {
      const id = await registered(never);
      const { status, code } = await never.call('POST', `/webhook-endpoints/${id}/test`);
      expect([status, code]).toEqual([404, 'ENDPOINT_NOT_FOUND']);
      expect(never.clock.nowMs()).toBeGreaterThanOrEqual(5_000);
    } finally {
      await never.http.close();
    }
  });

  it.each([
    ['payment.succeeded', { status: 'SUCCESS', amount: '1.00', currency: 'CNY' }],
    ['payment.failed', { status: 'FAILED', amount: '1.00' }],
    ['payment.closed', { status: 'TIMEOUT', transactionId: null }],
    ['refund.succeeded', { status: 'REFUNDED', amount: '1.00' }],
    ['refund.failed', { status: 'SUCCESS', amount: null }],
    ['alert.raised', { status: 'UNKNOWN', amount: '1.00' }],
    ['alert.acknowledged', { status: 'UNKNOWN', amount: null }],
    ['alert.investigated', { status: 'UNKNOWN', amount: null }],
    ['alert.resolved', { status: 'UNKNOWN', amount: null }],
    ['alert.reopened', { status: 'UNKNOWN', amount: null }],
  ])('of type %s says what a real one says', async (type, said) => {
    const id = await registered(world, { as: shop });
    const path = `/webhook-endpoints/${id}/trigger`;
    const { status, data } = await post(path, { type, count: 2 }, shop);
    expect(status).toBe(200);
    const all = data['notifications'] as Record<string, unknown>[];
    expect(all).toHaveLength(2);
    for (const each of all) {
      expect(each).toMatchObject({ type, ...said, endpointId: id });
      expect(each['orderNo']).toMatch(/^TEST-[0-9a-f]{12}$/);
    }
    const shown = await world.call('GET', `/notifications/${String(all[0]?.['notificationId'])}`);
    const { body } = shown.data['request'] as { body: string };
    expect(JSON.parse(body)).toMatchObject({ type, sequence: 1 });
  });

  it('says the numbers that it was given, and none of what cannot be', async () => {
    const id = await registered(world);
    const path = `/webhook-endpoints/${id}/trigger`;
    const given = {
      ...{ type: 'payment.succeeded', orderNo: 'O-1', paymentId: 'P-1', amount: '300' },
      ...{ currency: 'JPY', status: 'CANCELLED', paymentMethod: 'CARD', transactionId: 'T-1' },
    };
    const { data } = await post(path, given);
    expect((data['notifications'] as object[])[0]).toMatchObject(given);
    for (const wrong of [
      { type: 'endpoint.test' },
      { ...given, amount: '0' },
      { ...given, amount: '1.5' },
      { ...given, currency: 'yen' },
      { ...given, count: 101 },
    ])
      expect((await post(path, wrong)).status).toBe(400);
  });

  it('is refused where the record of the order would grow too large', async () => {
    const id = await registered(world);
    const body = { type: 'payment.failed', orderNo: 'O-1', count: 100 };
    const path = `/webhook-endpoints/${id}/trigger`;
    for (let times = 0; times < 5; times += 1) expect((await post(path, body)).status).toBe(200);
    expect(await post(path, { ...body, count: 1 })).toMatchObject({
      ...{ status: 409, code: 'TOO_MANY_NOTIFICATIONS' },
    });
  });
});

describe('a notification', () => {
  it('is shown with its request, its attempts and what was answered, without secrets', async () => {
    const id = await registered(world, { over: { bodyStyle: 'FLAT', signatureField: true } });
    const [notificationId = ''] = await triggered(id, 1);
    const response = await world.vault.keyRing.encrypt(`endpoint:${id}`, 'no such order');
    const attempt: AttemptView = {
      ...{ attempt: 1, trigger: 'FIRST', reason: null, dueMs: 1, outcome: 'FAILED' },
      ...{ code: 'HTTP_404', message: null, httpStatus: 404, retryAfterMs: null, startedAtMs: 2 },
      ...{ durationMs: 9, dnsMs: 1, connectMs: 2, firstByteMs: 3, requestBytes: 200 },
      ...{ response, responseTruncated: true },
    };
    world.attempts.set(notificationId, [attempt]);
    const { data } = await world.call('GET', `/notifications/${notificationId}`);
    expect(data).toMatchObject({
      ...{ notificationId, tenant: 'main', endpointId: id, notificationStatus: 'NOTIFYING' },
      request: {
        url: 'https://merchant.example/hook',
        headers: { 'webhook-id': notificationId, 'webhook-signature': 'v1,***' },
      },
      attempts: [
        {
          ...{ attempt: 1, httpStatus: 404, response: 'no such order', responseTruncated: true },
          timing: { dnsMs: 1, connectMs: 2, firstByteMs: 3, totalMs: 9 },
        },
      ],
    });
    expect(JSON.stringify(data)).not.toContain('whsec_');
    const { body } = data['request'] as { body: string };
    expect(Object.keys(JSON.parse(body) as object)).not.toContain('signature');
    await world.call('DELETE', `/webhook-endpoints/${id}`);
    const erased = await world.call('GET', `/notifications/${notificationId}`);
    expect(erased.data['attempts']).toMatchObject([{ response: null }]);
  });

  it('is retried, abandoned and replayed as the decision says, by the caller’s name', async () => {
    const id = await registered(world, { as: shop });
    const [one = '', two = ''] = await triggered(id, 2, shop);
    const retry = await post(`/notifications/${one}/retry`, {}, shop);
    expect([retry.status, retry.code]).toEqual([409, 'RETRY_NOT_ALLOWED']);
    await useUp(one);
    const replayed = await post(`/notifications/${one}/replay`, { reason: 'mended' }, shop);
    expect(replayed.data['notificationStatus']).toBe('RETRYING');
    expect(world.notifications.asked.at(-1)?.actor).toBe('api:shop/id-of-shop');
    expect((await post(`/notifications/${two}/abandon`, {}, shop)).status).toBe(400);
    const reason = { reason: 'wrong order' };
    for (let times = 0; times < 2; times += 1)
      expect((await post(`/notifications/${two}/abandon`, reason, shop)).data).toMatchObject({
        ...{ notificationStatus: 'ABANDONED', ...reason },
      });
    expect(await post(`/notifications/${two}/replay`, reason, shop)).toMatchObject({
      ...{ status: 409, code: 'REPLAY_NOT_ALLOWED' },
    });
  });

  it('of the platform’s endpoint is hidden from the merchant whose event it tells', async () => {
    const platform = await registered(world, { over: { everyTenant: true } });
    const own = await registered(world, { as: shop });
    const content = {
      ...{ type: 'payment.succeeded', sourceEventId: null, tenant: 'shop', orderNo: 'O-1' },
      ...{ paymentId: null, refundId: null, amountMinor: 1n, currency: 'CNY', status: 'SUCCESS' },
      ...{ paymentMethod: null, transactionId: null, occurredAt: 1, data: null },
    };
    const target = { settingsVersion: 1, inOrder: false, intervalsMs: null };
    const targets = [
      { ...target, endpointId: platform, notificationId: '00000000-0000-8000-8000-000000000001' },
      { ...target, endpointId: own, notificationId: '00000000-0000-8000-8000-000000000002' },
    ];
    await world.notifications.gateway.execute({
      ...{ id: 'x', key: 'shop/O-1', subject: 's', correlationId: 'c', actor: 'a' },
      payload: { type: 'Announce', data: { content, targets } },
    });
    const ids = async (path: string, as?: string) => {
      const { data } = await world.call('GET', path, as === undefined ? {} : { as });
      return (data['notifications'] as { endpointId: string }[]).map((each) => each.endpointId);
    };
    expect(await ids('/notifications?order=O-1', shop)).toEqual([own]);
    expect((await ids('/notifications?order=O-1&tenant=shop')).sort()).toEqual(
      [own, platform].sort(),
    );
    expect(await ids(`/webhook-endpoints/${platform}/deliveries`)).toEqual([platform]);
    const path = `/notifications/${targets[0]?.notificationId ?? ''}`;
    for (const [method, rest, body] of [
      ...([
        ['GET', ''],
        ['POST', '/retry', {}],
      ] as const),
      ...([
        ['POST', '/abandon', { reason: 'r' }],
        ['POST', '/replay', { reason: 'r' }],
      ] as const),
    ]) {
      const asked = body === undefined ? { as: shop } : { as: shop, body };
      const answer = await world.call(method, `${path}${rest}`, asked);
      expect(answer).toMatchObject({ status: 404, code: 'NOTIFICATION_NOT_FOUND' });
    }
  });

  it('stands in pages that follow one another and leave none out', async () => {
    const id = await registered(world);
    const all = await triggered(id, 7);
    const found: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 4; pages += 1) {
      const path = `/webhook-endpoints/${id}/deliveries?limit=2${cursor}`;
      const { data } = await world.call('GET', path);
      const { notifications, nextCursor } = data as {
        notifications: { notificationId: string }[];
        nextCursor: string | null;
      };
      found.push(...notifications.map((each) => each.notificationId));
      expect(nextCursor === null).toBe(pages === 3);
      cursor = `&cursor=${nextCursor ?? ''}`;
    }
    expect(found.sort()).toEqual(all.sort());
    for (const query of ['cursor=abc', 'limit=201', 'status=DONE', 'from=yesterday', 'x=1'])
      expect((await world.call('GET', `/notifications?${query}`)).status).toBe(400);
  });
});

describe('a replay of many', () => {
  it('tells what it would do, does it, and finds nothing more at a repeat', async () => {
    const id = await registered(world);
    const all = await triggered(id, 5);
    for (const each of all.slice(0, 3)) await useUp(each);
    const body = { endpointId: id, reason: 'they are back' };
    const dry = await post('/notifications/replay', { ...body, dryRun: true });
    expect(dry.data).toMatchObject({ dryRun: true, matched: 3, replayed: 0, refused: 0 });
    expect(await statusOf(all[0] ?? '')).toBe('RETRY_FAILED');
    const done = await post('/notifications/replay', { ...body, limit: 2 });
    expect(done.data).toMatchObject({ matched: 2, hasMore: true, replayed: 2, refused: 0 });
    const rest = await post('/notifications/replay', body);
    expect(rest.data).toMatchObject({ matched: 1, hasMore: false, replayed: 1 });
    expect((await post('/notifications/replay', body)).data).toMatchObject({ matched: 0 });
    expect(await statusOf(all[4] ?? '')).toBe('NOTIFYING');
  });

  it('that dies half-way is finished by a repeat, without replaying anything twice', async () => {
    const id = await registered(world);
    const all = await triggered(id, 60);
    for (const each of all) await useUp(each);
    let left = 25;
    world.notifications.faults.before = () => {
      left -= 1;
      if (left < 0) throw new WriteFailed('the log is away');
    };
    const body = { endpointId: id, reason: 'they are back' };
    expect((await post('/notifications/replay', body)).status).toBe(503);
    world.notifications.faults.before = () => undefined;
    expect((await post('/notifications/replay', body)).data).toMatchObject({ replayed: 35 });
    const replays = world.notifications.asked.filter(
      ({ payload }) => payload.type === 'ReplayNotification',
    );
    expect(new Set(replays.map(({ subject }) => subject)).size).toBe(60);
    expect(replays).toHaveLength(60);
  });

  it('counts those that somebody else replayed meanwhile as refused', async () => {
    const id = await registered(world);
    const [one = ''] = await triggered(id, 1);
    await useUp(one);
    const { states } = world.notifications;
    world.notifications.faults.before = ({ key, payload }) => {
      if (payload.type !== 'ReplayNotification') return;
      const state = states.get(key)?.state;
      const [first] = state === undefined ? [] : notificationsOf(state);
      if (first !== undefined) Object.assign(first, { status: 'RETRYING' });
    };
    const { data } = await post('/notifications/replay', { endpointId: id, reason: 'r' });
    expect(data).toMatchObject({ matched: 1, replayed: 0, refused: 1 });
  });

  it('is of the caller’s own only, and needs a reason', async () => {
    const id = await registered(world);
    const [one = ''] = await triggered(id, 1);
    await useUp(one);
    const reason = { reason: 'r' };
    expect((await post('/notifications/replay', reason, shop)).data).toMatchObject({ matched: 0 });
    const stranger = await post('/notifications/replay', { ...reason, endpointId: id }, shop);
    expect(stranger).toMatchObject({ status: 404, code: 'ENDPOINT_NOT_FOUND' });
    for (const body of [{}, { ...reason, status: 'FAILED' }, { ...reason, limit: 10_001 }])
      expect((await post('/notifications/replay', body)).status).toBe(400);
  });
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AskedCall, FakeAnswer } from '../testing/fake-notifications.ts';
import {
  endpointId,
  okBody,
  openFakeServer,
  sampleNotification,
  sessionTo,
} from '../testing/fake-notifications.ts';
import { listNotifications, showNotification } from './notification-look.ts';
import { replayNotifications, say } from './notification-say.ts';

let answer: (call: AskedCall) => FakeAnswer | undefined;
let server: Awaited<ReturnType<typeof openFakeServer>>;
beforeEach(async () => {
  answer = () => okBody(sampleNotification);
  server = await openFakeServer((call) => answer(call));
});
afterEach(() => server.close());

it('list goes from page to page, no further than the limit', async () => {
  const notifications = Array.from({ length: 200 }, () => sampleNotification);
  answer = ({ path }) =>
    okBody(
      path.includes('cursor=')
        ? { notifications: notifications.slice(0, 50), nextCursor: 'more' }
        : { notifications, nextCursor: '1_aa' },
    );
  const session = sessionTo(server.url);
  const options = {
    limit: '250',
    status: 'RETRY_FAILED',
    from: '2026-11-22T10:00:00Z',
    json: true,
  };
  expect(await listNotifications(session, options)).toBe(0);
  expect(JSON.parse(session.out.stdout())).toHaveLength(250);
  expect(server.calls.map(({ path }) => path.split('?')[1])).toEqual([
    'status=RETRY_FAILED&from=2026-11-22T10%3A00%3A00.000Z&limit=200',
    'status=RETRY_FAILED&from=2026-11-22T10%3A00%3A00.000Z&limit=50&cursor=1_aa',
  ]);
  const table = sessionTo(server.url);
  await listNotifications(table, { limit: '1' });
  expect(table.out.stdout()).toMatch(/payment\.succeeded +O-1 +RETRY_FAILED +6 of 6 +n-1 +ep_/);
  const wrong = listNotifications(session, { limit: '1', from: 'yesterday' });
  await expect(wrong).rejects.toThrow('--from is how long ago');
});

it('show tells the request, each attempt and what was answered', async () => {
  const session = sessionTo(server.url);
  await showNotification(session, 'n-1', {});
  expect(session.out.stdout()).toBe(
    [
      'n-1 payment.succeeded of O-1 is RETRY_FAILED',
      'POST https://shop.example/hook',
      ...['  webhook-id: n-1', '', '  {"a":1}', ''],
      'attempt 1 (FIRST 2026-11-22T10:00:00.000Z): FAILED HTTP_500 in 7 ms',
      ...['  oh no', ''],
    ].join('\n'),
  );
});

it('retry, abandon and replay of one are asked for with their reasons', async () => {
  const session = sessionTo(server.url);
  await say(session, { verb: 'retry', notificationId: 'n-1' }, {});
  await say(session, { verb: 'abandon', notificationId: 'n-1' }, { reason: 'wrong' });
  await replayNotifications(session, 'n-1', { reason: 'lost' });
  expect(server.calls.map(({ path, body }) => [path, body])).toEqual([
    ['/api/v1/notifications/n-1/retry', {}],
    ['/api/v1/notifications/n-1/abandon', { reason: 'wrong' }],
    ['/api/v1/notifications/n-1/replay', { reason: 'lost' }],
  ]);
});

it('replay of many says what there is before, and what became of them', async () => {
  const counts = {
    matched: 2,
    hasMore: true,
    replayed: 0,
    refused: 0,
    notificationIds: ['a', 'b'],
  };
  answer = () => okBody({ ...counts, dryRun: true });
  const session = sessionTo(server.url);
  const options = { reason: 'r', endpoint: endpointId, limit: '2', from: '2h' };
  await replayNotifications(session, undefined, { ...options, dryRun: true });
  expect(session.out.stdout()).toBe('2 would be replayed, and there are more\n  a\n  b\n');
  const [call] = server.calls;
  expect(call?.path).toBe('/api/v1/notifications/replay');
  expect(call?.body).toMatchObject({ endpointId, dryRun: true, reason: 'r', limit: 2 });
  answer = () => okBody({ ...counts, dryRun: false, hasMore: false, replayed: 1, refused: 1 });
  const done = sessionTo(server.url);
  await replayNotifications(done, undefined, { reason: 'r', all: true });
  expect(done.out.stdout()).toBe('1 of 2 replayed, 1 refused\n');
});

it('replay asks for nothing where it is not said of what, or why', async () => {
  const session = sessionTo(server.url);
  const replay = (id: string | undefined, over: object = {}) =>
    replayNotifications(session, id, { reason: 'r', ...over });
  await expect(replay(undefined)).rejects.toThrow('--endpoint, or --all');
  await expect(replay('n-1', { reason: ' ' })).rejects.toThrow('--reason must not be empty');
  await expect(replay('n-1', { dryRun: true })).rejects.toThrow('--dry-run is for several');
  await expect(replay(undefined, { all: true, limit: 'x' })).rejects.toThrow('--limit');
  expect(server.calls).toEqual([]);
});

import { request } from 'node:http';
import type { Listening, Route, UpgradeAt } from '@plumbline/http';
import { createHttpApp, defineRoute, listen } from '@plumbline/http';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { RedisDown } from '@plumbline/redis';
import { afterEach, expect, it, vi } from 'vitest';
import type { Caller } from '../http/authorise.ts';
import * as limits from '../limits.ts';
import { openLiveClient } from '../testing/live-client.ts';
import { createFeedCodec, notedChange } from '../testing/noted-changes.ts';
import type { Session } from '../sessions/sessions.ts';
import { createTestLog } from '../testing/open-test-bff.ts';
import { openFeed } from './feed.ts';
import type { LiveOptions } from './live.ts';
import { createLive } from './live.ts';

const codec = await createFeedCodec();
const session: Session = {
  ...{ key: 'k', issuer: 'i', createdAtMs: 0, expiresAtMs: 1_000, csrfSecret: 's' },
  user: { id: 'u1', name: null, roles: [] },
};
const caller: Caller = { user: session.user, session, expiresAtMs: session.expiresAtMs };

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

/** Connections alone: whoever calls is u1, and clocks and sessions are the test's. */
async function open(options: Partial<LiveOptions> = {}, user = caller) {
  const log = createTestLog();
  const feed = await openFeed({ log, codec, logger: silentLogger, partitions: 4 });
  const metrics = createMetrics({ service: 'bff', processMetrics: false });
  const sessions = { check: () => Promise.resolve(session), reachable: () => Promise.resolve() };
  const live = createLive({
    ...{ feed, sessions, logger: silentLogger, metrics, nowMs: () => 0 },
    ...{ heartbeatMs: 60_000, checkMs: 60_000, ...options },
  });
  const route: Route = defineRoute({
    ...{ method: 'get', path: '/api/live', summary: 'live', request: {} },
    responses: { 101: { description: 'live' } },
    handler: () => {
      live.admit(user);
      const take = (at: UpgradeAt) => live.take(at, user, null);
      return { status: 101, upgrade: { protocol: 'websocket', take } };
    },
  });
  const app = createHttpApp({
    ...{ service: 'bff', version: 'test', logger: silentLogger, metrics, routes: [route] },
    health: {},
  });
  const http: Listening = await listen(app, { host: '127.0.0.1', port: 0 });
  closing.push(async () => {
    await http.close();
    await live.close();
    await feed.close();
    await log.close();
  });
  const write = (change: Parameters<typeof notedChange>[2] = {}) =>
    log.appendRaw(notedChange(codec, 0, change));
  return { live, http, write, metrics };
}

const greeted = async (client: ReturnType<typeof openLiveClient>): Promise<void> =>
  vi.waitFor(() => expect(client.messages[0]?.type).toBe('hello'), { interval: 2 });

it('a client that answers no ping is cut after two, and one that answers stays', async () => {
  const { http } = await open({ heartbeatMs: 60 });
  const silent = openLiveClient(http.url, { autoPong: false });
  const answering = openLiveClient(http.url);
  expect(await silent.closed).toEqual({ code: 1006, reason: '' });
  expect(answering.socket.readyState).toBe(answering.socket.OPEN);
});

it('now and then a client hears how far it has come, though nothing was for it', async () => {
  const { http, write } = await open({ heartbeatMs: 60 });
  const client = openLiveClient(http.url);
  await greeted(client);
  write({ buyer: 'u2' });
  await vi.waitFor(() => expect(client.messages.at(-1)?.type).toBe('position'));
  expect(client.position()).toMatch(/\.1-0-0-0$/);
  expect(client.orders()).toEqual([]);
});

it('a client that does not take its changes is closed, and others go on', async () => {
  const { http, write, metrics } = await open();
  const slow = openLiveClient(http.url);
  const quick = openLiveClient(http.url);
  await Promise.all([greeted(slow), greeted(quick)]);
  slow.socket.pause();
  const eventType = 'x'.repeat(8_000);
  // No faster than a client can read on a machine that has other things to do.
  for (let written = 100; written <= 3_000; written += 100) {
    for (let n = 0; n < 100; n += 1) write({ eventType });
    await vi.waitFor(() => expect(quick.orders()).toHaveLength(written), { timeout: 10_000 });
  }
  await vi.waitFor(async () => expect(await metrics.text()).toMatch(/live_connections.* 1$/m));
  slow.socket.resume();
  // What was on its way comes; the rest, and the farewell, only if it comes within a second.
  expect([4408, 1006]).toContain((await slow.closed).code);
  expect(slow.orders().length).toBeLessThan(3_000);
  expect(quick.socket.readyState).toBe(quick.socket.OPEN);
}, 20_000);

it('a connection ends with its session, and with its own time', async () => {
  let [nowMs, found]: [number, Session | null] = [0, session];
  const sessions = { check: () => Promise.resolve(found), reachable: () => Promise.resolve() };
  const { http, live } = await open({ sessions, nowMs: () => nowMs });
  const first = openLiveClient(http.url);
  await greeted(first);
  await live.checkNow();
  expect(first.socket.readyState).toBe(first.socket.OPEN);
  found = null;
  await live.checkNow();
  expect(await first.closed).toEqual({ code: 4401, reason: 'the session is over' });
  found = session;
  const second = openLiveClient(http.url);
  await greeted(second);
  nowMs = session.expiresAtMs;
  await live.checkNow();
  expect((await second.closed).code).toBe(4401);
});

it('while nobody can say whether sessions stand, connections do for 15 s, and then close', async () => {
  let nowMs = 0;
  const down = () => Promise.reject(new RedisDown('away'));
  const sessions = { check: down, reachable: down };
  const lasting = { ...caller, expiresAtMs: Number.POSITIVE_INFINITY };
  const { http, live } = await open({ sessions, nowMs: () => nowMs }, lasting);
  const client = openLiveClient(http.url);
  await greeted(client);
  await live.checkNow();
  nowMs = limits.sessionsUnknownMs - 1;
  await live.checkNow();
  expect(client.socket.readyState).toBe(client.socket.OPEN);
  nowMs += 1;
  await live.checkNow();
  expect((await client.closed).code).toBe(4503);
});

it('a user has so many connections, and a place that is left is free again', async () => {
  const { http, metrics } = await open({ connectionsPerUserMax: 2 });
  const [first, second] = [openLiveClient(http.url), openLiveClient(http.url)];
  await Promise.all([greeted(first), greeted(second)]);
  const third = openLiveClient(http.url);
  expect(await third.refused).toEqual({ status: 429, code: 'RATE_LIMITED' });
  first.socket.close();
  await first.closed;
  await vi.waitFor(async () => expect(await metrics.text()).toMatch(/live_connections.* 1$/m));
  await greeted(openLiveClient(http.url));
});

it('a process has so many connections, and then sends to another', async () => {
  const { http } = await open({ connectionsMax: 1 });
  await greeted(openLiveClient(http.url));
  const second = openLiveClient(http.url);
  expect(await second.refused).toEqual({ status: 503, code: 'OVERLOADED' });
});

it('a handshake that is none is refused, and takes nobody’s place', async () => {
  const { http } = await open({ connectionsMax: 1 });
  const right = {
    ...{ Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const status = (headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request(`${http.url}/api/live`, { headers });
      sent.on('response', ({ statusCode }) => resolve(statusCode));
      sent.on('error', reject);
      sent.end();
    });
  expect(await status({ ...right, 'Sec-WebSocket-Key': 'short' })).toBe(400);
  expect(await status({ ...right, 'Sec-WebSocket-Version': '1' })).toBe(400);
  expect(await status({ ...right, Upgrade: 'h2c' })).toBe(426);
  await greeted(openLiveClient(http.url));
});

it('a server that stops tells its clients to go elsewhere, and is closed when they have', async () => {
  const { http } = await open();
  const client = openLiveClient(http.url);
  await greeted(client);
  const startedAt = performance.now();
  await http.close();
  expect((await client.closed).code).toBe(1012);
  expect(performance.now() - startedAt).toBeLessThan(limits.farewellMs);
});

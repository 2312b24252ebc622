import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '@plumbline/observability';
import { openPostgres } from '@plumbline/postgres';
import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess, testAddress } from '@plumbline/runtime/testing';
import { createApiKeyRows, issueApiKey, vaultSql } from '@plumbline/vault';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NotificationsConfig } from '../../config.ts';
import { schema } from '../../config.ts';
import { verifyWebhook } from '../../delivery/signature.ts';
import { openNotifications } from '../../wiring.ts';

interface Received {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

let edge: TestProcess<NotificationsConfig>;
const received: Received[] = [];
let status = 200;
const merchant = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const headers = request.headers as Received['headers'];
    received.push({ headers, body: Buffer.concat(parts) });
    response.writeHead(status).end('as it was told');
  });
});

/** Nobody listens there now; a test process says nothing of a port that it found itself. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port: found } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return found;
}

let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    merchant.listen(0, '127.0.0.1', resolve);
  });
  port = await freePort();
  edge = await openTestProcess<NotificationsConfig>({
    ...{ service: 'notifications', schema, open: openNotifications, port },
    env: { PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK: 'true' },
  });
});
afterAll(async () => {
  await edge.close();
  merchant.closeAllConnections();
  merchant.close();
});

const api = '/api/v1';
const { headers: app } = { headers: { Authorization: 'Bearer local-merchant-key' } };
const url = () => `http://127.0.0.1:${(merchant.address() as AddressInfo).port}/hook`;
const post = (path: string, body: unknown = {}) => edge.post(`${api}${path}`, body, app);
const read = async (path: string) => (await edge.get(`${api}${path}`, app)).json.data ?? {};

/** Registers an endpoint without retries, and gives its id and secret. */
async function registered() {
  const body = { url: url(), events: ['payment.succeeded'], intervals: [] };
  const { status: answered, json } = await post('/webhook-endpoints', body);
  expect(answered).toBe(201);
  return json.data as { readonly endpointId: string; readonly secret: string };
}

it('tells an app’s endpoint, signed, and shows what was sent and answered', async () => {
  status = 200;
  const { endpointId, secret } = await registered();
  const tested = await post(`/webhook-endpoints/${endpointId}/test`);
  expect(tested.status).toBe(200);
  const id = String(tested.json.data?.['notificationId']);
  const statusOf = async () => (await read(`/notifications/${id}`))['notificationStatus'];
  await expect.poll(statusOf, { timeout: 15_000 }).toBe('SUCCESS');
  const [first] = received.filter(({ headers }) => headers['webhook-id'] === id);
  const { headers = {}, body = Buffer.alloc(0) } = first ?? {};
  expect(verifyWebhook({ secrets: [secret], headers, body, nowMs: Date.now() })).toEqual({
    ok: true,
  });
  expect(await read(`/notifications/${id}`)).toMatchObject({
    ...{ tenant: 'demo_app', endpointId, type: 'endpoint.test' },
    request: { url: url(), body: body.toString('utf8') },
    attempts: [{ attempt: 1, httpStatus: 200, response: 'as it was told', outcome: 'DELIVERED' }],
  });
  expect((await edge.get(`${api}/webhook-endpoints?tenant=main`, app)).status).toBe(400);
  const own = await edge.get(`${api}/webhook-endpoints`);
  expect(own.text).not.toContain(endpointId);
});

it('replays what an endpoint did not take, once it takes it', async () => {
  status = 500;
  const { endpointId } = await registered();
  const made = await post(`/webhook-endpoints/${endpointId}/trigger`, {
    ...{ type: 'payment.succeeded', count: 3 },
  });
  expect(made.status).toBe(200);
  const healthOf = async () => (await read(`/webhook-endpoints/${endpointId}`))['health'];
  await expect.poll(healthOf, { timeout: 20_000 }).toMatchObject({ waiting: 0, retryFailed: 3 });
  status = 200;
  const body = { endpointId, reason: 'they are back' };
  const dry = await post('/notifications/replay', { ...body, dryRun: true });
  expect(dry.json.data).toMatchObject({ matched: 3, replayed: 0 });
  const done = await post('/notifications/replay', body);
  expect(done.json.data).toMatchObject({ matched: 3, replayed: 3, refused: 0 });
  const delivered = async () => {
    const page = await read(`/webhook-endpoints/${endpointId}/deliveries?status=SUCCESS`);
    return (page['notifications'] as unknown[]).length;
  };
  await expect.poll(delivered, { timeout: 30_000 }).toBe(3);
  expect((await post('/notifications/replay', body)).json.data).toMatchObject({ matched: 0 });
});

it('removes an endpoint with its secrets, and what waits for it is given up', async () => {
  status = 200;
  const { endpointId } = await registered();
  expect((await post(`/webhook-endpoints/${endpointId}/pause`)).json.data).toMatchObject({
    ...{ status: 'PAUSED' },
  });
  const made = await post(`/webhook-endpoints/${endpointId}/trigger`, { type: 'payment.failed' });
  const [one] = made.json.data?.['notifications'] as { readonly notificationId: string }[];
  const removed = await fetch(`http://127.0.0.1:${port}${api}/webhook-endpoints/${endpointId}`, {
    ...{ method: 'DELETE', headers: app },
  });
  expect(removed.status).toBe(200);
  const statusOf = async () =>
    (await read(`/notifications/${one?.notificationId ?? ''}`))['notificationStatus'];
  await expect.poll(statusOf, { timeout: 15_000 }).toBe('ABANDONED');
});

/** Nobody else has called with it, so that nothing but the test's own calls counts. */
async function keyOfItsOwn(): Promise<string> {
  const url = testAddress('PLUMBLINE_TEST_POSTGRES');
  const postgres = openPostgres({ url, logger: silentLogger, poolMax: 1 });
  try {
    const appId = `app_${randomUUID().slice(0, 8)}`;
    const scopes = ['endpoints:read'] as const;
    const rows = createApiKeyRows(vaultSql(postgres));
    const on = { rows, tenant: 'main', nowMs: Date.now };
    return (await issueApiKey({ appId, name: 'a burst', scopes, expiresAtMs: null }, on)).text;
  } finally {
    await postgres.close();
  }
}

it('a key that calls too often is told when to come again, and the platform itself is not counted', async () => {
  const limited = await openTestProcess<NotificationsConfig>({
    ...{ service: 'notifications', schema, open: openNotifications },
    env: {
      PLUMBLINE_NOTIFICATION_CALLS_PER_SECOND: '2',
      PLUMBLINE_NOTIFICATION_CALLS_BURST: '0',
    },
  });
  try {
    const many = (headers: Readonly<Record<string, string>>) =>
      Promise.all(
        Array.from({ length: 40 }, () => limited.get(`${api}/webhook-event-types`, headers)),
      );
    const answers = await many({ Authorization: `Bearer ${await keyOfItsOwn()}` });
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 429]));
    const refused = answers.find((answer) => answer.status === 429);
    expect(refused?.json.code).toBe('RATE_LIMITED');
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(new Set((await many({})).map((answer) => answer.status))).toEqual(new Set([200]));
  } finally {
    await limited.close();
  }
});

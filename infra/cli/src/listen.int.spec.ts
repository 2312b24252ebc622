import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NotificationsConfig } from '@plumbline/notifications';
import { notificationsConfig, openNotifications } from '@plumbline/notifications';
import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { showEndpoint } from './commands/endpoint-look.ts';
import { registerEndpoint } from './commands/endpoint-set.ts';
import { testEndpoint } from './commands/endpoint-say.ts';
import { listen } from './commands/listen.ts';
import { listNotifications } from './commands/notification-look.ts';
import { replayNotifications } from './commands/notification-say.ts';
import { trigger } from './commands/trigger.ts';
import { openFakeServer, sessionTo } from './testing/fake-notifications.ts';

let platform: TestProcess<NotificationsConfig>;
let url = '';
let status = 200;
let receiver: Awaited<ReturnType<typeof openFakeServer>>;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

beforeAll(async () => {
  receiver = await openFakeServer(() => ({ status, body: 'as it was told' }));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  platform = await openTestProcess<NotificationsConfig>({
    ...{ service: 'notifications', schema: notificationsConfig, open: openNotifications, port },
    env: {
      PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK: 'true',
      PLUMBLINE_NOTIFICATION_INTERVALS: '1s',
    },
  });
});
afterAll(async () => {
  await platform.close();
  await receiver.close();
});

const app = { PLUMBLINE_API_KEY: 'local-merchant-key' };
const usual = { count: '1', amount: '1.00', currency: 'CNY' };

it('listen forwards real deliveries, their retries and their replays, and leaves nothing', async () => {
  const session = sessionTo(url, app);
  const running = listen(session, { forwardTo: receiver.url, port: '0' });
  const said = { timeout: 20_000 };
  await expect.poll(() => session.out.stderr(), said).toContain('forwarding to');
  const [, endpoint = ''] = /endpoint (ep_demo_app_[0-9a-f]{24})/.exec(session.out.stderr()) ?? [];
  status = 500;
  const triggering = sessionTo(url, app);
  expect(await trigger(triggering, 'payment.succeeded', { ...usual, endpoint })).toBe(0);
  await expect.poll(() => session.out.stdout(), said).toMatch(/time 1: 500 .*\n.*time 2: 500 /);
  status = 200;
  const replay = async () => {
    const replaying = sessionTo(url, app);
    await replayNotifications(replaying, undefined, { reason: 'a trial', endpoint });
    return replaying.out.stdout();
  };
  await expect.poll(replay, said).toContain('1 of 1 replayed');
  await expect.poll(() => session.out.stdout(), said).toMatch(/time 3: 200 /);
  expect(session.out.stdout()).not.toContain('WRONG');
  expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  session.interrupt();
  expect(await running).toBe(0);
  const shown = sessionTo(url, app);
  await showEndpoint(shown, endpoint, {});
  expect(shown.out.stdout()).toContain('is REMOVED');
});

it('endpoint test says what an endpoint answers, and the lists show it', async () => {
  status = 418;
  const registering = sessionTo(url, app);
  await registerEndpoint(registering, { url: receiver.url, intervals: 'none', json: true });
  const { endpointId } = JSON.parse(registering.out.stdout()) as { readonly endpointId: string };
  const testing = sessionTo(url, app);
  expect(await testEndpoint(testing, endpointId, { wait: '20' })).toBe(1);
  expect(testing.out.stdout()).toMatch(/FAILED HTTP_418.* in \d+ ms; it said/);
  const listing = sessionTo(url, app);
  await listNotifications(listing, { limit: '5', endpoint: endpointId });
  expect(listing.out.stdout()).toMatch(/endpoint\.test +ep_demo_app_\w+ +RETRY_FAILED +1 of 1/);
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccountsConfig } from '@plumbline/accounts';
import { accountsConfig, openAccounts } from '@plumbline/accounts';
import type { ChannelMonitorConfig } from '@plumbline/channel-monitor';
import { channelMonitorConfig, openChannelMonitor } from '@plumbline/channel-monitor';
import type { InventoryConfig } from '@plumbline/inventory';
import { inventoryConfig, openInventory } from '@plumbline/inventory';
import { freePorts, hasPython, localConfig } from '@plumbline/local';
import type { NotificationsConfig } from '@plumbline/notifications';
import { notificationsConfig, openNotifications } from '@plumbline/notifications';
import type { OrdersConfig } from '@plumbline/orders';
import { openOrders, ordersConfig } from '@plumbline/orders';
import type { QueriesConfig } from '@plumbline/queries';
import { openQueries, schema as queriesConfig } from '@plumbline/queries';
import { openTestProcess, testAddress } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  apiKey,
  makeKnownData,
  makeKnownMoney,
  makeKnownNotifications,
  monitorKey,
} from './schemathesis/known-data.ts';
import { casesMinPerCall, roundTimeoutMs, testExamples } from './schemathesis/limits.ts';
import type { CallsOf } from './schemathesis/run-schemathesis.ts';
import {
  allCalls,
  callsOfNotifications,
  callsOfQueries,
  examine,
  openPython,
} from './schemathesis/run-schemathesis.ts';
import { openGatewayWorld } from './world/gateway-world.ts';

/** A campaign draws another. */
const seed = 20_261_121;

const opened: { close(): Promise<void> }[] = [];
const urls = {
  ...{ payments: '', orders: '', queries: '', inventory: '', accounts: '', notifications: '' },
  'channel-monitor': '',
};
let python = '';
let known: Readonly<Record<string, string>> = {};
let ofMoney: typeof known = {};
let ofNotifications: Awaited<ReturnType<typeof makeKnownNotifications>> = { apiKey, known };

const withPython = hasPython();
if (!withPython) process.stdout.write('Without python3 on the PATH, no endpoint is examined.\n');

beforeAll(async () => {
  if (!withPython) return;
  const { cacheFolder } = localConfig(process.env);
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  python = await openPython({ cacheFolder, report });
  const world = await openGatewayWorld({
    PLUMBLINE_MERCHANT_CHANNEL: 'LAKALA',
    PLUMBLINE_PERSONAL_ACCOUNT: '1000.1',
    PLUMBLINE_MERCHANT_CALLS_PER_SECOND: '10000',
  });
  const [orders = 0, queries = 0, inventory = 0, accounts = 0, notifications = 0, monitor = 0] =
    await freePorts(6);
  opened.push(
    world,
    await openTestProcess<OrdersConfig>({
      ...{ service: 'orders', schema: ordersConfig, open: openOrders, port: orders },
    }),
    await openTestProcess<QueriesConfig>({
      ...{ service: 'queries', schema: queriesConfig, open: openQueries, port: queries },
    }),
  );
  opened.push(
    await openTestProcess<InventoryConfig>({
      ...{ service: 'inventory', schema: inventoryConfig, open: openInventory, port: inventory },
    }),
    await openTestProcess<AccountsConfig>({
      ...{ service: 'accounts', schema: accountsConfig, open: openAccounts, port: accounts },
    }),
    await openTestProcess<NotificationsConfig>({
      ...{ service: 'notifications', schema: notificationsConfig, open: openNotifications },
      port: notifications,
      env: {
        // Whatever is told is told to the process's own mock merchant.
        PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK: 'true',
        PLUMBLINE_NOTIFICATION_CALLS_PER_SECOND: '10000',
      },
    }),
    // What payments match is decided there.
    await openTestProcess<ChannelMonitorConfig>({
      ...{ service: 'channel-monitor', schema: channelMonitorConfig, open: openChannelMonitor },
      port: monitor,
      env: { PLUMBLINE_PAYMENTS_URL: world.url, PLUMBLINE_MONITOR_CALLS_PER_SECOND: '10000' },
    }),
  );
  urls.payments = world.url;
  urls.orders = `http://127.0.0.1:${orders}`;
  urls.queries = `http://127.0.0.1:${queries}`;
  urls.inventory = `http://127.0.0.1:${inventory}`;
  urls.accounts = `http://127.0.0.1:${accounts}`;
  urls.notifications = `http://127.0.0.1:${notifications}`;
  urls['channel-monitor'] = `http://127.0.0.1:${monitor}`;
  known = await makeKnownData(urls);
  ofMoney = await makeKnownMoney({ payments: urls.payments, monitor: urls['channel-monitor'] });
  ofNotifications = await makeKnownNotifications({
    ...{ url: urls.notifications, postgresUrl: testAddress('PLUMBLINE_TEST_POSTGRES') },
  });
}, roundTimeoutMs);
afterAll(async () => {
  for (const each of opened.reverse()) await each.close();
});

const callsOf = async (url: string, parts: readonly CallsOf[]): Promise<number> => {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, object>>;
  };
  return Object.entries(paths)
    .filter(([path]) => parts.some((part) => new RegExp(part.paths).test(path)))
    .flatMap(([, operations]) => Object.keys(operations)).length;
};

describe.concurrent(
  'what a process says of itself holds for valid, wrong and successive requests',
  () => {
    it.runIf(withPython).each(Object.keys(urls) as (keyof typeof urls)[])(
      `of %s (Schemathesis, all checks, seed ${seed})`,
      async (name) => {
        const url = urls[name];
        const isTold = name === 'notifications';
        const parts = isTold
          ? callsOfNotifications
          : name === 'queries'
            ? callsOfQueries
            : allCalls;
        const others =
          name === 'channel-monitor'
            ? { apiKey: monitorKey, known: ofMoney }
            : { apiKey, known: { ...ofMoney, ...known } };
        const as = isTold ? ofNotifications : others;
        const examined = await examine(
          { python, url, ...as, seed, examples: testExamples, timeoutMs: roundTimeoutMs },
          parts,
        );
        expect(examined.wrong, examined.wrong ?? '').toBeNull();
        const calls = await callsOf(url, parts);
        expect(examined.calls).toBe(calls);
        expect(examined.cases).toBeGreaterThan(calls * casesMinPerCall);
      },
      roundTimeoutMs,
    );
  },
);

/** Answers every call with a status that it does not describe. */
async function serveUndescribed(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const responses = { 200: { description: 'never' } };
  const description = {
    openapi: '3.1.0',
    info: { title: 'planted', version: '1' },
    paths: { '/thing': { get: { responses } } },
  };
  const server = createServer(({ url }, response) => {
    response.statusCode = url === '/openapi.json' ? 200 : 418;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(url === '/openapi.json' ? description : {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

it.runIf(withPython)(
  'a process that answers what it does not describe is found out',
  async () => {
    const planted = await serveUndescribed();
    try {
      const examined = await examine({
        ...{ python, url: planted.url, apiKey, known: {}, seed },
        ...{ examples: 1, timeoutMs: roundTimeoutMs },
      });
      expect(examined.wrong).toContain('Undocumented status code');
    } finally {
      await planted.close();
    }
  },
  roundTimeoutMs,
);

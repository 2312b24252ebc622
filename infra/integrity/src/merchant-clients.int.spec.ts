import { randomUUID } from 'node:crypto';
import { hasPython, localConfig } from '@plumbline/local';
import { silentLogger } from '@plumbline/observability';
import { openPostgres } from '@plumbline/postgres';
import type { Redis } from '@plumbline/redis';
import { openRedis } from '@plumbline/redis';
import { testAddress } from '@plumbline/runtime/testing';
import { apiScopes, createApiKeyRows, issueApiKey, vaultSql } from '@plumbline/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientRun } from './clients/run-client.ts';
import { runClient } from './clients/run-client.ts';
import { openPython } from './schemathesis/run-schemathesis.ts';
import type { GatewayWorld } from './world/gateway-world.ts';
import { openGatewayWorld, until } from './world/gateway-world.ts';

/** Entries of other suites must not be read one by one. */
const redisUrl = Object.assign(new URL(testAddress('PLUMBLINE_TEST_REDIS')), {
  pathname: '/13',
}).href;
const otherApp = `app_${randomUUID().slice(0, 8)}`;
const clientTimeoutMs = 90_000;

let world: GatewayWorld;
let redis: Redis;
let python = '';
let otherKey = '';

const withPython = hasPython();
if (!withPython) process.stdout.write('Without python3 on the PATH, its client is not run.\n');

beforeAll(async () => {
  redis = openRedis({ url: redisUrl, logger: silentLogger });
  await redis.run((client) => client.flushdb());
  world = await openGatewayWorld({
    PLUMBLINE_MERCHANT_CHANNEL: 'LAKALA',
    PLUMBLINE_GATEWAY_QUERY_SECONDS: '5',
    PLUMBLINE_REDIS_URL: redisUrl,
  });
  otherKey = await keyOf(otherApp);
  const { cacheFolder } = localConfig(process.env);
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  if (withPython) python = await openPython({ cacheFolder, report });
}, 180_000);
afterAll(async () => {
  await world.close();
  await redis.close();
});

async function keyOf(appId: string): Promise<string> {
  const postgres = openPostgres({
    url: testAddress('PLUMBLINE_TEST_POSTGRES'),
    logger: silentLogger,
  });
  try {
    const asked = { appId, name: 'another shop', scopes: apiScopes, expiresAtMs: null };
    const rows = createApiKeyRows(vaultSql(postgres));
    const { text } = await issueApiKey(asked, { rows, tenant: 'main', nowMs: Date.now });
    return text;
  } finally {
    await postgres.close();
  }
}

const envOf = (app: { readonly id: string; readonly key: string }) => ({
  PLUMBLINE_API: `${world.url}/api/v1`,
  PLUMBLINE_API_KEY: app.key,
  PLUMBLINE_APP_ID: app.id,
  REDIS_URL: redisUrl,
});
const demoApp = { id: 'demo_app', key: 'local-merchant-key' };

/** Half of what was paid goes back; every change is told, in order, and ids are the same throughout. */
function expectWholeStory({ code, lines }: ClientRun): void {
  const own = lines.filter((line) => !line.startsWith('skipped an entry of'));
  const printed = own.join('\n');
  expect(code, printed).toBe(0);
  const id = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
  const story = [
    `payment order (${id}) is pending`,
    'payment order \\1 is processing',
    'payment_status_changed: pending -> processing',
    'payment_status_changed: processing -> succeeded',
    'paid 10000 as \\S+',
    `refund order ${id} is pending`,
    'refund_status_changed: pending -> (processing\nrefund_status_changed: processing -> )?succeeded',
    'refunded 5000 as \\S+',
  ].join('\n');
  expect(printed).toMatch(new RegExp(`^${story}$`));
}

const skippedOf = ({ lines }: ClientRun, app: string): number =>
  lines.filter((line) => line === `skipped an entry of ${app}`).length;

/** Results of another app on both streams, which nobody has read. */
async function othersResults(app: { readonly id: string; readonly key: string }): Promise<void> {
  const before = await entriesFor(app.id);
  const { code } = await runClient({
    ...{ language: 'node', command: process.execPath, timeoutMs: clientTimeoutMs },
    env: envOf(app),
    // In a group of its own, so that the others' group finds its entries unread.
    change: (source) => source.replace("'main_app'", `'group_of_${app.id}'`),
  });
  expect(code).toBe(0);
  await until(
    'they are on the streams',
    async () => ((await entriesFor(app.id)) > before ? true : null),
    10_000,
  );
}

async function entriesFor(appId: string): Promise<number> {
  const entries = await redis.run((client) => client.xrange('payment_results', '-', '+'));
  return entries.filter(([, fields]) => fields.includes(appId)).length;
}

describe('a client as the documentation has it takes a payment and gives half back', () => {
  it.runIf(withPython)(
    'in Python, with requests and redis, among the entries of another app',
    async () => {
      await othersResults({ id: otherApp, key: otherKey });
      const env = envOf(demoApp);
      const timeoutMs = clientTimeoutMs;
      const run = await runClient({ language: 'python', command: python, env, timeoutMs });
      expectWholeStory(run);
      expect(skippedOf(run, otherApp)).toBeGreaterThanOrEqual(2);
    },
    2 * clientTimeoutMs,
  );

  it(
    'in Node, with axios and redis, after another app has read from the same group',
    async () => {
      const app = { id: otherApp, key: otherKey };
      await othersResults(demoApp);
      const timeoutMs = clientTimeoutMs;
      const command = process.execPath;
      const run = await runClient({ language: 'node', command, env: envOf(app), timeoutMs });
      expectWholeStory(run);
      expect(skippedOf(run, demoApp.id)).toBeGreaterThanOrEqual(2);
    },
    2 * clientTimeoutMs,
  );

  it(
    'in Node, and iterates over the null of an empty read, which costs it an error a second',
    async () => {
      const run = await runClient({
        ...{ language: 'node', command: process.execPath, env: envOf(demoApp) },
        timeoutMs: clientTimeoutMs,
        // It reads once more after the end of the stream before it pays.
        change: (source) =>
          source
            .replace('of answer ?? []', 'of answer')
            .replace('await payAsAPayerWould(', 'setTimeout(payAsAPayerWould, 5_000, '),
      });
      const errors = run.lines.filter((line) => line.startsWith('cannot read payment_results'));
      expect(errors.length, run.lines.join('\n')).toBeGreaterThan(0);
      expectWholeStory({ ...run, lines: run.lines.filter((line) => !line.startsWith('cannot')) });
    },
    clientTimeoutMs,
  );

  it('and leaves nothing unacknowledged', async () => {
    for (const stream of ['payment_results', 'refund_results']) {
      const [count] = await redis.run((client) => client.xpending(stream, 'main_app'));
      expect([stream, count]).toEqual([stream, 0]);
    }
  });
});

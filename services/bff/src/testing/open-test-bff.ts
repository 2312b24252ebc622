import { generateKeyPairSync } from 'node:crypto';
import { parseConfig } from '@plumbline/config';
import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Route } from '@plumbline/http';
import { createHttpApp, listen } from '@plumbline/http';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { createMemoryLocalStores } from '@plumbline/runtime';
import type { BffConfig } from '../config.ts';
import { schema } from '../config.ts';
import type { Role } from '../identity/person.ts';
import { openBff } from '../wiring.ts';
import type { FakeService } from './fake-service.ts';
import { openFakeService } from './fake-service.ts';
import { createFeedCodec } from './noted-changes.ts';

const serviceNames = ['orders', 'payments', 'inventory', 'accounts', 'queries'] as const;
type ServiceName = (typeof serviceNames)[number];

/** Where pages come from, whatever port the test listens on. */
export const origin = 'http://shop.example';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or bytes as they are. */
  readonly body?: unknown;
}

/** A browser that is logged in. */
export interface Browser {
  readonly userId: string;
  readonly cookie: string;
  readonly csrfToken: string;
  call(call: Call): Promise<Answer>;
}

export interface TestBff {
  readonly url: string;
  readonly log: MemoryLog;
  readonly codec: Codec;
  readonly routes: readonly Route[];
  readonly services: Readonly<Record<ServiceName, FakeService>>;
  call(call: Call): Promise<Answer>;
  idToken(user: string, roles?: readonly Role[]): Promise<string>;
  logIn(user: string, roles?: readonly Role[]): Promise<Browser>;
  close(): Promise<void>;
}

const localKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

export const createTestLog = (): MemoryLog =>
  createMemoryLog({
    topics: [
      ...[topics.ordersEvents, topics.changesEvents],
      ...[topics.alertsCommands, topics.alertsOutcomes, topics.alertsEvents],
      ...[topics.remediesCommands, topics.remediesOutcomes, topics.remediesEvents],
      ...[topics.desksCommands, topics.desksOutcomes, topics.desksEvents],
    ].map(({ name }) => ({ name, partitions: 4 })),
  });

/** The process without its signals: its wiring over a log in memory, a real Redis and fake services. */
export async function openTestBff(options: {
  readonly redisUrl: string;
  /** That of another process beside it, or before it. */
  readonly log?: MemoryLog;
}): Promise<TestBff> {
  const opened = await Promise.all(
    serviceNames.map(async (name) => [name, await openFakeService()] as const),
  );
  // Made from the names themselves.
  const services = Object.fromEntries(opened) as Record<ServiceName, FakeService>;
  const config: BffConfig = parseConfig(schema, {
    PLUMBLINE_LOCAL_STACK: 'true',
    PLUMBLINE_PUBLIC_URL: origin,
    PLUMBLINE_LOCAL_ISSUER_KEY: localKey,
    PLUMBLINE_REDIS_URL: options.redisUrl,
    ...Object.fromEntries(
      opened.map(([name, { url }]) => [`PLUMBLINE_${name.toUpperCase()}_URL`, url]),
    ),
  });
  const metrics = createMetrics({ service: 'bff', processMetrics: false });
  const log = options.log ?? createTestLog();
  const codec = await createFeedCodec();
  const parts = await openBff({
    ...{ service: 'bff', config, logger: silentLogger, metrics, log, codec },
    localStores: createMemoryLocalStores(),
  });
  const routes = parts.routes ?? [];
  const app = createHttpApp({
    ...{ service: 'bff', version: 'test', logger: silentLogger, metrics, routes },
    ...(parts.gate === undefined ? {} : { gate: parts.gate }),
    health: { ...parts.health },
    checkResponses: true,
  });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  const call = (of: Call) => callAt(listening.url, of);
  const idToken: TestBff['idToken'] = async (user, roles = []) => {
    const { json } = await call({ path: '/local-issuer/token', body: { user, roles } });
    return String(json['idToken']);
  };
  return {
    ...{ url: listening.url, log, codec, routes, services, call, idToken },
    logIn: async (user, roles) => browserOf(call, await idToken(user, roles)),
    async close() {
      await listening.close();
      await parts.close?.();
      await Promise.all(opened.map(([, service]) => service.close()));
      if (options.log === undefined) await log.close();
    },
  };
}

async function callAt(url: string, { method, path, headers, body }: Call): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: bytesOf(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('Content-Type')?.includes('json') === true;
  const json = isJson ? (JSON.parse(text) as Answer['json']) : {};
  return { status: response.status, headers: response.headers, text, json };
}

function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (Buffer.isBuffer(body)) return new Uint8Array(body);
  return typeof body === 'string' ? body : JSON.stringify(body);
}

async function browserOf(call: TestBff['call'], idToken: string): Promise<Browser> {
  const headers = { Origin: origin };
  const { json, headers: given } = await call({ path: '/api/session', body: { idToken }, headers });
  const { user, csrfToken } = json as { user: { id: string }; csrfToken: string };
  const cookie = (given.get('Set-Cookie') ?? '').split(';', 1)[0] ?? '';
  return {
    ...{ userId: user.id, cookie, csrfToken },
    call: (of) =>
      call({
        ...of,
        headers: { Cookie: cookie, 'X-CSRF-Token': csrfToken, ...headers, ...of.headers },
      }),
  };
}

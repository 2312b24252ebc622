import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Listening } from './index.ts';
import { createHttpApp, defineRoute, listen, problem, text } from './index.ts';
import type { UpgradeAt } from './index.ts';

const metrics = createMetrics({ service: 'test', processMetrics: false });
let http: Listening;
let authenticate = (): Promise<{ actor: string; principal: null }> =>
  Promise.resolve({ actor: 'api:test', principal: null });
let wentAway = 0;

/** A protocol that says hello, and farewell when the server stops. */
const take = ({ socket, head }: UpgradeAt) => {
  const start = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: hello\r\n\r\n';
  socket.write(`${start}hello ${head.toString()}`);
  return {
    goAway() {
      wentAway += 1;
      socket.end('farewell');
    },
  };
};

const routes = [
  defineRoute({
    ...{ method: 'get', path: '/hello', summary: 'hello', request: {} },
    responses: { 101: { description: 'hello' } },
    authenticate: () => authenticate(),
    handler: () => ({ status: 101, upgrade: { protocol: 'websocket', take } }),
  }),
  defineRoute({
    ...{ method: 'post', path: '/echo', summary: 'echo' },
    request: { body: z.strictObject({ say: text(10) }) },
    responses: { 200: { description: 'echo' } },
    handler: ({ body }) => ({ status: 200, body }),
  }),
];

beforeAll(async () => {
  const options = { service: 'test', version: '1', logger: silentLogger, metrics, routes };
  http = await listen(createHttpApp({ ...options, health: {} }), { host: '127.0.0.1', port: 0 });
});
afterAll(() => http.close());

const asking = { Connection: 'Upgrade', Upgrade: 'websocket' };

/** The answer, or the connection with what came on it, for a request that may ask for an upgrade. */
function ask(path: string, headers = {}) {
  return new Promise<{
    readonly response: IncomingMessage;
    readonly said: () => string;
    readonly ended: () => boolean;
  }>((resolve, reject) => {
    const sent = request(`${http.url}${path}`, { headers });
    let [said, ended] = ['', false];
    const hear = (from: NodeJS.ReadableStream): void => {
      from.on('data', (chunk: Buffer) => (said += chunk.toString()));
      from.on('end', () => (ended = true));
    };
    sent.on('error', reject);
    sent.on('response', (response) => {
      hear(response);
      response.on('end', () => resolve({ response, said: () => said, ended: () => ended }));
    });
    sent.on('upgrade', (response, socket, head) => {
      said = head.toString();
      hear(socket);
      resolve({ response, said: () => said, ended: () => ended });
    });
    sent.end();
  });
}

it('a request that asks for the protocol of its route gets the connection', async () => {
  const { response, said } = await ask('/hello', asking);
  expect(response.statusCode).toBe(101);
  await vi.waitFor(() => expect(said()).toBe('hello '));
  expect(await metrics.text()).toMatch(/route="\/hello",status="101"/);
});

it('one that does not ask is told what to ask for', async () => {
  const { response, said } = await ask('/hello');
  expect([response.statusCode, response.headers.upgrade]).toEqual([426, 'websocket']);
  expect(JSON.parse(said())).toMatchObject({ code: 'UPGRADE_REQUIRED' });
});

it('a refusal is an ordinary answer, and ends the connection', async () => {
  const before = authenticate;
  authenticate = () => Promise.reject(problem('UNAUTHENTICATED'));
  const { response, said } = await ask('/hello', asking);
  authenticate = before;
  expect([response.statusCode, response.headers.connection]).toEqual([401, 'close']);
  expect(response.headers['x-correlation-id']).toMatch(/^[\w-]+$/);
  expect(JSON.parse(said())).toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('a route that speaks no other protocol answers as if it had not been asked', async () => {
  expect((await ask('/livez', asking)).response.statusCode).toBe(200);
  expect((await ask('/nowhere', asking)).response.statusCode).toBe(404);
});

it.each(['h2c', 'websocket', 'TLS/1.3'])(
  'a call with a body that asks for %s is served, and its connection stays',
  async (protocol) => {
    const socket = connect(http.port, '127.0.0.1');
    let answers = '';
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString()));
    const call = (body: string): readonly [string, string] => [
      [
        ...['POST /echo HTTP/1.1', 'Host: x', 'Connection: Upgrade, HTTP2-Settings'],
        ...[`Upgrade: ${protocol}`, 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'],
        ...['Content-Type: application/json', `Content-Length: ${body.length}`, ''],
        body.slice(0, 5),
      ].join('\r\n'),
      body.slice(5),
    ];
    for (const body of ['{"say":"this"}', '{"say":"that"}']) {
      const [start, rest] = call(body);
      socket.write(start);
      await sleep(20);
      socket.write(rest);
      await vi.waitFor(() => expect(answers).toContain(body));
    }
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    socket.destroy();
  },
);

it('a client that goes before its answer disturbs nobody', async () => {
  const before = authenticate;
  let asked = false;
  authenticate = async () => {
    asked = true;
    await sleep(100);
    return before();
  };
  const sent = request(`${http.url}/hello`, { headers: asking });
  sent.on('error', () => undefined);
  sent.end();
  await vi.waitFor(() => expect(asked).toBe(true));
  sent.destroy();
  await sleep(200);
  authenticate = before;
  expect((await ask('/hello', asking)).response.statusCode).toBe(101);
});

it('a server that stops tells whoever has a connection, and waits until it has gone', async () => {
  const { said, ended } = await ask('/hello', asking);
  const startedAt = performance.now();
  await http.close();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await vi.waitFor(() => expect(ended()).toBe(true));
  expect(said()).toContain('farewell');
  expect(wentAway).toBeGreaterThan(0);
});

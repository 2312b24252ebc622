import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { farewellMs } from './limits.ts';
import type { EventStream, Listening } from './index.ts';
import { createHttpApp, defineRoute, listen } from './index.ts';

const metrics = createMetrics({ service: 'test', processMetrics: false });
let http: Listening;
let streams: EventStream[] = [];
let wentAway = 0;
const lines: { readonly path?: unknown; readonly status?: unknown }[] = [];

const routes = [
  defineRoute({
    ...{ method: 'get', path: '/events', summary: 'events', request: {} },
    responses: { 200: { description: 'events', isStream: true } },
    handler: () => ({
      status: 200,
      stream: (stream) => {
        streams.push(stream);
        return {
          goAway() {
            wentAway += 1;
            stream.send({ event: 'end', id: '9', data: '{}' });
            stream.end();
          },
        };
      },
    }),
  }),
];

beforeEach(async () => {
  streams = [];
  wentAway = 0;
  lines.length = 0;
  const logger = { ...silentLogger, info: (_: string, fields = {}) => void lines.push(fields) };
  const options = { service: 'test', version: '1', logger, metrics, routes, checkResponses: true };
  http = await listen(createHttpApp({ ...options, health: {} }), { host: '127.0.0.1', port: 0 });
});
afterEach(() => http.close());

/** A client that reads what comes, unless it is told not to. */
function open(method = 'GET') {
  return new Promise<{
    readonly response: IncomingMessage;
    readonly said: () => string;
    readonly ended: Promise<void>;
    readonly cut: () => void;
  }>((resolve, reject) => {
    const sent = request(`${http.url}/events`, { method });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let said = '';
      response.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const ended = new Promise<void>((done) => response.on('close', done));
      response.on('error', () => undefined);
      resolve({ response, said: () => said, ended, cut: () => sent.destroy() });
    });
    sent.end();
  });
}

const first = (): EventStream => {
  const [stream] = streams;
  if (stream === undefined) throw new Error('no stream');
  return stream;
};

it('an answer goes on with events, and is counted as given when it has begun', async () => {
  const client = await open();
  expect(client.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  first().beat();
  first().send({ event: 'raised', id: 'p1', data: '{"a":1}' });
  const expected = ':\n\nevent: raised\nid: p1\ndata: {"a":1}\n\n';
  await vi.waitFor(() => expect(client.said()).toBe(expected));
  expect(lines).toMatchObject([{ path: '/events', status: 200 }]);
  client.cut();
});

it('who writes hears of a client that has gone, once, and writes into the void', async () => {
  const client = await open();
  let over = 0;
  first().onOver(() => (over += 1));
  client.cut();
  await vi.waitFor(() => expect(first().isOver()).toBe(true));
  first().send({ event: 'raised', id: 'p1', data: '{}' });
  first().end();
  expect([over, first().waitingBytes()]).toEqual([1, 0]);
  await first().drained();
});

it('a client that does not read shows in what waits, and it drains when it does', async () => {
  const client = await open();
  client.response.pause();
  const data = 'x'.repeat(64 * 1024);
  while (first().waitingBytes() < 4_000_000) {
    first().send({ event: 'raised', id: 'p', data });
    await new Promise(setImmediate);
  }
  let isDrained = false;
  const drained = first()
    .drained()
    .then(() => (isDrained = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isDrained).toBe(false);
  client.response.resume();
  await drained;
  expect(first().waitingBytes()).toBe(0);
  client.cut();
});

it('a server that stops says so on its streams, and is closed when they have ended', async () => {
  const client = await open();
  const startedAt = performance.now();
  await http.close();
  await client.ended;
  expect(client.said()).toContain('event: end');
  expect(wentAway).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(farewellMs);
});

it('a client that does not take the farewell is cut', async () => {
  const client = await open();
  client.response.pause();
  while (first().waitingBytes() < 4_000_000) {
    first().send({ event: 'raised', id: 'p', data: 'x'.repeat(64 * 1024) });
    await new Promise(setImmediate);
  }
  const startedAt = performance.now();
  await http.close();
  expect(performance.now() - startedAt).toBeLessThan(farewellMs + 1_500);
});

it('HEAD is answered with the head alone', async () => {
  const client = await open('HEAD');
  client.response.resume();
  await client.ended;
  expect(client.response.statusCode).toBe(200);
  expect(streams).toEqual([]);
});

it('the description says what it is', async () => {
  const response = await fetch(`${http.url}/openapi.json`);
  expect(await response.json()).toMatchObject({
    paths: { '/events': { get: { responses: { 200: { content: { 'text/event-stream': {} } } } } } },
  });
});

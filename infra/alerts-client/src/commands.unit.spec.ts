import type { ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { createAlertCommands } from './commands.ts';
import { openServer } from './testing/open-server.ts';

let server: Awaited<ReturnType<typeof openServer>>;
afterEach(() => server.close());

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Retry-After': '0' });
  response.end(JSON.stringify(body));
}
const pending = { code: 'OUTCOME_PENDING', message: 'not decided yet' };
const alert = { alert: { alertId: 'a1', status: 'ACKNOWLEDGED', rule: 'A' } };

it('what gets no clear answer is sent again under the same key, and decided once', async () => {
  server = await openServer((_, response, time) => {
    if (time === 1) answer(response, 503, pending);
    else if (time === 2) response.destroy();
    else answer(response, 200, alert);
  });
  let tokens = 0;
  const token = () => `token-${(tokens += 1)}`;
  const commands = createAlertCommands({ url: server.url, token });
  const result = await commands.acknowledge('a/1', { reason: 'I look' });
  expect(result).toEqual({ kind: 'done', status: 'ACKNOWLEDGED', alert: alert.alert });
  const { calls } = server;
  expect(calls.map(({ url }) => url.pathname)).toEqual(
    Array.from({ length: 3 }, () => '/api/alerts/a%2F1/acknowledge'),
  );
  expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(calls.map(({ headers }) => headers.authorization)).toEqual([
    ...['Bearer token-1', 'Bearer token-2', 'Bearer token-3'],
  ]);
  expect(JSON.parse(calls[0]?.body ?? '')).toEqual({ reason: 'I look' });
});

it('a refusal is a value, and is not repeated', async () => {
  server = await openServer((_, response) =>
    answer(response, 409, { code: 'ALERT_ENDED', message: 'it has ended' }),
  );
  const commands = createAlertCommands({ url: server.url, token: () => 't' });
  expect(await commands.resolve('a1', { reason: 'x' })).toEqual({
    ...{ kind: 'refused', code: 'ALERT_ENDED', message: 'it has ended' },
  });
  expect(server.calls).toHaveLength(1);
});

it('what stays unclear is said to be, with the key to ask again by', async () => {
  server = await openServer((_, response) => answer(response, 503, pending));
  const commands = createAlertCommands({ url: server.url, token: () => 't', tries: 2 });
  expect(await commands.reopen('a1', { reason: 'x', once: 'k1' })).toEqual({
    ...{ kind: 'unknown', once: 'k1', message: 'OUTCOME_PENDING: not decided yet' },
  });
  expect(server.calls).toHaveLength(2);
});

it('each verb says what it has to', async () => {
  server = await openServer((_, response) => answer(response, 200, alert));
  const commands = createAlertCommands({ url: server.url, token: () => 't' });
  const reason = 'because';
  await commands.investigate('a1', { reason });
  await commands.writeOff('a1', { reason, loss: '12.34', currency: 'CNY' });
  await commands.suppress('a1', { reason, until: new Date(0) });
  await commands.suppress('a1', { reason });
  expect(
    server.calls.map(({ url, body }) => [
      url.pathname.split('/').at(-1),
      JSON.parse(body) as unknown,
    ]),
  ).toEqual([
    ['investigate', { reason }],
    ['write-off', { reason, loss: '12.34', currency: 'CNY' }],
    ['suppress', { reason, until: '1970-01-01T00:00:00.000Z' }],
    ['suppress', { reason, until: null }],
  ]);
});

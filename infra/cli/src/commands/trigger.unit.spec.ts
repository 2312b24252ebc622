import { verifyWebhook } from '@plumbline/notifications';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskedCall, FakeAnswer } from '../testing/fake-notifications.ts';
import {
  endpointId,
  okBody,
  openFakeServer,
  sampleEndpoint,
  sampleNotification,
  sessionTo,
} from '../testing/fake-notifications.ts';
import type { TriggerOptions } from './trigger.ts';
import { trigger } from './trigger.ts';

let answer: (call: AskedCall) => FakeAnswer | undefined;
let server: Awaited<ReturnType<typeof openFakeServer>>;
beforeEach(async () => {
  answer = () => okBody({ notifications: [sampleNotification] });
  server = await openFakeServer((call) => answer(call));
});
afterEach(() => server.close());

const usual = { count: '1', amount: '1.00', currency: 'CNY' };
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function run(options: Partial<TriggerOptions>, event = 'payment.succeeded') {
  const session = sessionTo(server.url);
  return { session, done: trigger(session, event, { ...usual, ...options }) };
}

describe('trigger', () => {
  it('asks the notifications process for events to one endpoint', async () => {
    const { session, done } = run({ endpoint: endpointId, count: '3', order: 'O-9' });
    expect(await done).toBe(0);
    expect(server.calls[0]).toMatchObject({
      ...{ method: 'POST', path: `/api/v1/webhook-endpoints/${endpointId}/trigger` },
      body: {
        type: 'payment.succeeded',
        count: 3,
        amount: '1.00',
        currency: 'CNY',
        orderNo: 'O-9',
      },
    });
    expect(session.out.stdout()).toContain('n-1 payment.succeeded of O-1 is RETRY_FAILED');
  });

  it('finds the active endpoints that asked for the type, or says that there is none', async () => {
    const endpoints = [
      { ...sampleEndpoint, endpointId: 'all' },
      { ...sampleEndpoint, endpointId: 'named', events: ['refund.failed'] },
      { ...sampleEndpoint, endpointId: 'others', events: ['payment.failed'] },
      { ...sampleEndpoint, endpointId: 'paused', status: 'PAUSED' },
    ];
    answer = ({ method }) =>
      okBody(method === 'GET' ? { endpoints } : { notifications: [sampleNotification] });
    await run({ tenant: 'shop' }, 'refund.failed').done;
    expect(server.calls.map(({ path }) => path.slice('/api/v1/webhook-endpoints'.length))).toEqual([
      ...['?tenant=shop', '/all/trigger', '/named/trigger'],
    ]);
    answer = () => okBody({ endpoints: [] });
    await expect(run({}).done).rejects.toThrow('no active endpoint');
  });

  it('sends to a URL itself: each event twice under one id, signed, with one body', async () => {
    const { session, done } = run({ url: `${server.url}/hook`, secret, count: '2', dup: '2' });
    expect(await done).toBe(0);
    const ids = server.calls.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).toBe(ids[3]);
    expect(new Set(ids).size).toBe(2);
    for (const { headers, body } of server.calls) {
      expect(body).toMatchObject({
        type: 'payment.succeeded',
        id: headers['webhook-id'],
        sequence: 1,
      });
      // It was written compact, and parsing keeps the order of its fields.
      const bytes = Buffer.from(JSON.stringify(body));
      const given = headers as Record<string, string>;
      const verdict = verifyWebhook({
        secrets: [secret],
        headers: given,
        body: bytes,
        nowMs: Date.now(),
      });
      expect(verdict).toEqual({ ok: true });
    }
    expect(server.calls[0]?.body).toEqual(server.calls[1]?.body);
    expect(session.out.stderr()).toContain('4 sent, 4 answered with 2xx');
  });

  it('shuffles by a seed that it shows, so that the same order can be had again', async () => {
    const orderBy = async (seed: string) => {
      const before = server.calls.length;
      const options = { url: server.url, secret, order: 'O-1', count: '20', shuffle: true, seed };
      const { session, done } = run(options);
      await done;
      expect(session.out.stderr()).toContain(`seed ${seed}\n`);
      const bodies = server.calls.slice(before).map(({ body }) => body as { sequence: number });
      return bodies.map(({ sequence }) => sequence);
    };
    const first = await orderBy('7');
    expect(await orderBy('7')).toEqual(first);
    expect(await orderBy('8')).not.toEqual(first);
    const inOrder = Array.from({ length: 20 }, (_, index) => index + 1);
    expect(first).not.toEqual(inOrder);
    expect([...first].sort((one, other) => one - other)).toEqual(inOrder);
  });

  it('ends with 1 where not all were taken, and says so of each', async () => {
    answer = () => ({ status: 500, body: 'no' });
    const { session, done } = run({ url: server.url, json: true });
    expect(await done).toBe(1);
    expect(JSON.parse(session.out.stdout())).toMatchObject([{ time: 1, status: 500 }]);
    expect(session.out.stderr()).toMatch(/^secret whsec_/);
    expect(await run({ url: 'http://127.0.0.1:1/' }).done).toBe(1);
  });

  it.each([
    [{ dup: '2' }, '--dup goes with --url'],
    [{ shuffle: true }, '--shuffle goes with --url'],
    [{ url: 'x' }, '--url is no URL'],
    [{ url: 'http://a', endpoint: endpointId }, 'not both'],
    [{ url: 'http://a', seed: '1' }, '--seed goes with --shuffle'],
    [{ url: 'http://a', dup: '0' }, '--dup is a whole number'],
    [{ url: 'http://a', delay: 'x' }, '--delay is a whole number'],
    [{ url: 'http://a', secret: 'abc' }, '--secret is whsec_'],
    [{ url: 'http://a', amount: '0' }, '--amount'],
    [{ url: 'http://a', currency: 'yen' }, '--currency'],
    [{ count: '101' }, '--count is a whole number'],
  ])('refuses %j and asks for nothing', async (options, message) => {
    await expect(run(options).done).rejects.toThrow(message);
    expect(server.calls).toEqual([]);
  });

  it('knows the types that there are', async () => {
    await expect(run({}, 'payment.paid').done).rejects.toThrow('payment.succeeded');
  });
});

import { newWebhookSecret, signWebhook } from '@plumbline/notifications';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AskedCall, FakeAnswer } from '../testing/fake-notifications.ts';
import {
  endpointId,
  okBody,
  openFakeServer,
  refused,
  sampleEndpoint,
  sessionTo,
} from '../testing/fake-notifications.ts';
import type { ListenOptions } from './listen.ts';
import { listen } from './listen.ts';

const secret = newWebhookSecret(Buffer.alloc(32, 7));
type Server = Awaited<ReturnType<typeof openFakeServer>>;
let answer: (call: AskedCall) => FakeAnswer | undefined;
let [platform, receiver]: Server[] = [];
let received: FakeAnswer;

beforeEach(async () => {
  answer = () => okBody({ ...sampleEndpoint, secret });
  received = { status: 200, body: 'thanks' };
  platform = await openFakeServer((call) => answer(call));
  receiver = await openFakeServer(() => received);
});
afterEach(async () => {
  await platform?.close();
  await receiver?.close();
});

/** Listens, delivers as the platform would, and presses Ctrl-C. */
async function listening(options: Partial<ListenOptions>, deliver: (url: string) => Promise<void>) {
  const session = sessionTo(platform?.url ?? '');
  const forwardTo = `${receiver?.url ?? ''}/hook?a=1`;
  const running = listen(session, { forwardTo, port: '0', ...options });
  await vi.waitFor(() => expect(session.out.stderr()).toContain('forwarding to'), 5_000);
  const posted = platform?.calls.findLast(({ method }) => method === 'POST');
  const { url } = posted?.body as { url: string };
  try {
    await deliver(url);
  } finally {
    session.interrupt();
  }
  return { exitCode: await running, stdout: session.out.stdout(), stderr: session.out.stderr() };
}

const event = '{"type":"payment.succeeded",  "data":{}}';

async function delivery(url: string, signedBy: string = secret, body = event): Promise<Response> {
  const timestampSeconds = Math.floor(Date.now() / 1_000);
  const bytes = Buffer.from(body);
  const signed = signWebhook({ secrets: [signedBy], id: 'n-1', timestampSeconds, body: bytes });
  const headers = { 'content-type': 'application/json', 'user-agent': 'plumbline', ...signed };
  return fetch(url, { method: 'POST', body, headers });
}

describe('listen', () => {
  it('registers an endpoint that leads here, forwards what comes as it came, and removes it', async () => {
    const { exitCode, stdout, stderr } = await listening(
      { events: ['payment.failed'] },
      async (url) => {
        const answered = await delivery(url);
        expect([answered.status, await answered.text()]).toEqual([200, '"thanks"']);
        await delivery(url);
      },
    );
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`secret ${secret}`);
    const [registered, removed] = platform?.calls ?? [];
    expect(registered?.body).toMatchObject({
      ...{
        events: ['payment.failed'],
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/) as unknown,
      },
    });
    expect([removed?.method, removed?.path]).toEqual([
      ...['DELETE', `/api/v1/webhook-endpoints/${endpointId}`],
    ]);
    const [forwarded] = receiver?.calls ?? [];
    expect(forwarded).toMatchObject({
      ...{ method: 'POST', path: '/hook?a=1', body: JSON.parse(event) as unknown },
      headers: {
        'webhook-id': 'n-1',
        'content-type': 'application/json',
        'user-agent': 'plumbline',
      },
    });
    expect(forwarded?.headers['content-length']).toBe(String(event.length));
    expect(stdout).toMatch(/^[\d:.]{12} payment\.succeeded n-1 time 1: 200 in \d+ ms$/m);
    expect(stdout).toMatch(/ n-1 time 2: 200 /);
    expect(stdout).not.toContain('WRONG');
  });

  it('gives back what the program answers, and 502 where nobody does', async () => {
    received = { status: 503, body: 'later' };
    const { stdout } = await listening({}, async (url) => {
      expect((await delivery(url)).status).toBe(503);
    });
    expect(stdout).toContain(': 503 in ');
    const nobody = await listening({ forwardTo: 'http://127.0.0.1:1/' }, async (url) => {
      expect((await delivery(url)).status).toBe(502);
    });
    expect(nobody.stdout).toContain('not forwarded: ');
  });

  it('says when a signature is wrong, and forwards it all the same', async () => {
    const other = newWebhookSecret(Buffer.alloc(32, 8));
    const { stdout } = await listening({}, async (url) => {
      expect((await delivery(url, other)).status).toBe(200);
      await fetch(url, { method: 'POST', body: 'a=1' });
    });
    expect(stdout).toContain('WRONG: no signature is of this secret');
    expect(stdout).toContain('(flat) (no webhook-id) time 1: 200');
    expect(stdout).toContain(
      'WRONG: webhook-id, webhook-timestamp or webhook-signature is missing',
    );
    expect(receiver?.calls).toHaveLength(2);
  });

  it('takes the settings of another endpoint, leaves that as it is, and keeps its own if asked', async () => {
    answer = () => okBody({ ...sampleEndpoint, tenant: 'shop', secret });
    const options = { endpoint: endpointId, keep: true, json: true };
    const { stdout, stderr } = await listening(options, async (url) => {
      await delivery(url);
    });
    expect(platform?.calls.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(platform?.calls[1]?.path).toBe('/api/v1/webhook-endpoints?tenant=shop');
    expect(platform?.calls[1]?.body).toMatchObject({ events: ['*'], ratePerSecond: 5 });
    expect(JSON.parse(stdout)).toMatchObject({ webhookId: 'n-1', status: 200, body: event });
    expect(stderr).toContain('is kept');
  });

  it('explains a platform that may not call this machine, and stops listening', async () => {
    answer = () => refused(400, 'URL_NOT_ALLOWED', 'url: not of the public Internet');
    const session = sessionTo(platform?.url ?? '');
    await expect(listen(session, { port: '0' })).rejects.toThrow(
      'PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK=true',
    );
    await expect(listen(session, { port: '99999' })).rejects.toThrow('--port');
    await expect(listen(session, { port: '0', forwardTo: 'nowhere' })).rejects.toThrow(
      '--forward-to',
    );
  });
});

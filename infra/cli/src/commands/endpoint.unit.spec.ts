import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskedCall, FakeAnswer } from '../testing/fake-notifications.ts';
import {
  endpointId,
  okBody,
  openFakeServer,
  refused,
  sampleEndpoint,
  sampleNotification,
  sessionTo,
} from '../testing/fake-notifications.ts';
import { listEndpoints, showEndpoint } from './endpoint-look.ts';
import { rotateSecret, sayOfEndpoint, testEndpoint } from './endpoint-say.ts';
import { changeEndpoint, registerEndpoint } from './endpoint-set.ts';

let answer: (call: AskedCall) => FakeAnswer | undefined;
let server: Awaited<ReturnType<typeof openFakeServer>>;
beforeEach(async () => {
  answer = () => okBody({ ...sampleEndpoint, secret: 'whsec_abc' });
  server = await openFakeServer((call) => answer(call));
});
afterEach(() => server.close());

const url = 'https://shop.example/hook';

describe('endpoint register', () => {
  it('sends what was said, all events unless said otherwise, and shows the secret', async () => {
    const session = sessionTo(server.url);
    const options = {
      url,
      tenant: 'shop',
      key: 'k-1',
      intervals: '30s, 2m',
      inOrder: 'yes',
    } as const;
    expect(await registerEndpoint(session, options)).toBe(0);
    expect(session.out.stdout()).toContain('secret whsec_abc\n');
    const [call] = server.calls;
    expect(call?.path).toBe('/api/v1/webhook-endpoints?tenant=shop');
    expect(call?.headers['idempotency-key']).toBe('k-1');
    expect(call?.body).toEqual({ events: ['*'], url, inOrder: true, intervals: ['30s', '2m'] });
  });

  it('reads templates from files, each for its channel and by its ending', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'templates-'));
    try {
      const [json, form] = [join(folder, 'a.json'), join(folder, 'b.form')];
      await writeFile(json, '{"a":"{{orderNo}}"}');
      await writeFile(form, 'a={{orderNo}}');
      const template = [json, `ALIPAY=${form}`];
      await registerEndpoint(sessionTo(server.url), { url, template });
      expect(server.calls[0]?.body).toMatchObject({
        templates: [
          { payWay: null, contentType: 'application/json', text: '{"a":"{{orderNo}}"}' },
          {
            payWay: 'ALIPAY',
            contentType: 'application/x-www-form-urlencoded',
            text: 'a={{orderNo}}',
          },
        ],
      });
      const missing = { url, template: [join(folder, 'none.json')] };
      await expect(registerEndpoint(sessionTo(server.url), missing)).rejects.toThrow(
        'cannot be read',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says that a repeat has no secret to show', async () => {
    answer = () => okBody({ ...sampleEndpoint, secret: null });
    const session = sessionTo(server.url);
    await registerEndpoint(session, { url });
    expect(session.out.stderr()).toContain('registered before');
  });
});

describe('who asks', () => {
  const headersOf = async (config: Parameters<typeof sessionTo>[1]) => {
    await showEndpoint(sessionTo(server.url, config), endpointId, {});
    return server.calls.at(-1)?.headers;
  };

  it('is an app where there is its key, else whoever has the service key', async () => {
    const app = await headersOf({ PLUMBLINE_API_KEY: 'pk_1', PLUMBLINE_SERVICE_KEY: 'sk' });
    expect(app).toMatchObject({ authorization: 'Bearer pk_1' });
    expect(app).not.toHaveProperty('plumbline-service-key');
    const platform = await headersOf({ PLUMBLINE_SERVICE_KEY: 'sk' });
    expect(platform).toMatchObject({
      'plumbline-service-key': 'sk',
      'plumbline-actor': expect.stringMatching(/^user:[A-Za-z0-9_-]+$/) as unknown,
    });
    const nobody = await headersOf({});
    expect(nobody).not.toHaveProperty('plumbline-actor');
    expect(nobody).not.toHaveProperty('authorization');
  });

  it.each([
    [refused(400, 'URL_NOT_ALLOWED', 'url: write https'), 2, 'URL_NOT_ALLOWED: url: write https'],
    [refused(401, 'UNAUTHENTICATED', 'a key is needed'), 2, 'PLUMBLINE_API_KEY'],
    [refused(404, 'ENDPOINT_NOT_FOUND', 'none'), 1, 'ENDPOINT_NOT_FOUND: none'],
    [{ status: 502, body: 'a proxy' }, 1, 'PLUMBLINE_NOTIFICATIONS_URL) answers 502'],
    [okBody({ endpointId: 1 }), 1, 'answers 200'],
  ])('is told %j with exit code %i', async (given, exitCode, message) => {
    answer = () => given;
    const asking = showEndpoint(sessionTo(server.url), endpointId, {});
    await expect(asking).rejects.toMatchObject({
      ...{ exitCode, message: expect.stringContaining(message) as unknown },
    });
  });

  it('is told where nobody answers, and which variable says so', async () => {
    const asking = listEndpoints(sessionTo('http://127.0.0.1:1'), {});
    await expect(asking).rejects.toThrow(
      'The notifications process does not answer at http://127.0.0.1:1 (PLUMBLINE_NOTIFICATIONS_URL)',
    );
  });
});

describe('an endpoint', () => {
  it('is listed and shown, with what waits and the incidents that are open', async () => {
    const list = sessionTo(server.url);
    answer = () => okBody({ endpoints: [sampleEndpoint] });
    await listEndpoints(list, { tenant: '*' });
    expect(server.calls[0]?.path).toBe('/api/v1/webhook-endpoints?tenant=*');
    expect(list.out.stdout()).toMatch(new RegExp(`^${endpointId} +main +ACTIVE +\\* +https`, 'm'));
    const shown = sessionTo(server.url);
    answer = () => okBody(sampleEndpoint);
    await showEndpoint(shown, endpointId, {});
    expect(shown.out.stdout()).toContain('3 waiting, 1 given up');
    expect(shown.out.stdout()).toContain('incident FAILING since');
    expect(shown.out.stdout()).not.toContain('GONE');
  });

  it('keeps the settings that a change does not name', async () => {
    const options = { rate: 'default', events: ['refund.failed'], timeout: '7' };
    await changeEndpoint(sessionTo(server.url), endpointId, options);
    const [read, change] = server.calls;
    expect([read?.method, change?.method]).toEqual(['GET', 'PUT']);
    expect(change?.body).toMatchObject({
      ...{ url, events: ['refund.failed'], ratePerSecond: null, timeoutSeconds: 7 },
    });
    expect(change?.body).not.toHaveProperty('health');
    expect(change?.body).not.toHaveProperty('endpointId');
    await expect(changeEndpoint(sessionTo(server.url), endpointId, {})).rejects.toThrow('nothing');
    const wrong = changeEndpoint(sessionTo(server.url), endpointId, { timeout: 'soon' });
    await expect(wrong).rejects.toThrow('--timeout is a whole number or default');
  });

  it('is paused with a reason, resumed, removed and given another secret', async () => {
    const session = sessionTo(server.url);
    for (const verb of ['pause', 'resume', 'remove'] as const)
      await sayOfEndpoint(session, { verb, endpointId }, verb === 'pause' ? { reason: 'r' } : {});
    await rotateSecret(session, endpointId, { overlapHours: '0' });
    expect(server.calls.map(({ method, path, body }) => [method, path.slice(7), body])).toEqual([
      ['POST', `/webhook-endpoints/${endpointId}/pause`, { reason: 'r' }],
      ['POST', `/webhook-endpoints/${endpointId}/resume`, null],
      ['DELETE', `/webhook-endpoints/${endpointId}`, null],
      ['POST', `/webhook-endpoints/${endpointId}/rotate-secret`, { overlapHours: 0 }],
    ]);
    const wrong = rotateSecret(session, endpointId, { overlapHours: '169' });
    await expect(wrong).rejects.toThrow('0 to 168');
  });
});

describe('endpoint test', () => {
  const attempt = sampleNotification.attempts[0];

  it('waits for the read model and the first attempt, and says what was answered', async () => {
    let reads = 0;
    answer = ({ method }) => {
      if (method === 'POST') return okBody(sampleNotification);
      reads += 1;
      if (reads === 1) return refused(404, 'NOTIFICATION_NOT_FOUND', 'not yet');
      if (reads === 2) return okBody({ ...sampleNotification, attempts: [] });
      const attempts = [{ ...attempt, outcome: 'DELIVERED', code: null, httpStatus: 204 }];
      return okBody({ ...sampleNotification, attempts });
    };
    const session = sessionTo(server.url);
    expect(await testEndpoint(session, endpointId, { wait: '20' })).toBe(0);
    expect(session.out.stdout()).toContain('n-1 DELIVERED 204 in 7 ms; it said "oh no"');
  });

  it('ends with 1 for a failure, and for what takes too long', async () => {
    answer = () => okBody(sampleNotification);
    const session = sessionTo(server.url);
    expect(await testEndpoint(session, endpointId, { wait: '20' })).toBe(1);
    expect(session.out.stdout()).toContain('FAILED HTTP_500 in 7 ms');
    answer = () => okBody({ ...sampleNotification, attempts: [] });
    const slow = sessionTo(server.url);
    expect(await testEndpoint(slow, endpointId, { wait: '0' })).toBe(1);
    expect(slow.out.stderr()).toContain('later: plumbline notification show n-1');
  });
});

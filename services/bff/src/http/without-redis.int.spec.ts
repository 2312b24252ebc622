import { isDeepStrictEqual } from 'node:util';
import { createSwitch } from '@plumbline/redis/testing';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { refused } from '../testing/fake-service.ts';
import type { Call, TestBff } from '../testing/open-test-bff.ts';
import { openTestBff, origin } from '../testing/open-test-bff.ts';

const redis = createSwitch();
let bff: TestBff;
beforeAll(async () => {
  await redis.on();
  bff = await openTestBff({ redisUrl: redis.url });
});
afterEach(async () => {
  await redis.off();
  await redis.on();
  await vi.waitFor(
    async () => expect((await bff.call({ path: '/api/session' })).status).toBe(401),
    {
      timeout: 8_000,
    },
  );
});
afterAll(async () => {
  await bff.close();
  await redis.off();
});

/** Every call under /api that there is, from the table of routes itself. */
const everyCall = (): readonly Call[] =>
  bff.routes
    .filter(({ path }) => path.startsWith('/api'))
    .map(({ method, path, hasBody }) => ({
      ...{ method: method.toUpperCase(), path: path.replace(/:\w+/g, 'some') },
      ...(hasBody ? { body: {} } : {}),
    }));

/** Calls that would be refused for another reason, were Redis there. */
const wrongCalls: readonly Call[] = [
  { path: '/api/nothing' },
  { method: 'PATCH', path: '/api/purchases' },
  { path: '/api/purchases', body: 'not json' },
  { path: '/api/purchases', body: Buffer.alloc(200_000, 0x20) },
  { method: 'POST', path: '/api/purchases', headers: { 'Content-Type': 'text/csv' }, body: 'a;b' },
];

it.each([
  ['is stopped', () => redis.off()],
  [
    'hangs',
    () => {
      redis.freeze();
      return Promise.resolve();
    },
  ],
])(
  'when Redis %s every call of the API is 503 within a second, whoever calls',
  async (_name, stop) => {
    const browser = await bff.logIn('me', ['operator']);
    const Authorization = `Bearer ${await bff.idToken('me', ['operator'])}`;
    await stop();
    const calls = [...everyCall(), ...wrongCalls];
    expect(calls.length).toBeGreaterThanOrEqual(24);
    const unanswered: unknown[] = [];
    const refusedInTime = async (call: Call, of: Pick<TestBff, 'call'>): Promise<void> => {
      const startedAt = performance.now();
      const { status, json, headers } = await of.call(call);
      const inTime = performance.now() - startedAt < 1_000;
      const seen = [status, json['code'], headers.get('Retry-After'), inTime];
      if (!isDeepStrictEqual(seen, [503, 'DEPENDENCY_DOWN', '1', true])) {
        unanswered.push([call.method, call.path, ...seen]);
      }
    };
    await Promise.all(
      calls.flatMap((call) => [
        refusedInTime(call, browser),
        refusedInTime({ ...call, headers: { ...call.headers, Authorization } }, bff),
        refusedInTime({ ...call, headers: { ...call.headers, Origin: origin } }, bff),
      ]),
    );
    const [first = { path: '/' }] = calls;
    await refusedInTime({ ...first, headers: { Authorization: 'Bearer x.y.z' } }, bff);
    expect(unanswered).toEqual([]);
    const asked = Object.values(bff.services).flatMap((service) => service.asked);
    expect(asked).toEqual([]);
  },
);

it('without Redis webhooks, the local issuer and health go on', async () => {
  await redis.off();
  bff.services.payments.answer = () => refused(404, 'GATEWAY_UNKNOWN');
  const webhook = await bff.call({ path: '/webhooks/paypay', body: '{}' });
  expect([webhook.status, webhook.json['code']]).toEqual([404, 'GATEWAY_UNKNOWN']);
  expect(await bff.idToken('me')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  for (const path of ['/livez', '/readyz', '/actuator/health']) {
    expect((await bff.call({ path })).status).toBe(200);
  }
  const { text } = await bff.call({ path: '/readyz' });
  expect(text).toContain('/api answers 503');
});

it('when Redis is back, everything is as it was', async () => {
  const browser = await bff.logIn('me');
  await redis.off();
  expect((await browser.call({ path: '/api/session' })).status).toBe(503);
  await redis.on();
  const back = async () => expect((await browser.call({ path: '/api/session' })).status).toBe(200);
  await vi.waitFor(back, { timeout: 8_000, interval: 50 });
});

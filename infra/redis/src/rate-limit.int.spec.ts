import { randomBytes } from 'node:crypto';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, expect, it, vi } from 'vitest';
import type { Redis } from './open-redis.ts';
import { openRedis } from './open-redis.ts';
import type { RateLimit, RateVerdict } from './rate-limit.ts';
import { createRateLimit } from './rate-limit.ts';
import { createSwitch, testRedisUrl } from './testing/test-redis.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(url = testRedisUrl(12)): Promise<Redis> {
  const redis = openRedis({ url, logger: silentLogger });
  closing.push(() => redis.close());
  await redis.ping().catch(() => undefined);
  return redis;
}

const word = () => randomBytes(6).toString('hex');
const times = (count: number, limit: RateLimit, keyId: string): Promise<readonly RateVerdict[]> =>
  Promise.all(Array.from({ length: count }, () => limit.take(keyId)));
const allowedOf = (verdicts: readonly RateVerdict[]): number =>
  verdicts.filter(({ allowed }) => allowed).length;

it('lets through what is left of this second, and then the burst, over all who share Redis', async () => {
  const shared = { perSecond: 5, burst: 3, name: word() };
  const one = createRateLimit({ ...shared, redis: await open() });
  const other = createRateLimit({ ...shared, redis: await open() });
  const key = word();
  expect(await one.take(key)).toEqual({ allowed: true, remaining: 4 });
  expect(await other.take(key)).toEqual({ allowed: true, remaining: 3 });
  const verdicts = [...(await times(10, one, key)), ...(await times(10, other, key))];
  // A second may begin anew while this runs: five more then.
  expect([6, 11]).toContain(allowedOf(verdicts));
  for (const verdict of verdicts.filter(({ allowed }) => !allowed)) {
    const { retryAfterMs } = verdict as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(1_000);
  }
});

it('lets a call through after the time that it named', async () => {
  const limit = createRateLimit({ redis: await open(), perSecond: 1, burst: 0, name: word() });
  const key = word();
  expect((await limit.take(key)).allowed).toBe(true);
  const refused = await limit.take(key);
  if (refused.allowed) expect.unreachable('two calls in a second');
  await new Promise((resolve) => setTimeout(resolve, refused.retryAfterMs + 20));
  expect((await limit.take(key)).allowed).toBe(true);
});

it('counts each key and each limit by itself', async () => {
  const redis = await open();
  const limits = [word(), word()].map((name) =>
    createRateLimit({ redis, perSecond: 1, burst: 0, name }),
  );
  for (const limit of limits)
    for (const key of [word(), 'same'])
      expect(await limit.take(key)).toEqual({ allowed: true, remaining: 0 });
});

it('costs Redis nothing while a key is over its limit', async () => {
  const redis = await open();
  const limit = createRateLimit({ redis, perSecond: 1, burst: 1, name: word() });
  const key = word();
  await times(3, limit, key);
  const sent = vi.spyOn(redis.client, 'sendCommand');
  const verdicts = await times(50, limit, key);
  expect(allowedOf(verdicts)).toBeLessThanOrEqual(1);
  expect(sent.mock.calls.length).toBeLessThanOrEqual(2);
});

it('counts by itself while Redis is away, and together again when it is back', async () => {
  const redisSwitch = createSwitch();
  await redisSwitch.on();
  closing.push(() => redisSwitch.off());
  const shared = { perSecond: 2, burst: 1, name: word() };
  const redis = await open(redisSwitch.url);
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const limit = createRateLimit({ ...shared, redis, metrics });
  await redisSwitch.off();
  await vi.waitFor(() => expect(redis.health().ok).toBe(false));
  const startedAt = performance.now();
  const verdicts = await times(20, limit, word());
  expect(performance.now() - startedAt).toBeLessThan(500);
  expect(allowedOf(verdicts)).toBe(3);
  expect(await metrics.text()).toMatch(
    new RegExp(`rate_limit_decisions_total{limit="${shared.name}",outcome="refused".*} 17`),
  );
  await redisSwitch.on();
  await vi.waitFor(() => redis.ping(), { timeout: 5_000, interval: 20 });
  const key = word();
  await times(9, limit, key);
  const direct = createRateLimit({ ...shared, redis: await open(redisSwitch.url) });
  expect(allowedOf(await times(9, direct, key))).toBeLessThanOrEqual(2);
});

it('begins anew when Redis is flushed or forgets its script', async () => {
  const redis = await open();
  const limit = createRateLimit({ redis, perSecond: 1, burst: 0, name: word() });
  const other = createRateLimit({ redis, perSecond: 1, burst: 0, name: word() });
  const key = word();
  expect((await limit.take(key)).allowed).toBe(true);
  await redis.run((client) => client.flushdb());
  await redis.run((client) => client.script('FLUSH'));
  expect((await other.take(key)).allowed).toBe(true);
  expect((await other.take(key)).allowed).toBe(false);
});

it.each([
  [0, 1],
  [1.5, 1],
  [1, -1],
  [1, 0.5],
])('refuses a limit of %d a second with a burst of %d', async (perSecond, burst) => {
  const redis = await open();
  expect(() => createRateLimit({ redis, perSecond, burst })).toThrow();
});

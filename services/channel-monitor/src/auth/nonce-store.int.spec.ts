import { randomBytes } from 'node:crypto';
import { silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis, RedisDown } from '@plumbline/redis';
import { createSwitch, testRedisUrl } from '@plumbline/redis/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Authenticate } from './authenticate.ts';
import { createAuthentication } from './authenticate.ts';
import { nonceKeptMs } from './limits.ts';
import { createNonceStore, nonceKey } from './nonce-store.ts';
import { nowMs, secret, sent, signed, unsigned } from './testing/requests.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(url = testRedisUrl(10)): Promise<Redis> {
  const redis = openRedis({ url, logger: silentLogger });
  closing.push(() => redis.close());
  await redis.ping();
  return redis;
}

const newNonce = () => randomBytes(8).toString('hex');

/** What a process has: a connection of its own. */
const processOn = (redis: Redis): Authenticate =>
  createAuthentication({
    keys: {
      keysOf: () => Promise.resolve([{ keyId: 'k', secret, isRevoked: false, expiresAtMs: null }]),
      token: () => Promise.resolve({ kind: 'good', clientId: '1000', keyId: 't' }),
    },
    nonces: createNonceStore(redis),
    rateLimit: { take: () => Promise.resolve({ allowed: true, remaining: 1 }) },
    isKeyStoreDown: () => false,
    nowMs: () => nowMs,
  });

const outcome = async (authenticate: Authenticate, call = signed(sent())): Promise<string> => {
  const came = await authenticate(call);
  return came.kind === 'refused' ? came.code : came.kind;
};

describe('a nonce', () => {
  it('used at the same moment on two processes passes on exactly one', async () => {
    const processes = [processOn(await open()), processOn(await open())];
    for (let round = 0; round < 100; round += 1) {
      const call = signed(sent({ nonce: newNonce() }));
      const outcomes = await Promise.all(processes.map((each) => outcome(each, call)));
      expect(outcomes.sort()).toEqual(['let-in', 'nonce_reused']);
    }
  });

  it('is remembered for as long as its request could be taken, and then forgotten', async () => {
    const redis = await open();
    const nonce = { clientId: 'c', nonce: newNonce() };
    expect(await createNonceStore(redis).useUp(nonce)).toBe(true);
    const leftMs = await redis.run((client) => client.pttl(nonceKey(nonce)));
    expect(leftMs).toBeGreaterThan(nonceKeptMs - 30_000);
    expect(leftMs).toBeLessThanOrEqual(nonceKeptMs);
  });

  it('of one client is not that of another', async () => {
    const store = createNonceStore(await open());
    const nonce = newNonce();
    expect(await store.useUp({ clientId: 'one', nonce })).toBe(true);
    expect(await store.useUp({ clientId: 'other', nonce })).toBe(true);
    expect(await store.useUp({ clientId: 'one', nonce })).toBe(false);
  });

  it('is not used up by a wrong signature', async () => {
    const authenticate = processOn(await open());
    const nonce = newNonce();
    const wrong = signed(sent({ nonce, secret: 'guessed' }));
    expect(await outcome(authenticate, wrong)).toBe('signature_wrong');
    expect(await outcome(authenticate, signed(sent({ nonce })))).toBe('let-in');
  });
});

it('with Redis away signed calls are 503 and calls with a token go on, until it is back', async () => {
  const redisSwitch = createSwitch();
  await redisSwitch.on();
  closing.push(() => redisSwitch.off());
  const redis = await open(redisSwitch.url);
  const authenticate = processOn(redis);
  await redisSwitch.off();
  await vi.waitFor(() => expect(redis.health().ok).toBe(false));
  expect(await outcome(authenticate)).toBe('nonce_store_unavailable');
  const bearing = { ...unsigned(sent()), headers: { authorization: 'Bearer t' } };
  expect(await outcome(authenticate, bearing)).toBe('let-in');
  const store = createNonceStore(redis);
  await expect(store.useUp({ clientId: 'c', nonce: newNonce() })).rejects.toBeInstanceOf(RedisDown);
  await redisSwitch.on();
  await vi.waitFor(() => redis.ping(), { timeout: 5_000, interval: 20 });
  expect(await outcome(authenticate, signed(sent({ nonce: newNonce() })))).toBe('let-in');
});

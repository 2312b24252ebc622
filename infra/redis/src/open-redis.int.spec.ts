import { randomBytes } from 'node:crypto';
import type { LogFields, Logger } from '@plumbline/observability';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RedisDown } from './errors.ts';
import * as limits from './limits.ts';
import type { Redis, RedisOptions } from './open-redis.ts';
import { openRedis } from './open-redis.ts';
import type { Switch } from './testing/test-redis.ts';
import { createSwitch, createSwitchedOff, testRedisUrl } from './testing/test-redis.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function open(changes: Partial<RedisOptions> = {}): Redis {
  const redis = openRedis({ url: testRedisUrl(), logger: silentLogger, ...changes });
  closing.push(() => redis.close());
  return redis;
}

async function switchedOn(make: () => Switch | Promise<Switch> = createSwitch): Promise<Switch> {
  const made = await make();
  closing.push(() => made.off());
  await made.on();
  return made;
}

const key = () => `test:${randomBytes(6).toString('hex')}`;
const answers = (redis: Redis) =>
  vi.waitFor(() => redis.ping(), { timeout: 2 * limits.reconnectMs.max, interval: 20 });

async function timed(work: Promise<unknown>): Promise<{ error: unknown; tookMs: number }> {
  const startedAt = performance.now();
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, tookMs: performance.now() - startedAt };
}

it('answers the first command, however soon it comes', async () => {
  const redis = open();
  const name = key();
  expect(await redis.run((client) => client.set(name, 'x', 'EX', 60))).toBe('OK');
  expect(await redis.run((client) => client.get(name))).toBe('x');
  expect(redis.health()).toEqual({ ok: true });
});

describe('without Redis', () => {
  it('fails at once, says where, and shows no password', async () => {
    const redis = open({ url: 'redis://:secret-word@127.0.0.1:1/2' });
    await redis.ping().catch(() => undefined);
    const { error, tookMs } = await timed(redis.run((client) => client.incr(key())));
    expect(error).toBeInstanceOf(RedisDown);
    expect(String(error)).toContain('127.0.0.1:1/2');
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('secret-word');
    expect(tookMs).toBeLessThan(50);
    expect(redis.health()).toMatchObject({ ok: false });
  });

  it('at start, works as soon as it is there', async () => {
    const redisSwitch = await createSwitchedOff();
    closing.push(() => redisSwitch.off());
    const redis = open({ url: redisSwitch.url });
    await expect(redis.ping()).rejects.toBeInstanceOf(RedisDown);
    await redisSwitch.on();
    await answers(redis);
    expect(redis.health()).toEqual({ ok: true });
  });

  it('is told once when it goes away and once when it is back, whatever the attempts between', async () => {
    const redisSwitch = await switchedOn();
    const lines: string[] = [];
    const line = (level: string) => (message: string, fields?: LogFields) =>
      void lines.push(`${level}: ${message} ${String(fields?.['address'])}`);
    const logger: Logger = { ...silentLogger, info: line('info'), warn: line('warn') };
    const metrics = createMetrics({ service: 'test', processMetrics: false });
    const redis = open({ url: redisSwitch.url, logger, metrics });
    await redis.ping();
    expect(await metrics.text()).toMatch(/^plumbline_redis_connected{.*} 1$/m);
    await redisSwitch.off();
    await vi.waitFor(() => expect(redis.health().ok).toBe(false));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await metrics.text()).toMatch(/^plumbline_redis_connected{.*} 0$/m);
    await redisSwitch.on();
    await answers(redis);
    const at = redis.address;
    expect(lines).toEqual([
      `info: Redis answers ${at}`,
      `warn: Redis went away ${at}`,
      `info: Redis answers ${at}`,
    ]);
  });

  it('never sends a command twice that was under way when the connection broke', async () => {
    const redisSwitch = await switchedOn();
    const redis = open({ url: redisSwitch.url });
    const name = key();
    await redis.run((client) => client.set(name, 0, 'EX', 60));
    redisSwitch.freeze();
    const lost = timed(redis.run((client) => client.incr(name)));
    await redisSwitch.off();
    const { error } = await lost;
    expect(error).toBeInstanceOf(RedisDown);
    await redisSwitch.on();
    await answers(redis);
    expect(await redis.run((client) => client.get(name))).toBe('0');
  });
});

it('gives up on a connection that is dead, in time, and makes another', async () => {
  const redisSwitch = await switchedOn();
  const redis = open({ url: redisSwitch.url, commandTimeoutMs: 200 });
  await redis.ping();
  redisSwitch.freeze();
  const { error, tookMs } = await timed(redis.ping());
  expect(error).toBeInstanceOf(RedisDown);
  expect(tookMs).toBeLessThan(1_000);
  await vi.waitFor(() => redis.ping(), { timeout: 5_000, interval: 50 });
});

it("leaves a command's own error as the server gave it", async () => {
  const redis = open();
  const name = key();
  await redis.run((client) => client.set(name, 'x', 'EX', 60));
  const { error } = await timed(redis.run((client) => client.lpush(name, 'y')));
  expect(error).toMatchObject({ name: 'ReplyError', message: /^WRONGTYPE/ });
  expect(error).not.toBeInstanceOf(RedisDown);
});

describe('a script', () => {
  const script = {
    lua: `redis.call('incrby', KEYS[1], ARGV[1]); redis.call('expire', KEYS[1], 60)
          return {redis.call('get', KEYS[1]), ARGV[2]}`,
  };

  it('runs as one step, and again after Redis forgot it', async () => {
    const redis = open();
    const name = key();
    expect(await redis.script(script, [name], [5, 'x'])).toEqual(['5', 'x']);
    await redis.run((client) => client.script('FLUSH'));
    expect(await redis.script(script, [name], [2, 'y'])).toEqual(['7', 'y']);
    expect(await redis.script(script, [name], [1, 'z'])).toEqual(['8', 'z']);
  });

  it('fails as a command does', async () => {
    const wrong = open().script({ lua: 'return nothing.at.all' }, [], []);
    await expect(wrong).rejects.toMatchObject({ name: 'ReplyError' });
    const away = open({ url: 'redis://127.0.0.1:1' }).script(script, [key()], [1, 'x']);
    await expect(away).rejects.toBeInstanceOf(RedisDown);
  });
});

it('loses nothing but the data when Redis is flushed', async () => {
  const redis = open();
  const name = key();
  await redis.run((client) => client.set(name, 'x'));
  await redis.run((client) => client.flushdb());
  expect(await redis.run((client) => client.get(name))).toBe(null);
});

it('fails every command once it is closed, and can be closed with Redis away', async () => {
  const redis = open();
  await redis.ping();
  await redis.close();
  await expect(redis.ping()).rejects.toBeInstanceOf(RedisDown);
  const { error, tookMs } = await timed(
    openRedis({ url: 'redis://127.0.0.1:1', logger: silentLogger }).close(),
  );
  expect(error).toBe(null);
  expect(tookMs).toBeLessThan(limits.connectTimeoutMs + limits.closeTimeoutMs);
});

import { randomUUID } from 'node:crypto';
import { createMetrics, silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis } from '@plumbline/redis';
import { testAddress } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdempotencyGuard } from './idempotency.ts';

let redis: Redis;
let away: Redis;
const metrics = createMetrics({ service: 'test', processMetrics: false });
beforeAll(() => {
  redis = openRedis({ url: testAddress('PLUMBLINE_TEST_REDIS'), logger: silentLogger, metrics });
  away = openRedis({ url: 'redis://127.0.0.1:1', logger: silentLogger });
});
afterAll(async () => {
  await redis.close();
  await away.close();
});

const request = (over: object = {}) => ({
  ...{ appId: 'demo_app', call: 'payment-orders', key: randomUUID(), fingerprint: 'f1' },
  ...over,
});
const code = (of: string) => expect.objectContaining({ code: of }) as Error;
const soon =
  <T>(value: T): (() => Promise<T>) =>
  () =>
    Promise.resolve(value);

describe.each([
  ['with Redis', () => redis],
  ['with Redis away', () => away],
])('one Idempotency-Key, %s', (_name, server) => {
  it('lets one request at a time through, and the next one after it', async () => {
    const guard = createIdempotencyGuard(server());
    const asked = request();
    let finish: (value: string) => void = () => undefined;
    const first = guard.run(asked, () => new Promise<string>((resolve) => (finish = resolve)));
    await expect(guard.run(asked, soon('second'))).rejects.toThrow(code('IDEMPOTENCY_KEY_IN_USE'));
    await expect.poll(() => finish).not.toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 50));
    finish('first');
    expect(await first).toBe('first');
    expect(await guard.run(asked, soon('again'))).toBe('again');
  });

  it('is free again after a request that came to nothing', async () => {
    const guard = createIdempotencyGuard(server());
    const asked = request();
    const broken = guard.run(asked, () => Promise.reject(new Error('no outcome')));
    await expect(broken).rejects.toThrow('no outcome');
    expect(await guard.run({ ...asked, fingerprint: 'f2' }, soon(1))).toBe(1);
  });
});

describe('over several processes', () => {
  it('a request under way in one is under way for all', async () => {
    const [one, other] = [createIdempotencyGuard(redis), createIdempotencyGuard(redis)];
    const asked = request();
    let finish: (value: string) => void = () => undefined;
    let begun: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (begun = resolve));
    const first = one.run(asked, () => {
      begun();
      return new Promise<string>((resolve) => (finish = resolve));
    });
    await running;
    await expect(other.run(asked, soon('x'))).rejects.toThrow(code('IDEMPOTENCY_KEY_IN_USE'));
    finish('done');
    await first;
    expect(await other.run(asked, soon('again'))).toBe('again');
  });

  it('a key stays with what it was answered for, even if a repeat comes to nothing', async () => {
    const [one, other] = [createIdempotencyGuard(redis), createIdempotencyGuard(redis)];
    const asked = request();
    await one.run(asked, soon('first'));
    await expect(other.run(asked, () => Promise.reject(new Error('503')))).rejects.toThrow('503');
    const another = { ...asked, fingerprint: 'f2' };
    await expect(other.run(another, soon('x'))).rejects.toThrow(code('IDEMPOTENCY_KEY_REUSED'));
    const elsewhere = { ...another, call: 'refund-orders' };
    expect(await other.run(elsewhere, soon('another call'))).toBe('another call');
    expect(await other.run({ ...another, appId: 'other' }, soon('another app'))).toBe(
      'another app',
    );
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { createMetrics, silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis, RedisDown } from '@plumbline/redis';
import { createSwitch, testRedisUrl } from '@plumbline/redis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../identity/person.ts';
import type { Sessions, SessionsOptions } from './sessions.ts';
import { createSessions } from './sessions.ts';

let redis: Redis;
beforeAll(() => {
  redis = openRedis({ url: testRedisUrl(), logger: silentLogger });
});
afterAll(() => redis.close());

const metrics = createMetrics({ service: 'test', processMetrics: false });

const open = (changes: Partial<SessionsOptions> = {}): Sessions =>
  createSessions({
    ...{ redis, metrics, idleMs: 60_000, absoluteMs: 600_000, perUserMax: 20 },
    ...changes,
  });

const somebody = (): Person => ({
  id: `u${randomBytes(15).toString('hex')}`,
  name: '田中',
  roles: ['operator'],
});
const issuer = 'https://issuer.example';
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a session', () => {
  it('is found by its id as it began, and by its key', async () => {
    const sessions = open();
    const user = somebody();
    const { session, id } = await sessions.begin(user, issuer);
    expect(Buffer.from(id, 'base64url')).toHaveLength(16);
    expect(session).toMatchObject({ user, issuer });
    expect(session.expiresAtMs - session.createdAtMs).toBe(600_000);
    expect(Math.abs(session.createdAtMs - Date.now())).toBeLessThan(10_000);
    expect(await sessions.find(id)).toEqual(session);
    expect(await sessions.check(session.key)).toEqual(session);
    expect(await sessions.find(session.key.slice(0, 22))).toBe(null);
  });

  it('is not what a copy of Redis could log in with', async () => {
    const { session, id } = await open().begin(somebody(), issuer);
    expect(session.key).toBe(createHash('sha256').update(id).digest('hex'));
    const stored = await redis.run((client) => client.hgetall(`plumbline:session:${session.key}`));
    const named = await redis.run((client) => client.keys('*'));
    expect(JSON.stringify([stored, named])).not.toContain(id);
  });

  it('ends when it is not used, and lasts when it is', async () => {
    const sessions = open({ idleMs: 600, touchEveryMs: 50 });
    const [idle, used] = [
      await sessions.begin(somebody(), issuer),
      await sessions.begin(somebody(), issuer),
    ];
    for (let n = 0; n < 6; n += 1) {
      await sleep(150);
      expect(await sessions.find(used.id)).not.toBe(null);
      // Looking at it is no use of it.
      if (n < 3) await sessions.check(idle.session.key);
    }
    expect(await sessions.find(idle.id)).toBe(null);
    expect(await sessions.check(idle.session.key)).toBe(null);
  });

  it('ends at its end, however much it is used', async () => {
    const sessions = open({ idleMs: 10_000, absoluteMs: 400, touchEveryMs: 0 });
    const { id } = await sessions.begin(somebody(), issuer);
    expect(await sessions.find(id)).not.toBe(null);
    await sleep(250);
    expect(await sessions.find(id)).not.toBe(null);
    await sleep(250);
    expect(await sessions.find(id)).toBe(null);
  });

  it('writes its use down no more often than it must', async () => {
    const sessions = open({ touchEveryMs: 200 });
    const { session, id } = await sessions.begin(somebody(), issuer);
    const usedAt = () =>
      redis.run((client) => client.hget(`plumbline:session:${session.key}`, 'usedAt'));
    const begun = await usedAt();
    await sessions.find(id);
    expect(await usedAt()).toBe(begun);
    await sleep(220);
    await sessions.find(id);
    expect(Number(await usedAt())).toBeGreaterThan(Number(begun));
  });

  it('that was ended is not brought back by a use at the same time', async () => {
    const sessions = open({ touchEveryMs: 0 });
    for (let round = 0; round < 20; round += 1) {
      const { session, id } = await sessions.begin(somebody(), issuer);
      await Promise.all([
        ...[sessions.find(id), sessions.find(id)],
        sessions.end(session),
        ...[sessions.find(id), sessions.find(id)],
      ]);
      expect(await sessions.find(id)).toBe(null);
    }
  });
});

describe('log-out everywhere', () => {
  it("ends all of the user's sessions, and nobody else's", async () => {
    const sessions = open();
    const [user, other] = [somebody(), somebody()];
    const own = [await sessions.begin(user, issuer), await sessions.begin(user, issuer)];
    const others = await sessions.begin(other, issuer);
    expect(await sessions.endAll(user.id)).toBe(2);
    for (const { id } of own) expect(await sessions.find(id)).toBe(null);
    expect(await sessions.find(others.id)).not.toBe(null);
    expect(await sessions.endAll(user.id)).toBe(0);
  });

  it('ends each that had begun when it was asked for, and none that begins once it is done', async () => {
    const sessions = open({ perUserMax: 100 });
    const elsewhere = openRedis({ url: testRedisUrl(), logger: silentLogger });
    const others = open({ redis: elsewhere, perUserMax: 100 });
    for (let round = 0; round < 15; round += 1) {
      const user = somebody();
      const before: string[] = [];
      const beginning = Array.from({ length: 10 }, async (_, n) => {
        const { id } = await (n % 2 === 0 ? sessions : others).begin(user, issuer);
        if (!asked) before.push(id);
      });
      let asked = false;
      await beginning[round % 10];
      asked = true;
      const had = [...before];
      await sessions.endAll(user.id);
      const after = await others.begin(user, issuer);
      for (const id of had) expect(await sessions.find(id)).toBe(null);
      expect(await sessions.find(after.id)).not.toBe(null);
      await Promise.all(beginning);
    }
    await elsewhere.close();
  });
});

it('a user who has too many sessions loses the oldest', async () => {
  const sessions = open({ perUserMax: 3 });
  const user = somebody();
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    ids.push((await sessions.begin(user, issuer)).id);
    await sleep(2);
  }
  const alive = await Promise.all(ids.map(async (id) => (await sessions.find(id)) !== null));
  expect(alive).toEqual([false, false, true, true, true]);
});

it('with Redis away nobody is told that there is no session', async () => {
  const between = createSwitch();
  await between.on();
  const away = openRedis({ url: between.url, logger: silentLogger, commandTimeoutMs: 200 });
  const sessions = open({ redis: away });
  const { session, id } = await sessions.begin(somebody(), issuer);
  between.freeze();
  for (const ask of [() => sessions.find(id), () => sessions.check(session.key)]) {
    const startedAt = performance.now();
    await expect(ask()).rejects.toBeInstanceOf(RedisDown);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  }
  await between.off();
  await expect(sessions.begin(somebody(), issuer)).rejects.toBeInstanceOf(RedisDown);
  await expect(sessions.end(session)).rejects.toBeInstanceOf(RedisDown);
  await expect(sessions.endAll(session.user.id)).rejects.toBeInstanceOf(RedisDown);
  await away.close();
});

import { createHash, randomBytes } from 'node:crypto';
import { invariant } from '@plumbline/kernel';
import type { Metrics } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { RedisDown } from '@plumbline/redis';
import { z } from 'zod';
import type { Person } from '../identity/person.ts';
import { roles } from '../identity/person.ts';
import * as limits from '../limits.ts';
import { beginScript, endScript, findScript } from './scripts.ts';

export interface Session {
  /** SHA-256 of the cookie's id, hex: what Redis knows it by. Of no use as a cookie. */
  readonly key: string;
  readonly user: Person;
  readonly issuer: string;
  readonly createdAtMs: number;
  /** The end that no use puts off. */
  readonly expiresAtMs: number;
  readonly csrfSecret: string;
}

/**
 *   begin ──► open ──end, endAll, idle, too old, pushed out by newer ones──► over
 *
 * Over is for good. Errors of all: {@link RedisDown}, within a second: then nobody knows, and nobody
 * is let through.
 */
export interface Sessions {
  /** A session under a new random id, which is given once and kept nowhere. */
  begin(
    person: Person,
    issuer: string,
  ): Promise<{ readonly session: Session; readonly id: string }>;
  /** The session of a cookie's id; counts as a use. `null` when there is none. */
  find(id: string): Promise<Session | null>;
  /** The same by its key, and without a use: for connections that last. */
  check(key: string): Promise<Session | null>;
  end(session: Session): Promise<void>;
  /**
   * Ends every session of a user that had begun when this was called, and none that begins after it
   * has answered. Gives how many.
   */
  endAll(userId: string): Promise<number>;
  /** Resolves when Redis answers. */
  reachable(): Promise<void>;
}

export interface SessionsOptions {
  readonly redis: Redis;
  readonly metrics: Metrics;
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly perUserMax: number;
  /** How often a use is written down. */
  readonly touchEveryMs?: number;
}

const sessionKey = (key: string): string => `plumbline:session:${key}`;
const indexKey = (userId: string): string => `plumbline:sessions-of:${userId}`;

const keyOf = (id: string): string => createHash('sha256').update(id).digest('hex');

export function createSessions(options: SessionsOptions): Sessions {
  const { redis, idleMs, absoluteMs, perUserMax } = options;
  const touchEveryMs = options.touchEveryMs ?? limits.sessionTouchMs;
  const changes = options.metrics.counter({
    name: 'plumbline_session_changes_total',
    help: 'Sessions that began, were ended, or were pushed out by newer ones of their user',
    labels: ['change'],
  });

  async function endThese(userId: string, keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    const all = [indexKey(userId), ...keys.map(sessionKey)];
    return Number(await inTime(redis.script(endScript, all, keys)));
  }

  async function read(key: string, everyMs: number): Promise<Session | null> {
    const found = await inTime(redis.script(findScript, [sessionKey(key)], [idleMs, everyMs]));
    return sessionOf(key, found);
  }

  return {
    async begin(person, issuer) {
      const id = randomBytes(limits.sessionIdBytes).toString('base64url');
      const key = keyOf(id);
      const csrfSecret = randomBytes(limits.csrfBytes).toString('base64url');
      const fields = {
        ...{ user: person.id, name: person.name ?? '', roles: person.roles.join(',') },
        ...{ issuer, csrfSecret },
      };
      const given = await inTime(
        redis.script(
          beginScript,
          [sessionKey(key), indexKey(person.id)],
          [idleMs, absoluteMs, perUserMax, key, ...Object.entries(fields).flat()],
        ),
      );
      const [createdAtMs, expiresAtMs, beyond] = begun.parse(given);
      changes.inc({ change: 'begun' });
      changes.inc({ change: 'pushed_out' }, await endThese(person.id, beyond));
      const session = { key, user: person, issuer, createdAtMs, expiresAtMs, csrfSecret };
      return { session, id };
    },
    find: (id) => read(keyOf(id), touchEveryMs),
    check: (key) => read(key, -1),
    async end(session) {
      changes.inc({ change: 'ended' }, await endThese(session.user.id, [session.key]));
    },
    async endAll(userId) {
      // What is read here are all that have begun: a session and its entry are written as one.
      const keys = await inTime(redis.run((client) => client.zrange(indexKey(userId), '0', '-1')));
      const ended = await endThese(userId, keys);
      changes.inc({ change: 'ended' }, ended);
      return ended;
    },
    reachable: () => inTime(redis.ping()),
  };
}

const begun = z.tuple([z.coerce.number(), z.coerce.number(), z.array(z.string())]);

const storedSchema = z.object({
  user: z.string(),
  name: z.string().transform((name) => (name === '' ? null : name)),
  roles: z.string().transform((text) => roles.filter((role) => text.split(',').includes(role))),
  issuer: z.string(),
  csrfSecret: z.string(),
  createdAt: z.coerce.number(),
  expiresAt: z.coerce.number(),
});

/** Redis gives a hash as a list of names and values. */
function sessionOf(key: string, found: unknown): Session | null {
  const list = z.array(z.string()).parse(found);
  if (list.length === 0) return null;
  const pairs = list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? '']] : []));
  const stored = storedSchema.safeParse(Object.fromEntries(pairs));
  invariant(stored.success, 'a session is written whole');
  const { user, name, issuer, csrfSecret, createdAt, expiresAt } = stored.data;
  return {
    ...{ key, issuer, csrfSecret, createdAtMs: createdAt, expiresAtMs: expiresAt },
    user: { id: user, name, roles: stored.data.roles },
  };
}

/** The very first connection may take longer than a command may. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `Redis did not answer within ${limits.redisAnswerMs} ms`;
    timer = setTimeout(() => reject(new RedisDown(message)), limits.redisAnswerMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

import { randomUUID } from 'node:crypto';
import type { Redis } from '@plumbline/redis';
import { isRedisDown } from '@plumbline/redis';
import { z } from 'zod';
import * as limits from '../../limits.ts';
import { problem } from './merchant-errors.ts';

/** A request under an Idempotency-Key. */
export interface KeyedRequest {
  readonly appId: string;
  /** The call: two calls may use the same key. */
  readonly call: string;
  readonly key: string;
  /** Digest of its parameters. */
  readonly fingerprint: string;
}

/**
 * Keeps two requests of one Idempotency-Key from being under way at once, and a key from being used
 * for another request. What makes a repeat harmless is not here: the payment itself knows what it
 * was asked for. With Redis away each process guards for itself; after a flush a key that was used
 * for another order's request is no longer recognised, and that request is decided by its own number.
 */
export interface IdempotencyGuard {
  /**
   * Runs the request, alone under its key. Errors: IDEMPOTENCY_KEY_IN_USE (409),
   * IDEMPOTENCY_KEY_REUSED (422), and those of `work`.
   */
  run<T>(request: KeyedRequest, work: () => Promise<T>): Promise<T>;
}

/**
 *   (none) ──► busy:<token>:<fingerprint> ──answered──► done:<fingerprint>, for 30 days
 *                     └──no answer, or its time is over──► (none)
 */
const begin = {
  lua: `
local held = redis.call('GET', KEYS[1])
if held then
  local kind, rest = string.match(held, '^(%a+):(.*)$')
  local fingerprint = rest
  if kind == 'busy' then fingerprint = string.match(rest, ':(.*)$') end
  if fingerprint ~= ARGV[2] then return 'reused' end
  if kind == 'busy' then return 'busy' end
end
redis.call('SET', KEYS[1], 'busy:' .. ARGV[1] .. ':' .. ARGV[2], 'PX', ARGV[3])
if held then return 'again' end
return 'begun'`,
};

const end = {
  lua: `
if redis.call('GET', KEYS[1]) ~= 'busy:' .. ARGV[1] .. ':' .. ARGV[2] then return 0 end
if ARGV[3] == '0' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], 'done:' .. ARGV[2], 'PX', ARGV[3]) end
return 1`,
};

const begun = z.enum(['begun', 'again', 'busy', 'reused']);
const retryAfter = { 'Retry-After': String(limits.retryAfterSeconds) };

export function createIdempotencyGuard(redis: Pick<Redis, 'script'>): IdempotencyGuard {
  /** What this process itself has under way: all there is while Redis is away. */
  const here = new Map<string, string>();

  const inRedis = async (...call: Parameters<Redis['script']>): Promise<unknown> => {
    try {
      return await redis.script(...call);
    } catch (error) {
      if (isRedisDown(error)) return null;
      throw error;
    }
  };

  function admit(held: string | undefined, fingerprint: string): void {
    if (held === undefined) return;
    if (held !== fingerprint) throw problem('IDEMPOTENCY_KEY_REUSED');
    throw problem('IDEMPOTENCY_KEY_IN_USE', undefined, { headers: retryAfter });
  }

  return {
    async run({ appId, call, key, fingerprint }, work) {
      const name = `plumbline:idempotency:${appId}:${call}:${key}`;
      admit(here.get(name), fingerprint);
      here.set(name, fingerprint);
      const token = randomUUID();
      let keptMs = 0;
      try {
        const answer = await inRedis(begin, [name], [token, fingerprint, limits.keyBusyMs]);
        const verdict = answer === null ? 'begun' : begun.parse(answer);
        if (verdict === 'busy') admit(fingerprint, fingerprint);
        if (verdict === 'reused') admit('another', fingerprint);
        // What was answered once stays so, whatever becomes of the repeat.
        if (verdict === 'again') keptMs = limits.keyRememberedMs;
        const result = await work();
        keptMs = limits.keyRememberedMs;
        return result;
      } finally {
        here.delete(name);
        await inRedis(end, [name], [token, fingerprint, keptMs]);
      }
    },
  };
}

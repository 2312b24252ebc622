import type { Redis } from '@plumbline/redis';
import { nonceKeptMs } from './limits.ts';

/** Nonces that were used, of all processes. */
export interface NonceStore {
  /**
   * Whether this is its first use; it is used up then. Of two processes that ask at the same moment
   * exactly one is told so. Errors: RedisDown, after which it may be used up or not.
   */
  useUp(nonce: { readonly clientId: string; readonly nonce: string }): Promise<boolean>;
}

/** Forms of both parts leave no colon in them. */
export const nonceKey = (of: { readonly clientId: string; readonly nonce: string }): string =>
  `plumbline:monitor-nonce:${of.clientId}:${of.nonce}`;

/**
 * In Redis, as one command: `SET … NX PX`. A flush forgets what was used: until requests of that
 * time are stale, one that somebody kept can be sent once more.
 */
export const createNonceStore = (redis: Pick<Redis, 'run'>): NonceStore => ({
  useUp: async (nonce) =>
    (await redis.run((client) => client.set(nonceKey(nonce), '1', 'PX', nonceKeptMs, 'NX'))) ===
    'OK',
});

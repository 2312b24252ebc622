import { RedisDown } from '@plumbline/redis';
import type { NonceStore } from '../nonce-store.ts';

/** Nonces in memory, of a store that can be away. */
export function createMemoryNonces(): NonceStore & {
  readonly used: readonly string[];
  away: boolean;
} {
  const used: string[] = [];
  return {
    used,
    away: false,
    useUp({ clientId, nonce }) {
      if (this.away) return Promise.reject(new RedisDown('away'));
      const name = `${clientId}:${nonce}`;
      const isFirst = !used.includes(name);
      if (isFirst) used.push(name);
      return Promise.resolve(isFirst);
    },
  };
}

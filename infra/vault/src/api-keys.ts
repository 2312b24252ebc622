import type { Logger, Metrics } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import type { ApiKeyRows, StoredApiKey } from './api-key-rows.ts';
import { digestOfKey, isSameKey, keyIdOf } from './api-key-text.ts';
import type { ApiScope } from './api-scopes.ts';
import { apiScopes } from './api-scopes.ts';
import { createBoundedMap } from './bounded-map.ts';
import * as limits from './limits.ts';
import { createLookup } from './lookup.ts';

/**
 * A key that is good now.
 *
 *   live ──revoke──► revoked
 *     └──its time──► expired
 */
export interface ApiKey {
  /** 16 hex digits, no secret: what rate limits count by and logs may show. */
  readonly keyId: string;
  readonly appId: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
}

export interface ApiKeys {
  /**
   * The key whose text this is, `null` when there is none, or it was revoked or has expired: the
   * caller is told no difference. A revocation holds after 10 s at most; while Postgres is away a
   * key seen before stays good for 60 s after it was last read.
   *
   * Errors: PostgresDown when nothing can be said: never answer 401 for it.
   */
  authenticate(text: string): Promise<ApiKey | null>;
}

export interface RunningApiKeys extends ApiKeys {
  /** Resolves when times of use that are being written are written or given up. */
  settled(): Promise<void>;
}

export interface ApiKeysOptions {
  readonly rows: ApiKeyRows;
  /** The platform's own: a key whose app has its name opens nothing. */
  readonly tenant: string;
  readonly localStack: boolean;
  /** Epoch ms. */
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

type Outcome = 'ok' | 'unknown' | 'revoked' | 'expired' | 'down';

interface Seen {
  readonly row: StoredApiKey;
  readonly atMs: number;
}

export function createApiKeys(options: ApiKeysOptions): RunningApiKeys {
  const { rows, nowMs } = options;
  const counter = options.metrics.counter({
    name: 'plumbline_api_authentications_total',
    help: 'API keys that were shown, by what became of it',
    labels: ['outcome'],
  });
  const seen = createBoundedMap<Seen>(limits.apiKeysHeldMax);
  const unknownSince = createBoundedMap<number>(limits.unknownKeysHeldMax);
  const lookup = createLookup<StoredApiKey>({
    read: async (ids) => new Map((await rows.byIds(ids)).map((row) => [row.keyId, row])),
  });
  const use = createUseRecord(options);
  const local = options.localStack ? digestOfKey(localMerchantKey) : null;

  const counted = (outcome: Outcome, key: ApiKey | null = null): ApiKey | null => {
    counter.inc({ outcome });
    return key;
  };
  const within = (sinceMs: number | undefined, maxMs: number): boolean => {
    const ageMs = sinceMs === undefined ? Infinity : nowMs() - sinceMs;
    // A clock that was set back makes nothing young again.
    return ageMs >= 0 && ageMs < maxMs;
  };

  /** As it was read at most 10 s ago; at most 60 s ago while Postgres is away. */
  async function rowOf(keyId: string): Promise<StoredApiKey | null> {
    const before = seen.get(keyId);
    if (before !== undefined && within(before.atMs, limits.apiKeyFreshMs)) return before.row;
    if (within(unknownSince.get(keyId), limits.apiKeyFreshMs)) return null;
    const askedAtMs = nowMs();
    try {
      const row = await lookup(keyId);
      seen.delete(keyId);
      if (row === null) unknownSince.set(keyId, askedAtMs);
      else seen.set(keyId, { row, atMs: askedAtMs });
      return row;
    } catch (error) {
      const usable = before !== undefined && within(before.atMs, limits.apiKeyStaleMs);
      if (usable && error instanceof PostgresDown) return before.row;
      throw error;
    }
  }

  async function authenticate(text: string): Promise<ApiKey | null> {
    const digest = digestOfKey(text);
    if (local !== null && isSameKey(local, digest))
      return options.tenant === localKey.appId ? counted('unknown') : counted('ok', localKey);
    const keyId = keyIdOf(text);
    if (keyId === null) return counted('unknown');
    const row = await rowOf(keyId);
    // Before anything else is said of it: who only knows an id learns nothing.
    if (row === null || !isSameKey(row.digest, digest)) return counted('unknown');
    if (row.appId === options.tenant) {
      options.logger.warn('an API key names the platform itself as its app', { keyId });
      return counted('unknown');
    }
    if (row.revokedAtMs !== null) return counted('revoked');
    if (row.expiresAtMs !== null && row.expiresAtMs <= nowMs()) return counted('expired');
    use.of(row);
    const { appId, name, scopes } = row;
    return counted('ok', { keyId, appId, name, scopes });
  }

  return {
    async authenticate(text) {
      try {
        return await authenticate(text);
      } catch (error) {
        counted('down');
        throw error;
      }
    },
    settled: () => use.settled(),
  };
}

const localMerchantKey = 'local-merchant-key';

const localKey: ApiKey = {
  keyId: 'local',
  appId: 'demo_app',
  name: 'the key of the local stack',
  scopes: apiScopes,
};

/** Writes beside the answer, and at most once a minute for a key, when it was used last. */
function createUseRecord({ rows, nowMs }: ApiKeysOptions) {
  const written = createBoundedMap<number>(limits.apiKeysHeldMax);
  const writing = new Set<Promise<void>>();
  return {
    of({ keyId, lastUsedAtMs }: StoredApiKey): void {
      const atMs = nowMs();
      const lastMs = Math.max(written.get(keyId) ?? -Infinity, lastUsedAtMs ?? -Infinity);
      if (atMs - lastMs < limits.lastUsedEveryMs) return;
      written.set(keyId, atMs);
      // A time that is lost because Postgres is away is written a minute later.
      const write = rows.used(keyId, atMs).catch(() => undefined);
      writing.add(write);
      void write.finally(() => writing.delete(write));
    },
    settled: async (): Promise<void> => {
      await Promise.all(writing);
    },
  };
}

import { PostgresDown } from '@plumbline/postgres';
import { digestOfKey, isSameKey } from './api-key-text.ts';
import { createBoundedMap } from './bounded-map.ts';
import type { KeyRing } from './key-ring.ts';
import * as limits from './limits.ts';
import { createLookup } from './lookup.ts';
import type {
  MonitorKeyEnd,
  MonitorKeyRows,
  StoredMonitorClient,
  StoredMonitorGrant,
} from './monitor-key-rows.ts';
import { withEnds } from './monitor-key-rows.ts';
import { keyIdOfToken, newMonitorTexts } from './monitor-key-text.ts';

/**
 * Keys of monitor clients, and what each client may do. Secrets are made here, given out once, kept
 * encrypted with the client's own key, and never stand in the log, which has only their ids.
 *
 *   newest ──rotate──► newest
 *      └─► the one before: good until its overlap is over, then told that it has expired
 *
 * A revocation, and an end, hold after 10 s at most; while Postgres is away a client seen before
 * stays good for 60 s after it was last read. Errors of every call: PostgresDown when nothing can be
 * said: never answer 401 for it.
 */
export interface MonitorKeys {
  /** `null`: there is no such client. A new key is known elsewhere after 10 s, here at once. */
  client(clientId: string): Promise<MonitorClient | null>;
  /** Compares in constant time; who has only an id learns nothing. A new token is good at once. */
  token(text: string): Promise<MonitorTokenFound>;
  /**
   * Writes down what the log says of a client. What comes late changes nothing; one that was revoked
   * stays so.
   */
  put(grant: StoredMonitorGrant): Promise<void>;
  /** Makes a key and keeps it. What it answers is nowhere else. */
  issue(key: NewMonitorKey): Promise<IssuedMonitorKey>;
  /** As they are in Postgres now, the newest first; by client, for people who look at them. */
  keysOf(clientIds: readonly string[]): Promise<ReadonlyMap<string, readonly MonitorKeyEnd[]>>;
}

export interface MonitorClient {
  readonly clientId: string;
  readonly pid: string;
  /** None: all accounts of the merchant. */
  readonly aids: readonly string[];
  /** No key of it is good any more. */
  readonly isRevoked: boolean;
  /** The newest first, eight at most, those that have ended among them. */
  readonly keys: readonly MonitorKey[];
}

export interface MonitorKey {
  /** 16 hex digits, no secret. */
  readonly keyId: string;
  /** `mk_…`, whose UTF-8 is the key of signatures. */
  readonly secret: string;
  /** Epoch ms; `null`: it does not end. */
  readonly expiresAtMs: number | null;
}

/** What became of a token. */
export type MonitorTokenFound =
  | { readonly kind: 'good'; readonly clientId: string; readonly keyId: string }
  | { readonly kind: 'unknown' | 'revoked' | 'expired' };

export interface NewMonitorKey {
  readonly clientId: string;
  /** `newMonitorKeyId()` */
  readonly keyId: string;
  /** Of the aggregate that says so: keys of a client are ordered by it. */
  readonly version: bigint;
  /** Until when those before it are good, epoch ms; never later than they would have been. */
  readonly othersEndAtMs: number;
}

/** The one time that both can be seen. */
export interface IssuedMonitorKey {
  readonly secret: string;
  readonly token: string;
}

interface Seen {
  readonly client: MonitorClient;
  readonly digests: ReadonlyMap<string, Buffer>;
  readonly atMs: number;
}

const subjectOf = (clientId: string): string => `monitor:${clientId}`;

export function createMonitorKeys(options: {
  readonly rows: MonitorKeyRows;
  readonly keyRing: KeyRing;
  /** Epoch ms. */
  readonly nowMs: () => number;
}): MonitorKeys {
  const { rows, keyRing, nowMs } = options;
  const seen = createBoundedMap<Seen>(limits.monitorClientsHeldMax);
  /** Whose a key is never changes. */
  const ownerOf = createBoundedMap<string>(limits.monitorClientsHeldMax);
  const unknownSince = createBoundedMap<number>(limits.unknownMonitorsHeldMax);
  const lookupClient = createLookup<StoredMonitorClient>({
    read: async (ids) =>
      new Map((await rows.byClients(ids)).map((each) => [each.grant.clientId, each])),
  });
  const lookupOwner = createLookup<string>({ read: (ids) => rows.clientsOfKeys(ids) });

  const within = (sinceMs: number | undefined, maxMs: number): boolean => {
    const ageMs = sinceMs === undefined ? Infinity : nowMs() - sinceMs;
    // A clock that was set back makes nothing young again.
    return ageMs >= 0 && ageMs < maxMs;
  };

  async function opened({ grant, keys }: StoredMonitorClient, atMs: number): Promise<Seen> {
    const { clientId, pid, aids, revokedAtMs } = grant;
    const secrets = await Promise.all(
      withEnds(keys).map(async ({ keyId, sealed, expiresAtMs }) => {
        const secret = await keyRing.decrypt(sealed);
        return secret === null ? [] : [{ keyId, secret, expiresAtMs }];
      }),
    );
    const isRevoked = revokedAtMs !== null;
    return {
      client: { clientId, pid, aids, isRevoked, keys: secrets.flat() },
      digests: new Map(keys.map(({ keyId, tokenDigest }) => [keyId, tokenDigest])),
      atMs,
    };
  }

  /** As it was read at most 10 s ago; at most 60 s ago while Postgres is away. */
  async function seenOf(clientId: string): Promise<Seen | null> {
    const before = seen.get(clientId);
    if (before !== undefined && within(before.atMs, limits.monitorClientFreshMs)) return before;
    const place = `client ${clientId}`;
    if (within(unknownSince.get(place), limits.monitorClientFreshMs)) return null;
    const askedAtMs = nowMs();
    try {
      const stored = await lookupClient(clientId);
      const found = stored === null ? null : await opened(stored, askedAtMs);
      seen.delete(clientId);
      if (found === null) unknownSince.set(place, askedAtMs);
      else seen.set(clientId, found);
      return found;
    } catch (error) {
      const usable = before !== undefined && within(before.atMs, limits.monitorClientStaleMs);
      if (usable && error instanceof PostgresDown) return before;
      throw error;
    }
  }

  async function clientOfKey(keyId: string): Promise<string | null> {
    const known = ownerOf.get(keyId);
    if (known !== undefined) return known;
    const place = `key ${keyId}`;
    if (within(unknownSince.get(place), limits.monitorClientFreshMs)) return null;
    const askedAtMs = nowMs();
    const clientId = await lookupOwner(keyId);
    if (clientId === null) {
      unknownSince.set(place, askedAtMs);
      return null;
    }
    ownerOf.set(keyId, clientId);
    // It was made after the client was read.
    if (seen.get(clientId)?.digests.has(keyId) === false) seen.delete(clientId);
    return clientId;
  }

  const forget = (clientId: string): void => {
    seen.delete(clientId);
    unknownSince.delete(`client ${clientId}`);
  };

  return {
    client: async (clientId) => (await seenOf(clientId))?.client ?? null,
    async token(text) {
      const keyId = keyIdOfToken(text);
      const clientId = keyId === null ? null : await clientOfKey(keyId);
      if (keyId === null || clientId === null) return { kind: 'unknown' };
      const found = await seenOf(clientId);
      const digest = found?.digests.get(keyId);
      // Before anything else is said of it.
      if (!found || digest === undefined || !isSameKey(digest, digestOfKey(text)))
        return { kind: 'unknown' };
      if (found.client.isRevoked) return { kind: 'revoked' };
      const key = found.client.keys.find((each) => each.keyId === keyId);
      if (key === undefined) return { kind: 'unknown' };
      if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs()) return { kind: 'expired' };
      return { kind: 'good', clientId, keyId };
    },
    async put(grant) {
      await rows.put(grant);
      forget(grant.clientId);
    },
    async issue({ clientId, keyId, version, othersEndAtMs }) {
      const { secret, token, tokenDigest } = newMonitorTexts(keyId);
      const sealed = await keyRing.encrypt(subjectOf(clientId), secret);
      const key = { keyId, clientId, sealed, tokenDigest, version, othersEndAtMs };
      await rows.add({ ...key, createdAtMs: nowMs() });
      forget(clientId);
      return { secret, token };
    },
    async keysOf(clientIds) {
      const found = await rows.byClients(clientIds);
      return new Map(found.map(({ grant, keys }) => [grant.clientId, withEnds(keys)]));
    },
  };
}

import type { Sql } from '@plumbline/postgres';
import { timeText } from './data-key-rows.ts';
import { monitorKeysMax } from './limits.ts';
import { vaultSchema } from './migrate-vault.ts';

const clients = `${vaultSchema}.monitor_clients`;
const keys = `${vaultSchema}.monitor_keys`;

/** What a client may do, as the log says it. Times are epoch ms. */
export interface StoredMonitorGrant {
  readonly clientId: string;
  readonly pid: string;
  /** None: all accounts of the merchant. */
  readonly aids: readonly string[];
  /** Of the aggregate that says so. */
  readonly version: bigint;
  readonly revokedAtMs: number | null;
}

/** A key as it stands in Postgres. */
export interface StoredMonitorKey {
  readonly keyId: string;
  readonly clientId: string;
  /** The secret, encrypted with the client's own key. */
  readonly sealed: string;
  readonly tokenDigest: Buffer;
  /** Of the aggregate that says so: keys of a client are ordered by it. */
  readonly version: bigint;
  /** Until when the keys before it are good. */
  readonly othersEndAtMs: number;
  readonly createdAtMs: number;
}

export interface StoredMonitorClient {
  readonly grant: StoredMonitorGrant;
  /** The newest first, at most `monitorKeysMax`. */
  readonly keys: readonly StoredMonitorKey[];
}

/** Errors of every call: PostgresDown. */
export interface MonitorKeyRows {
  byClients(clientIds: readonly string[]): Promise<readonly StoredMonitorClient[]>;
  /** Client by key; keys that are not there are left out. */
  clientsOfKeys(keyIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Never goes back to an older version, and never from revoked. */
  put(grant: StoredMonitorGrant): Promise<void>;
  /** One of the same id is there already: nothing changes. Drops those that are too many. */
  add(key: StoredMonitorKey): Promise<void>;
}

/** When a key ends, epoch ms; `null` for the newest. */
export type MonitorKeyEnd = StoredMonitorKey & { readonly expiresAtMs: number | null };

/**
 * A key ends when any after it says so, whatever was written first: no row is ever changed, so that
 * rotations at one time cannot overlook each other.
 *
 * @param newestFirst all keys of a client
 */
export function withEnds(newestFirst: readonly StoredMonitorKey[]): readonly MonitorKeyEnd[] {
  let endMs: number | null = null;
  return newestFirst.map((key) => {
    const ended = { ...key, expiresAtMs: endMs };
    endMs = Math.min(endMs ?? Infinity, key.othersEndAtMs);
    return ended;
  });
}

export const newestKeys = (of: readonly StoredMonitorKey[]): readonly StoredMonitorKey[] =>
  [...of].sort((one, other) => (one.version < other.version ? 1 : -1)).slice(0, monitorKeysMax);

interface ClientRow {
  readonly client_id: string;
  readonly pid: string;
  readonly aids: readonly string[];
  readonly version: bigint;
  readonly revoked_at: Date | null;
}

interface KeyRow {
  readonly key_id: string;
  readonly client_id: string;
  readonly sealed: string;
  readonly token_digest: Buffer;
  readonly version: bigint;
  readonly others_end_at: Date;
  readonly created_at: Date;
}

export const createMonitorKeyRows = (sql: Sql): MonitorKeyRows => ({
  async byClients(clientIds) {
    // The keys last: one that was added meanwhile is good, one without its client is nothing.
    const found = await sql.query<ClientRow>(`select * from ${clients} where client_id = any(?)`, [
      clientIds,
    ]);
    if (found.length === 0) return [];
    const rows = await sql.query<KeyRow>(`select * from ${keys} where client_id = any(?)`, [
      found.map(({ client_id }) => client_id),
    ]);
    const keysOf = new Map<string, StoredMonitorKey[]>();
    for (const key of rows.map(keyOf))
      keysOf.set(key.clientId, [...(keysOf.get(key.clientId) ?? []), key]);
    return found.map((row) => ({
      grant: grantOf(row),
      keys: newestKeys(keysOf.get(row.client_id) ?? []),
    }));
  },
  async clientsOfKeys(keyIds) {
    const rows = await sql.query<Pick<KeyRow, 'key_id' | 'client_id'>>(
      `select key_id, client_id from ${keys} where key_id = any(?)`,
      [keyIds],
    );
    return new Map(rows.map(({ key_id, client_id }) => [key_id, client_id]));
  },
  async put({ clientId, pid, aids, version, revokedAtMs }) {
    await sql.query(
      `insert into ${clients} as known (client_id, pid, aids, version, revoked_at)
         values (?, ?, ?, ?, ?)
         on conflict (client_id) do update set
           pid = case when excluded.version >= known.version then excluded.pid else known.pid end,
           aids = case when excluded.version >= known.version then excluded.aids else known.aids end,
           version = greatest(excluded.version, known.version),
           revoked_at = coalesce(known.revoked_at, excluded.revoked_at)`,
      [clientId, pid, aids, version, revokedAtMs === null ? null : timeText(revokedAtMs)],
    );
  },
  async add({ keyId, clientId, sealed, tokenDigest, version, othersEndAtMs, createdAtMs }) {
    await sql.query(
      `with added as (
         insert into ${keys}
           (key_id, client_id, sealed, token_digest, version, others_end_at, created_at)
           values (?, ?, ?, ?, ?, ?, ?) on conflict (key_id) do nothing
       )
       delete from ${keys} where client_id = ? and version < (
         select version from ${keys} where client_id = ? order by version desc offset ? limit 1
       )`,
      [
        ...[keyId, clientId, sealed, tokenDigest, version],
        ...[timeText(othersEndAtMs), timeText(createdAtMs)],
        ...[clientId, clientId, monitorKeysMax - 1],
      ],
    );
  },
});

const grantOf = (row: ClientRow): StoredMonitorGrant => ({
  clientId: row.client_id,
  pid: row.pid,
  aids: row.aids,
  version: row.version,
  revokedAtMs: row.revoked_at?.getTime() ?? null,
});

const keyOf = (row: KeyRow): StoredMonitorKey => ({
  keyId: row.key_id,
  clientId: row.client_id,
  sealed: row.sealed,
  tokenDigest: row.token_digest,
  version: row.version,
  othersEndAtMs: row.others_end_at.getTime(),
  createdAtMs: row.created_at.getTime(),
});

import type { Sql } from '@plumbline/postgres';
import type { ApiScope } from './api-scopes.ts';
import { apiScopes } from './api-scopes.ts';
import { timeText } from './data-key-rows.ts';
import { vaultSchema } from './migrate-vault.ts';

const table = `${vaultSchema}.api_keys`;

/** A key as it stands in Postgres. Times are epoch ms. */
export interface StoredApiKey {
  readonly keyId: string;
  readonly appId: string;
  readonly name: string;
  /** SHA-256 of the key's text. */
  readonly digest: Buffer;
  readonly scopes: readonly ApiScope[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

interface Row {
  readonly key_id: string;
  readonly app_id: string;
  readonly name: string;
  readonly digest: Buffer;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

/** Errors of every call: PostgresDown. */
export interface ApiKeyRows {
  byIds(keyIds: readonly string[]): Promise<readonly StoredApiKey[]>;
  /** All, or those of an app, by app, the oldest first. */
  list(appId: string | null): Promise<readonly StoredApiKey[]>;
  insert(key: StoredApiKey): Promise<void>;
  /** Keeps the time at which it was revoked first. `null`: no such key. */
  revoke(keyId: string, atMs: number): Promise<StoredApiKey | null>;
  /** Never goes back, whichever process writes last. */
  used(keyId: string, atMs: number): Promise<void>;
}

export function createApiKeyRows(sql: Sql): ApiKeyRows {
  const query = async (text: string, values: Parameters<Sql['query']>[1] = []) =>
    (await sql.query<Row>(text, values)).map(keyOf);
  return {
    byIds: (keyIds) => query(`select * from ${table} where key_id = any(?)`, [keyIds]),
    list: (appId) =>
      query(
        `select * from ${table} where ?::text is null or app_id = ?
           order by app_id, created_at, key_id`,
        [appId, appId],
      ),
    async insert(key) {
      await sql.query(
        `insert into ${table} (key_id, app_id, name, digest, scopes, created_at, expires_at)
           values (?, ?, ?, ?, ?, ?, ?)`,
        [
          ...[key.keyId, key.appId, key.name, key.digest, key.scopes],
          ...[
            timeText(key.createdAtMs),
            key.expiresAtMs === null ? null : timeText(key.expiresAtMs),
          ],
        ],
      );
    },
    async revoke(keyId, atMs) {
      const [row] = await query(
        `update ${table} set revoked_at = coalesce(revoked_at, ?) where key_id = ? returning *`,
        [timeText(atMs), keyId],
      );
      return row ?? null;
    },
    async used(keyId, atMs) {
      await sql.query(
        `update ${table} set last_used_at = ?
           where key_id = ? and (last_used_at is null or last_used_at < ?)`,
        [timeText(atMs), keyId, timeText(atMs)],
      );
    },
  };
}

const keyOf = (row: Row): StoredApiKey => ({
  keyId: row.key_id,
  appId: row.app_id,
  name: row.name,
  digest: row.digest,
  // A scope that newer code gave means nothing here, and allows nothing.
  scopes: apiScopes.filter((scope) => row.scopes.includes(scope)),
  createdAtMs: row.created_at.getTime(),
  expiresAtMs: row.expires_at?.getTime() ?? null,
  revokedAtMs: row.revoked_at?.getTime() ?? null,
  lastUsedAtMs: row.last_used_at?.getTime() ?? null,
});

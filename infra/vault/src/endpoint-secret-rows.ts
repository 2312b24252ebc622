import type { Sql } from '@plumbline/postgres';
import { timeText } from './data-key-rows.ts';
import { vaultSchema } from './migrate-vault.ts';

const table = `${vaultSchema}.endpoint_secrets`;

/** A secret as it stands in Postgres. Times are epoch ms. */
export interface StoredSecret {
  readonly secretId: string;
  /** Encrypted with the endpoint's own key. */
  readonly sealed: string;
  /** `null` for the newest. */
  readonly expiresAtMs: number | null;
}

/** Errors of every call: PostgresDown. */
export interface EndpointSecretRows {
  /** The newest first. */
  of(endpointId: string): Promise<readonly StoredSecret[]>;
  /**
   * Adds the newest, ends those before it after the overlap, never later than they would have ended,
   * and drops what has ended. One of the same id is there already: nothing changes.
   */
  add(secret: {
    readonly endpointId: string;
    readonly secretId: string;
    readonly sealed: string;
    readonly atMs: number;
    readonly overlapMs: number;
  }): Promise<void>;
  forget(endpointId: string): Promise<void>;
}

interface Row {
  readonly secret_id: string;
  readonly sealed: string;
  readonly expires_at: Date | null;
}

export const createEndpointSecretRows = (sql: Sql): EndpointSecretRows => ({
  async of(endpointId) {
    const rows = await sql.query<Row>(
      `select secret_id, sealed, expires_at from ${table}
         where endpoint_id = ? order by created_at desc, secret_id desc`,
      [endpointId],
    );
    return rows.map(({ secret_id: secretId, sealed, expires_at }) => ({
      ...{ secretId, sealed, expiresAtMs: expires_at?.getTime() ?? null },
    }));
  },
  async add({ endpointId, secretId, sealed, atMs, overlapMs }) {
    const [at, until] = [timeText(atMs), timeText(atMs + overlapMs)];
    // One statement, so that no process ever sees two newest, or none.
    await sql.query(
      `with added as (
         insert into ${table} (secret_id, endpoint_id, sealed, created_at)
           values (?, ?, ?, ?) on conflict (secret_id) do nothing returning endpoint_id
       ), dropped as (
         delete from ${table} where expires_at <= ?
           and endpoint_id in (select endpoint_id from added)
       )
       update ${table} set expires_at = least(expires_at, ?)
         where endpoint_id in (select endpoint_id from added) and (expires_at is null or expires_at > ?)`,
      [secretId, endpointId, sealed, at, at, until, at],
    );
  },
  async forget(endpointId) {
    await sql.query(`delete from ${table} where endpoint_id = ?`, [endpointId]);
  },
});

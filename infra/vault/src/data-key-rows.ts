import type { Sql } from '@plumbline/postgres';
import type { WrappedKey } from './master-keys.ts';
import { vaultSchema } from './migrate-vault.ts';

const table = `${vaultSchema}.subject_keys`;

interface Row {
  readonly key_id: string;
  readonly subject: string;
  readonly wrapped: Buffer | null;
  readonly master_key_id: string | null;
}

const columns = 'key_id, subject, wrapped, master_key_id';

/** The rows of subjects' keys. Errors of every call: PostgresDown. */
export interface DataKeyRows {
  live(subject: string): Promise<WrappedKey | null>;
  /** `erased`: the row is there, the key is not. `missing`: no such row. */
  byId(keyId: string): Promise<WrappedKey | 'erased' | 'missing'>;
  /** Does nothing when the subject has a live key by now. */
  insert(key: WrappedKey, atMs: number): Promise<void>;
  /** Gives the ids of those that were there, and are gone now. */
  erase(options: {
    readonly keyIds: readonly string[];
    readonly reason: string;
    readonly atMs: number;
  }): Promise<readonly string[]>;
  /** Which of these have a key. */
  liveAmong(keyIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Keys under another master key than this one, after an id, by id. */
  underOthers(options: {
    readonly masterKeyId: string;
    readonly after: string;
    readonly limit: number;
  }): Promise<readonly WrappedKey[]>;
  /** `false`: it was erased or re-wrapped meanwhile, and stays as it is. */
  replace(options: { readonly from: WrappedKey; readonly to: WrappedKey }): Promise<boolean>;
}

export function createDataKeyRows(sql: Sql): DataKeyRows {
  const select = async (where: string, ...values: readonly (string | number)[]) =>
    sql.query<Row>(`select ${columns} from ${table} where ${where}`, values);
  return {
    async live(subject) {
      const [row] = await select('subject = ? and wrapped is not null', subject);
      return row === undefined ? null : keyOf(row);
    },
    async byId(keyId) {
      const [row] = await select('key_id = ?', keyId);
      return row === undefined ? 'missing' : (keyOf(row) ?? 'erased');
    },
    async insert({ keyId, subject, wrapped, masterKeyId }, atMs) {
      await sql.query(
        `insert into ${table} (${columns}, created_at) values (?, ?, ?, ?, ?)
           on conflict (subject) where wrapped is not null do nothing`,
        [keyId, subject, wrapped, masterKeyId, timeText(atMs)],
      );
    },
    async erase({ keyIds, reason, atMs }) {
      const rows = await sql.query<{ key_id: string }>(
        `update ${table} set wrapped = null, master_key_id = null, erased_at = ?, erase_reason = ?
           where key_id = any(?) and wrapped is not null returning key_id`,
        [timeText(atMs), reason, keyIds],
      );
      return rows.map((row) => row.key_id);
    },
    async liveAmong(keyIds) {
      const rows = await sql.query<{ key_id: string }>(
        `select key_id from ${table} where key_id = any(?) and wrapped is not null`,
        [keyIds],
      );
      return new Set(rows.map((row) => row.key_id));
    },
    async underOthers({ masterKeyId, after, limit }) {
      const rows = await select(
        'wrapped is not null and master_key_id <> ? and key_id > ? order by key_id limit ?',
        ...[masterKeyId, after, limit],
      );
      return rows.flatMap((row) => keyOf(row) ?? []);
    },
    async replace({ from, to }) {
      const rows = await sql.query(
        `update ${table} set wrapped = ?, master_key_id = ?
           where key_id = ? and master_key_id = ? and wrapped is not null returning key_id`,
        [to.wrapped, to.masterKeyId, from.keyId, from.masterKeyId],
      );
      return rows.length === 1;
    },
  };
}

const keyOf = ({ key_id, subject, wrapped, master_key_id }: Row): WrappedKey | null =>
  wrapped === null || master_key_id === null
    ? null
    : { keyId: key_id, subject, wrapped, masterKeyId: master_key_id };

/** What Postgres reads as this very millisecond, in UTC. */
export const timeText = (ms: number): string => new Date(ms).toISOString();

import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import { monitorsProjection } from './clients.ts';
import { clientsListedMax } from './clients-limits.ts';

/** A client as the log says it. */
export interface ClientView {
  /** Of the aggregate. */
  readonly version: bigint;
  readonly pid: string;
  readonly clientId: string;
  readonly name: string;
  /** None: all accounts of the merchant. */
  readonly aids: readonly string[];
  readonly status: 'ACTIVE' | 'REVOKED';
  /** Why it was revoked. */
  readonly reason: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Errors of every call: PostgresDown. */
export interface ClientQueries {
  /** By the record key, `tenant/clientId`. */
  byKey(key: string): Promise<ClientView | null>;
  /** Of a merchant or of all, by merchant and id; those that were revoked too; 1,000 at most. */
  list(of: {
    readonly tenant: string;
    readonly pid: string | null;
  }): Promise<readonly ClientView[]>;
}

interface Row {
  readonly version: bigint;
  readonly pid: string;
  readonly client_id: string;
  readonly name: string;
  readonly aids: readonly string[];
  readonly status: ClientView['status'];
  readonly reason: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export function createClientQueries(postgres: Postgres): ClientQueries {
  const schema = quoted(schemaOf(monitorsProjection));
  return {
    async byKey(key) {
      const [row] = await postgres.query<Row>(
        `select * from ${schema}.clients where client_key = ?`,
        [key],
      );
      return row === undefined ? null : viewOf(row);
    },
    async list({ tenant, pid }) {
      const where = conditions()
        .add('tenant = ?', tenant)
        .addIf('pid = ?', pid ?? undefined);
      const rows = await postgres.query<Row>(
        `select * from ${schema}.clients where ${where.sql} order by pid, client_id limit ?`,
        [...where.values, clientsListedMax],
      );
      return rows.map(viewOf);
    },
  };
}

const viewOf = (row: Row): ClientView => ({
  ...{ version: row.version, pid: row.pid, clientId: row.client_id, name: row.name },
  ...{ aids: row.aids, status: row.status, reason: row.reason },
  ...{ createdAtMs: row.created_at.getTime(), updatedAtMs: row.updated_at.getTime() },
});

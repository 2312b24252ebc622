import type { EndpointSettings } from '@plumbline/events';
import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import { endpointsProjection } from './endpoints.ts';

export interface EndpointView {
  readonly endpointId: string;
  /** Of the aggregate. */
  readonly version: bigint;
  readonly tenant: string;
  readonly status: 'ACTIVE' | 'PAUSED' | 'DISABLED' | 'REMOVED';
  readonly settings: EndpointSettings;
  readonly settingsVersion: number;
  readonly secretId: string | null;
  readonly reason: string | null;
  readonly failingSinceMs: number | null;
  readonly failingCode: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface IncidentView {
  readonly incidentId: string;
  readonly kind: string;
  readonly detail: string;
  readonly notificationId: string | null;
  readonly sinceMs: number;
  readonly openedAtMs: number;
  readonly endedAtMs: number | null;
  readonly endReason: string | null;
}

/** Errors of every call: PostgresDown. */
export interface EndpointQueries {
  byId(endpointId: string): Promise<EndpointView | null>;
  /** Of a tenant, or of all; without those that were removed; the oldest first. */
  list(tenant: string | null): Promise<readonly EndpointView[]>;
  /** The newest first. */
  incidents(endpointId: string, limit: number): Promise<readonly IncidentView[]>;
}

interface Row {
  readonly endpoint_id: string;
  readonly version: bigint;
  readonly tenant: string;
  readonly status: EndpointView['status'];
  readonly settings: EndpointSettings;
  readonly settings_version: number;
  readonly secret_id: string | null;
  readonly reason: string | null;
  readonly failing_since: Date | null;
  readonly failing_code: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

interface IncidentRow {
  readonly incident_id: string;
  readonly kind: string;
  readonly detail: string;
  readonly notification_id: string | null;
  readonly since: Date;
  readonly opened_at: Date;
  readonly ended_at: Date | null;
  readonly end_reason: string | null;
}

/** More than a tenant may have, for an operator who asks for all. */
const endpointsListedMax = 1_000;

export function createEndpointQueries(postgres: Postgres): EndpointQueries {
  const schema = quoted(schemaOf(endpointsProjection));
  return {
    async byId(endpointId) {
      const [row] = await postgres.query<Row>(
        `select * from ${schema}.endpoints where endpoint_id = ?`,
        [endpointId],
      );
      return row === undefined ? null : viewOf(row);
    },
    async list(tenant) {
      const where = conditions()
        .add("status <> 'REMOVED'")
        .addIf('tenant = ?', tenant ?? undefined);
      const rows = await postgres.query<Row>(
        `select * from ${schema}.endpoints where ${where.sql}
           order by created_at, endpoint_id limit ?`,
        [...where.values, endpointsListedMax],
      );
      return rows.map(viewOf);
    },
    async incidents(endpointId, limit) {
      const rows = await postgres.query<IncidentRow>(
        `select * from ${schema}.incidents where endpoint_id = ?
           order by opened_at desc, incident_id limit ?`,
        [endpointId, limit],
      );
      return rows.map(incidentOf);
    },
  };
}

const viewOf = (row: Row): EndpointView => ({
  endpointId: row.endpoint_id,
  version: row.version,
  tenant: row.tenant,
  status: row.status,
  settings: row.settings,
  settingsVersion: row.settings_version,
  secretId: row.secret_id,
  reason: row.reason,
  failingSinceMs: row.failing_since?.getTime() ?? null,
  failingCode: row.failing_code,
  createdAtMs: row.created_at.getTime(),
  updatedAtMs: row.updated_at.getTime(),
});

const incidentOf = (row: IncidentRow): IncidentView => ({
  incidentId: row.incident_id,
  kind: row.kind,
  detail: row.detail,
  notificationId: row.notification_id,
  sinceMs: row.since.getTime(),
  openedAtMs: row.opened_at.getTime(),
  endedAtMs: row.ended_at?.getTime() ?? null,
  endReason: row.end_reason,
});

import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import { alertsProjection, standingSql } from '../projections/alerts.ts';
import type { IncidentStatus } from '../projections/incidents.ts';
import { incidentsProjection } from '../projections/incidents.ts';
import type { AlertRow } from './alert-reads.ts';
import { alertPosition } from './alert-reads.ts';
import type { Page, PageAsked } from './page.ts';
import { readPage } from './page.ts';

const schema = quoted(schemaOf(incidentsProjection));
const incidents = `${schema}.incidents`;
const members = `${schema}.members`;
const alerts = `${quoted(schemaOf(alertsProjection))}.alerts`;

/** Where an event stands in the log. */
export interface StoredPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** A row of the read model; see its projection. */
export interface IncidentRow {
  readonly incident_id: string;
  readonly rule: string;
  readonly tenant: string;
  readonly status: IncidentStatus;
  readonly end_reason: string | null;
  readonly first_alert_id: string | null;
  readonly opened_in: StoredPlace | null;
  readonly ended_in: StoredPlace | null;
  readonly first_at_ms: bigint | null;
  readonly last_at_ms: bigint | null;
  readonly opened_at_ms: bigint | null;
  readonly ended_at_ms: bigint | null;
  readonly members: number;
  readonly open: number;
  readonly resolved: number;
  readonly auto_resolved: number;
  readonly superseded: number;
  readonly written_off: number;
  readonly suppressed: number;
  readonly money: readonly {
    readonly currency: string;
    readonly amountMinor: string;
    readonly openMinor: string;
  }[];
}

export interface IncidentFilter {
  readonly tenant?: string | undefined;
  readonly rule?: string | undefined;
  readonly status?: IncidentStatus | undefined;
  /** The incident that this alert is in. */
  readonly alertId?: string | undefined;
}

/** Ids of the alerts of an incident, which is the only value: for a condition of another read. */
export const memberIdsSql = `select alert_id from ${members} where incident_id = ?`;

/** Newest first. */
export function readIncidents(
  postgres: Postgres,
  { filter, ...asked }: PageAsked & { readonly filter: IncidentFilter },
): Promise<Page<IncidentRow>> {
  const where = conditions()
    .add('opened_at_ms is not null')
    .addIf('tenant = ?', filter.tenant)
    .addIf('rule = ?', filter.rule)
    .addIf('status = ?', filter.status)
    .addIf(`incident_id = (select incident_id from ${members} where alert_id = ?)`, filter.alertId);
  return readPage<IncidentRow>(postgres, {
    ...{ ...asked, select: `select * from ${incidents}`, where },
    order: ['opened_at_ms', 'incident_id'],
    positionOf: (row) => ({ atMs: Number(row.opened_at_ms), id: row.incident_id }),
  });
}

export async function readIncident(
  postgres: Postgres,
  incidentId: string,
): Promise<IncidentRow | null> {
  const [row] = await postgres.query<IncidentRow>(
    `select * from ${incidents} where incident_id = ?`,
    [incidentId],
  );
  return row ?? null;
}

/** Alerts of an incident, newest first: those that the read model of alerts has by now. */
export const readMembers = (
  postgres: Postgres,
  { incidentId, ...asked }: PageAsked & { readonly incidentId: string },
): Promise<Page<AlertRow>> =>
  readPage<AlertRow>(postgres, {
    ...asked,
    select: `select a.* from ${members} m join ${alerts} a on a.alert_id = m.alert_id`,
    where: conditions().add('m.incident_id = ?', incidentId).add('detected_at_ms is not null'),
    ...{ order: ['a.detected_at_ms', 'a.alert_id'], positionOf: alertPosition },
  });

/** What there is to look at of one rule: an incident is one matter, however many its alerts. */
export interface MatterSums {
  readonly rule: string;
  /** Incidents with alerts that stand. */
  readonly incidents: bigint;
  /** Alerts that stand in an incident, and in none. */
  readonly folded: bigint;
  readonly alone: bigint;
}

export function sumMatters(
  postgres: Postgres,
  filter: Pick<IncidentFilter, 'tenant'>,
): Promise<readonly MatterSums[]> {
  const where = conditions()
    .add(`a.status in ${standingSql}`)
    .add('a.detected_at_ms is not null')
    .addIf('a.tenant = ?', filter.tenant);
  return postgres.query<MatterSums>(
    `select a.rule, count(distinct m.incident_id) as incidents, count(m.incident_id) as folded,
       count(*) - count(m.incident_id) as alone
     from ${alerts} a left join ${members} m on m.alert_id = a.alert_id
     where ${where.sql} group by a.rule order by a.rule`,
    where.values,
  );
}

import type { Sample } from '@plumbline/observability';
import type { Postgres } from '@plumbline/postgres';
import { quoted, schemaOf } from '@plumbline/postgres';
import { incidentsProjection } from './projections/incidents.ts';
import { remediesProjection } from './projections/remedies.ts';
import { readRegularly } from './read-regularly.ts';
import type { StandingOptions } from './standing-alerts.ts';

const incidents = `${quoted(schemaOf(incidentsProjection))}.incidents`;
const remedies = `${quoted(schemaOf(remediesProjection))}.remedies`;

/** What has begun of one rule and has not ended. */
export interface StandingWork {
  readonly what: 'incident' | 'remedy';
  readonly rule: string;
  readonly status: string;
  readonly count: bigint;
  /** When the oldest of them began. */
  readonly oldest_ms: bigint;
}

/** Incidents that are open, and remedies that ask, wait for a person, or have started. */
export const readStandingWork = (
  postgres: Pick<Postgres, 'query'>,
): Promise<readonly StandingWork[]> =>
  postgres.query<StandingWork>(
    `select 'incident' as what, rule, status, count(*) as count, min(opened_at_ms) as oldest_ms
     from ${incidents} where status = 'OPEN' group by rule, status
     union all
     select 'remedy' as what, rule, status, count(*) as count, min(proposed_at_ms) as oldest_ms
     from ${remedies} where status in ('ASKING', 'WAITING', 'STARTED') and proposed_at_ms is not null
     group by rule, status`,
    [],
  );

/** Shows it of all tenants, as {@link showStandingAlerts} does alerts. */
export function showStandingWork(options: StandingOptions): { close(): Promise<void> } {
  const { postgres, metrics } = options;
  const reading = readRegularly({
    ...options,
    ...{ read: () => readStandingWork(postgres), what: 'incidents and remedies' },
  });
  const rows = (what: StandingWork['what']): readonly StandingWork[] =>
    (reading.newest()?.value ?? []).filter((row) => row.what === what);
  metrics.gauge({
    name: 'plumbline_incidents_open',
    help: 'Incidents that are open; every instance shows all of them',
    labels: ['rule'],
    read: (): readonly Sample[] =>
      rows('incident').map(({ rule, count }) => ({ labels: { rule }, value: Number(count) })),
  });
  metrics.gauge({
    name: 'plumbline_remedies_under_way',
    help: 'Remedies that ask for leave, wait for a person, or have started; every instance shows all',
    labels: ['rule', 'status'],
    read: (): readonly Sample[] =>
      rows('remedy').map((row) => ({ labels: labelsOf(row), value: Number(row.count) })),
  });
  metrics.gauge({
    name: 'plumbline_remedies_oldest_timestamp_seconds',
    help: 'Unix time at which the oldest remedy that is under way was proposed',
    labels: ['rule', 'status'],
    read: (): readonly Sample[] =>
      rows('remedy').map((row) => ({
        labels: labelsOf(row),
        value: Number(row.oldest_ms) / 1_000,
      })),
  });
  return reading;
}

const labelsOf = ({ rule, status }: StandingWork) => ({ rule, status });

import { minorDigitsOf } from '@plumbline/kernel';
import type { Logger, Metrics, Sample } from '@plumbline/observability';
import type { Postgres } from '@plumbline/postgres';
import { quoted, schemaOf } from '@plumbline/postgres';
import { alertsProjection, standingSql } from './projections/alerts.ts';
import { readRegularly } from './read-regularly.ts';

const alerts = `${quoted(schemaOf(alertsProjection))}.alerts`;

/** Alerts that stand, of one rule, severity, status and currency. */
export interface StandingAlerts {
  readonly rule: string;
  readonly severity: string;
  readonly status: string;
  readonly currency: string;
  readonly count: bigint;
  /** Text of minor units. */
  readonly at_stake: string;
  readonly oldest_ms: bigint;
}

/** A handful of rows: what stands is found by the index on the status. */
export const readStandingAlerts = (
  postgres: Pick<Postgres, 'query'>,
): Promise<readonly StandingAlerts[]> =>
  postgres.query<StandingAlerts>(
    `select rule, severity, status, currency, count(*) as count,
       sum(amount_minor)::text as at_stake, min(detected_at_ms) as oldest_ms
     from ${alerts}
     where status in ${standingSql} and detected_at_ms is not null
     group by rule, severity, status, currency`,
    [],
  );

export interface StandingOptions {
  readonly postgres: Pick<Postgres, 'query'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly everyMs?: number;
}

/**
 * Shows what stands of all tenants, read every 15 s. Every process that runs it says the same: whoever
 * adds up takes the largest. With Postgres away it shows what it read last, and since when that is.
 */
export function showStandingAlerts(options: StandingOptions): { close(): Promise<void> } {
  const { postgres, metrics } = options;
  const reading = readRegularly({
    ...options,
    ...{ read: () => readStandingAlerts(postgres), what: 'alerts that stand' },
  });
  const samples = (valueOf: (row: StandingAlerts) => number) => (): readonly Sample[] =>
    (reading.newest()?.value ?? []).map((row) => ({ labels: labelsOf(row), value: valueOf(row) }));
  metrics.gauge({
    name: 'plumbline_alerts_open',
    help: 'Alerts that stand, acknowledged ones included; every instance shows all of them',
    labels: ['rule', 'severity', 'status', 'currency'],
    read: samples(({ count }) => Number(count)),
  });
  metrics.gauge({
    name: 'plumbline_alerts_at_stake_major',
    help: 'Money at stake in alerts that stand, in units of its currency; for graphs, not for books',
    labels: ['rule', 'severity', 'status', 'currency'],
    read: samples(majorOf),
  });
  metrics.gauge({
    name: 'plumbline_alerts_oldest_timestamp_seconds',
    help: 'Unix time at which the oldest alert that stands was found',
    labels: ['rule', 'severity', 'status', 'currency'],
    read: samples(({ oldest_ms: oldestMs }) => Number(oldestMs) / 1_000),
  });
  metrics.gauge({
    name: 'plumbline_alerts_read_timestamp_seconds',
    help: 'Unix time at which the alerts that stand were last read; none before the first time',
    read(): readonly Sample[] {
      const newest = reading.newest();
      return newest === null ? [] : [{ labels: {}, value: newest.atMs / 1_000 }];
    },
  });
  return reading;
}

const labelsOf = ({ rule, severity, status, currency }: StandingAlerts) => ({
  ...{ rule, severity, status, currency },
});

/** Beyond 2^53 the last digits are lost, which no graph shows. */
const majorOf = ({ at_stake: minor, currency }: StandingAlerts): number =>
  Number(minor) / 10 ** minorDigitsOf(currency);

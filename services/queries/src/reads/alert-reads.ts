import { isCurrencyCode, minorDigitsOf } from '@plumbline/kernel';
import type { Postgres } from '@plumbline/postgres';
import type { Conditions } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import type { AlertStatus } from '../projections/alerts.ts';
import { alertsProjection, standingSql } from '../projections/alerts.ts';
import type { Page, PageAsked, PagePosition } from './page.ts';
import { readPage } from './page.ts';

const schema = quoted(schemaOf(alertsProjection));
const alerts = `${schema}.alerts`;
const steps = `${schema}.alert_steps`;

export interface StoredEvidence {
  readonly eventId: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly time: number;
}

/** A row of the read model; see its projection. */
export interface AlertRow {
  readonly alert_id: string;
  readonly status: AlertStatus;
  readonly rule: string;
  readonly rule_version: number | null;
  readonly tenant: string;
  readonly order_no: string;
  readonly pay_no: string | null;
  readonly severity: string | null;
  readonly summary: string | null;
  readonly expected: string | null;
  readonly actual: string | null;
  readonly deadline_ms: bigint | null;
  readonly detected_at_ms: bigint | null;
  readonly amount_minor: bigint | null;
  readonly currency: string | null;
  readonly how_seen: string | null;
  readonly trigger_event_id: string | null;
  readonly evidence: readonly StoredEvidence[] | null;
  readonly correlation_id: string | null;
  readonly raised_topic: string | null;
  readonly raised_partition: number | null;
  readonly raised_offset: bigint | null;
  readonly resolution_reason: string | null;
  readonly superseded_by: string | null;
  readonly resolved_at_ms: bigint | null;
  readonly resolution_evidence: readonly StoredEvidence[] | null;
  readonly loss_minor: bigint | null;
  readonly loss_currency: string | null;
  readonly suppressed_until_ms: bigint | null;
}

export interface AlertFilter {
  readonly tenant?: string | undefined;
  readonly rule?: string | undefined;
  readonly status?: AlertStatus | undefined;
  readonly severity?: string | undefined;
  readonly orderNo?: string | undefined;
  /** Found at or after, and before: epoch ms. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** Whether it stands. */
  readonly standing?: boolean | undefined;
  readonly currency?: string | undefined;
  /** Both included; major units of the currency, CNY where it is not given. */
  readonly minAmount?: string | undefined;
  readonly maxAmount?: string | undefined;
  /** Part of what is said of it or of its numbers, in any case of letters. */
  readonly text?: string | undefined;
}

export async function readAlert(postgres: Postgres, alertId: string): Promise<AlertRow | null> {
  const [row] = await postgres.query<AlertRow>(`select * from ${alerts} where alert_id = ?`, [
    alertId,
  ]);
  return row ?? null;
}

/** One step of an alert's life. */
export interface StepRow {
  readonly status: AlertStatus;
  readonly actor: string;
  readonly reason: string | null;
  readonly at_ms: bigint;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly loss_minor: bigint | null;
  readonly loss_currency: string | null;
  readonly suppressed_until_ms: bigint | null;
}

/** Oldest first; an alert that there is not has none. */
export const readSteps = (postgres: Postgres, alertId: string): Promise<readonly StepRow[]> =>
  postgres.query<StepRow>(`select * from ${steps} where alert_id = ? order by "offset"`, [alertId]);

function filtered(filter: AlertFilter): Conditions {
  const where = conditions()
    .add('detected_at_ms is not null')
    .addIf('tenant = ?', filter.tenant)
    .addIf('rule = ?', filter.rule)
    .addIf('status = ?', filter.status)
    .addIf('severity = ?', filter.severity)
    .addIf('order_no = ?', filter.orderNo)
    .addIf('detected_at_ms >= ?', filter.sinceMs)
    .addIf('detected_at_ms < ?', filter.untilMs);
  const { standing, text } = filter;
  if (standing !== undefined) where.add(`status ${standing ? 'in' : 'not in'} ${standingSql}`);
  if (text !== undefined) {
    const part = `%${text.replaceAll(/[%_\\]/g, '\\$&')}%`;
    where.add(
      `(${searched.map((column) => `${column} ilike ?`).join(' or ')})`,
      ...searched.map(() => part),
    );
  }
  return withAmounts(where, filter);
}

const searched = ['summary', 'expected', 'actual', 'order_no', 'pay_no', 'alert_id'] as const;

/** Amounts are of one currency: those of several are never compared. */
function withAmounts(where: Conditions, filter: AlertFilter): Conditions {
  const { minAmount, maxAmount } = filter;
  const isBounded = minAmount !== undefined || maxAmount !== undefined;
  const currency = filter.currency ?? (isBounded ? 'CNY' : undefined);
  if (currency === undefined) return where;
  const minor = isCurrencyCode(currency) ? 10 ** minorDigitsOf(currency) : 1;
  where.add('currency = ?', currency);
  if (minAmount !== undefined) where.add('amount_minor >= ?::numeric * ?', minAmount, minor);
  if (maxAmount !== undefined) where.add('amount_minor <= ?::numeric * ?', maxAmount, minor);
  return where;
}

/** Where an alert stands among others, newest first. */
export const alertPosition = (row: AlertRow): PagePosition => ({
  ...{ atMs: Number(row.detected_at_ms), id: row.alert_id },
});

export const readAlerts = (
  postgres: Postgres,
  { filter, ...asked }: PageAsked & { readonly filter: AlertFilter },
): Promise<Page<AlertRow>> =>
  readPage<AlertRow>(postgres, {
    ...{ ...asked, select: `select * from ${alerts}`, where: filtered(filter) },
    ...{ order: ['detected_at_ms', 'alert_id'], positionOf: alertPosition },
  });

/** Counts and the money of alerts that stand, of one rule and currency. */
export interface AlertSums {
  readonly rule: string;
  readonly currency: string;
  readonly raised: bigint;
  /** Acknowledged ones among them. */
  readonly open: bigint;
  readonly acknowledged: bigint;
  readonly investigating: bigint;
  readonly written_off: bigint;
  readonly suppressed: bigint;
  readonly superseded: bigint;
  /** Text of minor units. */
  readonly at_stake: string;
}

export function sumAlerts(postgres: Postgres, filter: AlertFilter): Promise<readonly AlertSums[]> {
  const where = filtered(filter);
  return postgres.query<AlertSums>(
    `select rule, currency, count(*) as raised,
       count(*) filter (where status in ${standingSql}) as open,
       count(*) filter (where status = 'ACKNOWLEDGED') as acknowledged,
       count(*) filter (where status = 'INVESTIGATING') as investigating,
       count(*) filter (where status = 'WRITTEN_OFF') as written_off,
       count(*) filter (where status = 'SUPPRESSED') as suppressed,
       count(*) filter (where status = 'SUPERSEDED') as superseded,
       coalesce(sum(amount_minor) filter (where status in ${standingSql}), 0)::text as at_stake
     from ${alerts} where ${where.sql} group by rule, currency order by rule, currency`,
    where.values,
  );
}

import type {
  AlertAcknowledged,
  AlertInvestigated,
  AlertRaised,
  AlertReopened,
  AlertResolved,
  AlertsEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, Projection, ProjectionRow } from '@plumbline/postgres';
import { overviewPaceMs } from '../limits.ts';
import { addStepColumns, stepOf } from './steps.ts';

/** What an alert's row says of its life. UNKNOWN: ended in a way that newer code has a word for. */
export const alertStatuses = [
  'OPEN',
  'ACKNOWLEDGED',
  'INVESTIGATING',
  'RESOLVED',
  'AUTO_RESOLVED',
  'WRITTEN_OFF',
  'SUPPRESSED',
  'SUPERSEDED',
  'UNKNOWN',
] as const;
/** Those of an alert that still stands, for the database. */
export const standingSql = "('OPEN', 'ACKNOWLEDGED', 'INVESTIGATING')";
export type AlertStatus = (typeof alertStatuses)[number];
/** The same, for the code. */
export const isStanding = (status: AlertStatus): boolean => standing.has(status);
const standing: ReadonlySet<AlertStatus> = new Set(['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING']);

/**
 * `alerts`: one row an alert; `alert_steps`: one for each step of its life, by whom and why, with the
 * loss or the end of the suppression. Times are epoch ms of the broker; evidence is JSON as in the
 * events, offsets as text.
 */
export const alertsProjection: Projection = {
  name: 'alerts',
  paceMs: overviewPaceMs,
  version: 4,
  inputs: [topics.alertsEvents.name],
  tables: [
    { name: 'alerts', primaryKey: ['alert_id'] },
    { name: 'alert_steps', primaryKey: ['event_id'] },
  ],
  migrations: [
    {
      name: '1-alerts',
      up: (knex) =>
        knex.schema.createTable('alerts', (table) => {
          table.text('alert_id').primary();
          table.text('status').notNullable();
          table.text('rule').notNullable();
          table.text('tenant').notNullable();
          table.text('order_no').notNullable();
          table.integer('rule_version');
          table.text('pay_no');
          table.text('severity');
          table.text('summary');
          table.text('expected');
          table.text('actual');
          table.bigInteger('deadline_ms');
          table.bigInteger('detected_at_ms');
          table.bigInteger('amount_minor');
          table.text('currency');
          table.text('how_seen');
          table.text('trigger_event_id');
          table.jsonb('evidence');
          table.text('correlation_id');
          table.text('raised_topic');
          table.integer('raised_partition');
          table.bigInteger('raised_offset');
          table.text('resolution');
          table.text('resolution_reason');
          table.text('superseded_by');
          table.bigInteger('resolved_at_ms');
          table.jsonb('resolution_evidence');
          table.bigInteger('loss_minor');
          table.text('loss_currency');
          table.bigInteger('suppressed_until_ms');
          // Operators look at all tenants at once: apps of the merchant API are tenants, too.
          table.index(['detected_at_ms', 'alert_id']);
          table.index(['tenant', 'detected_at_ms', 'alert_id']);
          table.index(['tenant', 'order_no']);
          table.index(['status', 'detected_at_ms', 'alert_id']);
        }),
    },
    {
      name: '2-alert-steps',
      up: (knex) =>
        knex.schema.createTable('alert_steps', (table) => {
          table.text('event_id').primary();
          table.text('alert_id').notNullable();
          table.text('status').notNullable();
          addStepColumns(table);
          table.bigInteger('loss_minor');
          table.text('loss_currency');
          table.bigInteger('suppressed_until_ms');
          table.index(['alert_id', 'offset']);
        }),
    },
  ],
  apply: async (batch, sql) => {
    await sql.upsert('alerts', batch.flatMap(rowsOf));
    await sql.upsert('alert_steps', batch.flatMap(stepsOf));
  },
};

function rowsOf(record: ProjectedRecord): readonly ProjectionRow[] {
  // The topic holds nothing but these; the codec has checked it.
  const event = record.payload as AlertsEvent;
  switch (event.type) {
    case 'AlertRaised':
      return [raised(event.data, record)];
    case 'AlertResolved':
      return [resolved(event.data)];
    case 'AlertAcknowledged':
      return [standingAs('ACKNOWLEDGED', event.data)];
    case 'AlertInvestigated':
      return [standingAs('INVESTIGATING', event.data)];
    case 'AlertReopened':
      return [reopened(event.data)];
    case 'RulesActivated':
      return [];
    default:
      return unreachable(event);
  }
}

function stepsOf(record: ProjectedRecord): readonly ProjectionRow[] {
  const event = record.payload as AlertsEvent;
  switch (event.type) {
    case 'AlertRaised':
      return [step(record, of({ alertId: event.data.alertId }, 'OPEN', event.data.detectedAt))];
    case 'AlertAcknowledged':
      return [step(record, of(event.data, 'ACKNOWLEDGED', event.data.acknowledgedAt))];
    case 'AlertInvestigated':
      return [step(record, of(event.data, 'INVESTIGATING', event.data.investigatedAt))];
    case 'AlertResolved': {
      const { resolution, resolvedAt } = event.data;
      return [step(record, { ...of(event.data, resolution, resolvedAt), ...endOf(event.data) })];
    }
    case 'AlertReopened':
      return [step(record, of(event.data, 'OPEN', event.data.reopenedAt))];
    case 'RulesActivated':
      return [];
    default:
      return unreachable(event);
  }
}

const of = (
  { alertId, reason }: { readonly alertId: string; readonly reason?: string },
  status: AlertStatus,
  atMs: number,
) => ({ alert_id: alertId, status, reason: reason ?? null, at_ms: atMs });

const step = (
  record: ProjectedRecord,
  row: ReturnType<typeof of> & Partial<ReturnType<typeof endOf>>,
): ProjectionRow => ({ ...row, ...stepOf(record) });

const raised = (data: AlertRaised, { topic, partition, offset, envelope }: ProjectedRecord) => ({
  alert_id: data.alertId,
  status: 'OPEN',
  rule: data.rule,
  tenant: data.tenant,
  order_no: data.orderNo,
  rule_version: data.ruleVersion,
  pay_no: data.payNo,
  severity: data.severity,
  summary: data.summary,
  expected: data.expected,
  actual: data.actual,
  deadline_ms: data.deadline,
  detected_at_ms: data.detectedAt,
  amount_minor: data.amountMinor,
  currency: data.currency,
  how_seen: data.howSeen,
  trigger_event_id: data.triggerEventId,
  evidence: data.evidence,
  correlation_id: envelope.correlationId,
  raised_topic: topic,
  raised_partition: partition,
  raised_offset: offset,
});

const resolved = (data: AlertResolved) => ({
  alert_id: data.alertId,
  status: data.resolution,
  rule: data.rule,
  tenant: data.tenant,
  order_no: data.orderNo,
  resolution: data.resolution,
  resolution_reason: data.reason,
  superseded_by: data.supersededBy,
  resolved_at_ms: data.resolvedAt,
  resolution_evidence: data.evidence,
  ...endOf(data),
});

/** What some ends have more to say. */
const endOf = (data: Pick<AlertResolved, 'lossMinor' | 'lossCurrency' | 'suppressedUntil'>) => ({
  ...{ loss_minor: data.lossMinor, loss_currency: data.lossCurrency },
  suppressed_until_ms: data.suppressedUntil,
});

const standingAs = (
  status: AlertStatus,
  { alertId, rule, tenant, orderNo }: AlertAcknowledged | AlertInvestigated,
) => ({ alert_id: alertId, status, rule, tenant, order_no: orderNo });

const reopened = ({ alertId, rule, tenant, orderNo }: AlertReopened) => ({
  ...{ alert_id: alertId, status: 'OPEN', rule, tenant, order_no: orderNo },
  ...{ resolution: null, resolution_reason: null, superseded_by: null },
  ...{ resolved_at_ms: null, resolution_evidence: null },
  ...{ loss_minor: null, loss_currency: null, suppressed_until_ms: null },
});

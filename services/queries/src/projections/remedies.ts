import type { DesksEvent, RemediesEvent, RemedyPolicy } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, Projection, ProjectionRow } from '@plumbline/postgres';
import { overviewPaceMs } from '../limits.ts';
import { addStepColumns, stepOf } from './steps.ts';

/** Where a remedy stands, or how it ended. UNKNOWN: in a way that newer code has a word for. */
export const remedyStatuses = [
  ...(['ASKING', 'WAITING', 'STARTED'] as const),
  ...(['DONE', 'REFUSED', 'FAILED', 'REJECTED', 'WITHDRAWN', 'DRY_RUN', 'UNKNOWN'] as const),
] as const;
export type RemedyStatus = (typeof remedyStatuses)[number];

/** The rule of the row that says whether all rules of a tenant are stopped. */
export const everyRule = '*';

/**
 * `remedies`: one row each; `remedy_steps`: one for each step, by whom and why; `policies`: one row a
 * tenant and rule, and one more for a tenant whose rules were stopped all at once. Times are epoch
 * ms of the broker; what shows an end is JSON, limits in a policy are JSON with amounts as text of
 * minor units.
 */
export const remediesProjection: Projection = {
  name: 'remedies',
  paceMs: overviewPaceMs,
  version: 1,
  inputs: [topics.remediesEvents.name, topics.desksEvents.name],
  tables: [
    { name: 'remedies', primaryKey: ['remedy_id'] },
    { name: 'remedy_steps', primaryKey: ['event_id'] },
    { name: 'policies', primaryKey: ['tenant', 'rule'] },
  ],
  migrations: [
    {
      name: '1-remedies',
      up: (knex) =>
        knex.schema.createTable('remedies', (table) => {
          table.text('remedy_id').primary();
          table.text('alert_id').notNullable();
          table.text('rule').notNullable();
          table.text('tenant').notNullable();
          table.text('order_no').notNullable();
          table.text('status').notNullable().defaultTo('ASKING');
          table.text('kind');
          table.text('pay_no');
          table.bigInteger('amount_minor');
          table.text('currency');
          table.text('code');
          table.text('reason');
          table.integer('approvals_needed');
          table.text('command_id');
          table.jsonb('proof');
          table.text('alert_resolution');
          table.jsonb('alert_proof');
          table.bigInteger('proposed_at_ms');
          table.bigInteger('started_at_ms');
          table.bigInteger('ended_at_ms');
          table.index(['proposed_at_ms', 'remedy_id']);
          table.index(['status', 'proposed_at_ms', 'remedy_id']);
          table.index(['alert_id']);
          table.index(['tenant', 'order_no']);
        }),
    },
    {
      name: '2-steps',
      up: (knex) =>
        knex.schema.createTable('remedy_steps', (table) => {
          table.text('event_id').primary();
          table.text('remedy_id').notNullable();
          table.text('step').notNullable();
          addStepColumns(table);
          table.index(['remedy_id', 'offset']);
        }),
    },
    {
      name: '3-policies',
      up: (knex) =>
        knex.schema.createTable('policies', (table) => {
          table.text('tenant').notNullable();
          table.text('rule').notNullable();
          table.jsonb('policy');
          table.integer('revision');
          table.text('reason');
          table.text('actor');
          table.bigInteger('set_at_ms');
          table.boolean('stopped').notNullable().defaultTo(false);
          table.text('stop_reason');
          table.text('stop_actor');
          table.bigInteger('stop_changed_at_ms');
          table.primary(['tenant', 'rule']);
        }),
    },
  ],
  apply: async (batch, sql) => {
    const remedies = batch.filter(({ topic }) => topic === topics.remediesEvents.name);
    const desks = batch.filter(({ topic }) => topic === topics.desksEvents.name);
    await sql.upsert('remedies', remedies.map(remedyRow));
    await sql.upsert('remedy_steps', remedies.map(stepRow));
    await sql.upsert('policies', desks.flatMap(policyRows));
  },
};

/** The topics hold nothing but these; the codec has checked it. */
const remedyEventIn = ({ payload }: ProjectedRecord) => payload as RemediesEvent;

function remedyRow(record: ProjectedRecord): ProjectionRow {
  const event = remedyEventIn(record);
  const { remedyId, alertId, rule, tenant, orderNo } = event.data;
  const row = {
    ...{ remedy_id: remedyId, alert_id: alertId, rule, tenant },
    order_no: orderNo,
  };
  switch (event.type) {
    case 'RemedyProposed': {
      const { kind, payNo, amountMinor, currency, proposedAt } = event.data;
      const money = { amount_minor: amountMinor, currency };
      return {
        ...{ ...row, ...money, status: 'ASKING', kind, pay_no: payNo },
        proposed_at_ms: proposedAt,
      };
    }
    case 'RemedyHeld': {
      const { code, approvalsNeeded } = event.data;
      return { ...row, status: 'WAITING', code, approvals_needed: approvalsNeeded };
    }
    case 'RemedyApproved':
      return { ...row, status: event.data.isEnough ? 'ASKING' : 'WAITING' };
    case 'RemedyStarted': {
      const { commandId, startedAt } = event.data;
      const started = { status: 'STARTED', command_id: commandId, started_at_ms: startedAt };
      return { ...row, ...started, code: null };
    }
    case 'RemedyEnded': {
      const { ending, code, reason, proof, endedAt } = event.data;
      return { ...row, status: ending, code, reason, proof, ended_at_ms: endedAt };
    }
    case 'ChannelSwept':
      // Its end stands beside it, with what it came to.
      return row;
    case 'RemedyAlertEnded': {
      const { resolution, proof } = event.data;
      return { ...row, alert_resolution: resolution, alert_proof: proof };
    }
    default:
      return unreachable(event);
  }
}

function stepRow(record: ProjectedRecord): ProjectionRow {
  const { data, type } = remedyEventIn(record);
  const reason = 'reason' in data ? data.reason : 'code' in data ? data.code : null;
  return {
    ...{ ...stepOf(record), remedy_id: data.remedyId, step: type },
    ...{ reason, at_ms: record.timeMs },
  };
}

function policyRows(record: ProjectedRecord): readonly ProjectionRow[] {
  const event = record.payload as DesksEvent;
  const { actor } = record.envelope;
  switch (event.type) {
    case 'RemedyPolicySet': {
      const { tenant, policy, revision, reason, setAt } = event.data;
      return [
        {
          ...{ tenant, rule: policy.rule, policy: storedPolicy(policy), revision, reason, actor },
          set_at_ms: setAt,
        },
      ];
    }
    case 'RemediesStopped': {
      const { stoppedAt } = event.data;
      return [{ ...stopRow(event.data, actor), stopped: true, stop_changed_at_ms: stoppedAt }];
    }
    case 'RemediesResumed': {
      const { resumedAt } = event.data;
      return [{ ...stopRow(event.data, actor), stopped: false, stop_changed_at_ms: resumedAt }];
    }
    case 'LeaveGranted':
      return [];
    default:
      return unreachable(event);
  }
}

const stopRow = (
  of: { readonly tenant: string; readonly rule: string | null; readonly reason: string },
  actor: string,
) => ({
  ...{ tenant: of.tenant, rule: of.rule ?? everyRule },
  ...{ stop_reason: of.reason, stop_actor: actor },
});

/** As JSON, which has no 64 bits. */
const storedPolicy = ({ mode, remedy, perHourMax, money, dryRun }: RemedyPolicy) => ({
  ...{ mode, remedy, perHourMax, dryRun },
  money: money.map((limit) => ({
    currency: limit.currency,
    perRemedyMinor: limit.perRemedyMinor.toString(),
    perHourMinor: limit.perHourMinor.toString(),
    secondPersonAboveMinor: limit.secondPersonAboveMinor.toString(),
  })),
});

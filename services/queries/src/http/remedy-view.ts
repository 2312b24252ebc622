import { majorAmountOut, majorAmountOutSchema } from '@plumbline/http';
import { z } from 'zod';
import { everyRule, remedyStatuses } from '../projections/remedies.ts';
import type { PolicyRow, RemedyRow, RemedyStepRow } from '../reads/remedy-reads.ts';
import { isoTime, isoTimeOrNull } from './fields.ts';

const proofSchema = z
  .strictObject({ eventId: z.string(), type: z.string(), topic: z.string() })
  .nullable();

export const remedySchema = z.strictObject({
  remedyId: z.string(),
  alertId: z.string(),
  rule: z.string(),
  tenant: z.string(),
  orderNo: z.string(),
  payNo: z.string().nullable(),
  kind: z.string().nullable().describe('What is done'),
  status: z
    .enum(remedyStatuses)
    .describe('ASKING the desk, WAITING for a person, STARTED, or how it ended'),
  amount: majorAmountOutSchema().nullable(),
  currency: z.string().nullable(),
  code: z.string().nullable().describe('Why it waits, or why it brought nothing about'),
  reason: z.string().nullable(),
  approvalsNeeded: z.number().nullable(),
  approvedBy: z.array(z.string()).describe('Who has approved it, each once'),
  commandId: z.string().nullable().describe('Of the command that it sent'),
  proof: proofSchema.describe('The event that shows what it brought about'),
  alertResolution: z.string().nullable().describe('How its alert ended'),
  alertProof: proofSchema.describe('The event that says so'),
  proposedAt: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});

export const remedyWithHistorySchema = remedySchema.extend({
  history: z
    .array(
      z.strictObject({
        step: z.string().describe('Type of the event'),
        actor: z.string(),
        reason: z.string().nullable(),
        at: z.string(),
        topic: z.string(),
        partition: z.number(),
        offset: z.string(),
      }),
    )
    .describe('Oldest first'),
});

export const remedyOut = (row: RemedyRow): z.input<typeof remedySchema> => ({
  remedyId: row.remedy_id,
  alertId: row.alert_id,
  rule: row.rule,
  tenant: row.tenant,
  orderNo: row.order_no,
  payNo: row.pay_no,
  kind: row.kind,
  status: row.status,
  amount:
    row.amount_minor === null || row.currency === null
      ? null
      : majorAmountOut(row.amount_minor, row.currency),
  currency: row.currency,
  code: row.code,
  reason: row.reason,
  approvalsNeeded: row.approvals_needed,
  approvedBy: [...row.approved_by],
  commandId: row.command_id,
  proof: row.proof,
  alertResolution: row.alert_resolution,
  alertProof: row.alert_proof,
  proposedAt: isoTimeOrNull(row.proposed_at_ms),
  startedAt: isoTimeOrNull(row.started_at_ms),
  endedAt: isoTimeOrNull(row.ended_at_ms),
});

export const withSteps = (
  row: RemedyRow,
  steps: readonly RemedyStepRow[],
): z.input<typeof remedyWithHistorySchema> => ({
  ...remedyOut(row),
  history: steps.map(({ at_ms: atMs, offset, step, actor, reason, topic, partition }) => ({
    ...{ step, actor, reason, at: isoTime(Number(atMs)) },
    ...{ topic, partition, offset: offset.toString() },
  })),
});

export const policySchema = z.strictObject({
  tenant: z.string(),
  rule: z.string().nullable().describe('null: of all rules of the tenant at once'),
  mode: z.string().nullable().describe('OBSERVE, PROPOSE or ACT; null where none was set'),
  remedy: z.string().nullable(),
  dryRun: z.boolean().nullable(),
  perHourMax: z.number().nullable(),
  money: z.array(
    z.strictObject({
      currency: z.string(),
      perRemedy: majorAmountOutSchema(),
      perHour: majorAmountOutSchema(),
      secondPersonAbove: majorAmountOutSchema(),
    }),
  ),
  revision: z.number().nullable(),
  reason: z.string().nullable(),
  setBy: z.string().nullable(),
  setAt: z.string().nullable(),
  stopped: z.boolean().describe('By itself; all rules of a tenant may be stopped besides'),
  stopReason: z.string().nullable(),
  stopBy: z.string().nullable(),
  stopChangedAt: z.string().nullable(),
});

export const policyOut = (row: PolicyRow): z.input<typeof policySchema> => ({
  tenant: row.tenant,
  rule: row.rule === everyRule ? null : row.rule,
  mode: row.policy?.mode ?? null,
  remedy: row.policy?.remedy ?? null,
  dryRun: row.policy?.dryRun ?? null,
  perHourMax: row.policy?.perHourMax ?? null,
  money: (row.policy?.money ?? []).map((limit) => ({
    currency: limit.currency,
    perRemedy: majorAmountOut(BigInt(limit.perRemedyMinor), limit.currency),
    perHour: majorAmountOut(BigInt(limit.perHourMinor), limit.currency),
    secondPersonAbove: majorAmountOut(BigInt(limit.secondPersonAboveMinor), limit.currency),
  })),
  revision: row.revision,
  reason: row.reason,
  setBy: row.actor,
  setAt: isoTimeOrNull(row.set_at_ms),
  stopped: row.stopped,
  stopReason: row.stop_reason,
  stopBy: row.stop_actor,
  stopChangedAt: isoTimeOrNull(row.stop_changed_at_ms),
});

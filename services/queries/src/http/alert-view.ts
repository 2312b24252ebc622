import { majorAmountOut, majorAmountOutSchema } from '@plumbline/http';
import { z } from 'zod';
import { alertStatuses, isStanding } from '../projections/alerts.ts';
import type { AlertRow, AlertSums, StepRow, StoredEvidence } from '../reads/alert-reads.ts';
import { isoTime, isoTimeOrNull } from './fields.ts';

const evidenceSchema = z.strictObject({
  eventId: z.string(),
  type: z.string(),
  topic: z.string(),
  partition: z.number(),
  offset: z.string(),
  time: z.string(),
});

/** What some ends have more to say. */
const endSchemas = {
  loss: majorAmountOutSchema().nullable().describe('What was written off'),
  lossCurrency: z.string().nullable(),
  suppressedUntil: z.string().nullable().describe('When it stands again if it is still so'),
};

export const alertSchema = z.strictObject({
  alertId: z.string(),
  rule: z.string(),
  ruleVersion: z.number().nullable(),
  status: z.enum(alertStatuses),
  severity: z.string().nullable(),
  tenant: z.string(),
  orderNo: z.string(),
  payNo: z.string().nullable(),
  summary: z.string().nullable(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  deadline: z.string().nullable(),
  detectedAt: z.string().nullable(),
  amount: majorAmountOutSchema().nullable(),
  currency: z.string().nullable(),
  howSeen: z.string().nullable(),
  triggerEventId: z.string().nullable(),
  correlationId: z.string().nullable(),
  evidence: z.array(evidenceSchema),
  raisedAt: z
    .strictObject({ topic: z.string(), partition: z.number(), offset: z.string() })
    .nullable()
    .describe('Where the alert itself stands in the log'),
  resolution: z
    .strictObject({
      resolution: z.enum(alertStatuses),
      reason: z.string().nullable(),
      supersededBy: z.string().nullable(),
      resolvedAt: z.string().nullable(),
      evidence: z.array(evidenceSchema),
      ...endSchemas,
    })
    .nullable(),
});

export const alertWithHistorySchema = alertSchema.extend({
  history: z
    .array(
      z.strictObject({
        status: z.enum(alertStatuses).describe('From this step on'),
        actor: z.string().describe('By whom: system:… or operator:…'),
        reason: z.string().nullable(),
        at: z.string(),
        topic: z.string(),
        partition: z.number(),
        offset: z.string(),
        ...endSchemas,
      }),
    )
    .describe('Its life, oldest first'),
});

const evidenceOut = (evidence: readonly StoredEvidence[] | null) =>
  (evidence ?? []).map((each) => ({ ...each, time: isoTime(each.time) }));

export const alertOut = (row: AlertRow): z.input<typeof alertSchema> => ({
  alertId: row.alert_id,
  rule: row.rule,
  ruleVersion: row.rule_version,
  status: row.status,
  severity: row.severity,
  tenant: row.tenant,
  orderNo: row.order_no,
  payNo: row.pay_no,
  summary: row.summary,
  expected: row.expected,
  actual: row.actual,
  deadline: isoTimeOrNull(row.deadline_ms),
  detectedAt: isoTimeOrNull(row.detected_at_ms),
  amount:
    row.amount_minor === null || row.currency === null
      ? null
      : majorAmountOut(row.amount_minor, row.currency),
  currency: row.currency,
  howSeen: row.how_seen,
  triggerEventId: row.trigger_event_id,
  correlationId: row.correlation_id,
  evidence: evidenceOut(row.evidence),
  raisedAt: placeOut(row),
  resolution: isStanding(row.status)
    ? null
    : {
        resolution: row.status,
        reason: row.resolution_reason,
        supersededBy: row.superseded_by,
        resolvedAt: isoTimeOrNull(row.resolved_at_ms),
        evidence: evidenceOut(row.resolution_evidence),
        ...endOut(row),
      },
});

export const withHistory = (
  row: AlertRow,
  steps: readonly StepRow[],
): z.input<typeof alertWithHistorySchema> => ({
  ...alertOut(row),
  history: steps.map((step) => {
    const { at_ms: atMs, offset, status, actor, reason, topic, partition } = step;
    return {
      ...{ status, actor, reason, at: isoTime(Number(atMs)) },
      ...{ topic, partition, offset: offset.toString(), ...endOut(step) },
    };
  }),
});

const endOut = ({
  loss_minor: lossMinor,
  loss_currency: lossCurrency,
  suppressed_until_ms: untilMs,
}: Pick<StepRow, 'loss_minor' | 'loss_currency' | 'suppressed_until_ms'>) => ({
  loss:
    lossMinor === null || lossCurrency === null ? null : majorAmountOut(lossMinor, lossCurrency),
  lossCurrency,
  suppressedUntil: isoTimeOrNull(untilMs),
});

function placeOut(row: AlertRow) {
  const { raised_topic: topic, raised_partition: partition, raised_offset: offset } = row;
  if (topic === null || partition === null || offset === null) return null;
  return { topic, partition, offset: offset.toString() };
}

export const summarySchema = z.strictObject({
  rules: z.array(
    z.strictObject({
      rule: z.string(),
      raised: z.number(),
      open: z.number().describe('That stand: OPEN, ACKNOWLEDGED and INVESTIGATING'),
      acknowledged: z.number().describe('Of those that stand'),
      investigating: z.number().describe('Of those that stand'),
      resolved: z.number().describe('That ended, in whatever way'),
      superseded: z.number().describe('Of those that ended'),
      writtenOff: z.number().describe('Of those that ended'),
      suppressed: z.number().describe('Of those that ended'),
      atStake: z
        .array(z.strictObject({ currency: z.string(), amount: majorAmountOutSchema() }))
        .describe('Of those that stand'),
    }),
  ),
});

/** One entry a rule; amounts of several currencies are never added up. */
export function summaryOut(sums: readonly AlertSums[]): z.input<typeof summarySchema> {
  const rules = [...new Set(sums.map(({ rule }) => rule))];
  return {
    rules: rules.map((rule) => {
      const own = sums.filter((each) => each.rule === rule);
      const total = (of: (each: AlertSums) => bigint): number =>
        Number(own.reduce((sum, each) => sum + of(each), 0n));
      return {
        rule,
        raised: total((each) => each.raised),
        open: total((each) => each.open),
        acknowledged: total((each) => each.acknowledged),
        investigating: total((each) => each.investigating),
        resolved: total((each) => each.raised - each.open),
        superseded: total((each) => each.superseded),
        writtenOff: total((each) => each.written_off),
        suppressed: total((each) => each.suppressed),
        atStake: own
          .filter(({ open }) => open > 0n)
          .map(({ currency, at_stake }) => ({
            currency,
            amount: majorAmountOut(BigInt(at_stake), currency),
          })),
      };
    }),
  };
}

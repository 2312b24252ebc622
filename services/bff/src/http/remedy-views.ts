import { majorAmountOutSchema } from '@plumbline/http';
import { z } from 'zod';
import { count, nextCursor } from './fields.ts';

const proof = z.object({ eventId: z.string(), type: z.string(), topic: z.string() }).nullable();

/** What is done about an alert, as queries shows it. */
export const remedyView = z.object({
  remedyId: z.string(),
  alertId: z.string(),
  rule: z.string(),
  tenant: z.string(),
  orderNo: z.string(),
  payNo: z.string().nullable(),
  kind: z.string().nullable(),
  status: z.string(),
  amount: majorAmountOutSchema().nullable(),
  currency: z.string().nullable(),
  code: z.string().nullable(),
  reason: z.string().nullable(),
  approvalsNeeded: count().nullable(),
  approvedBy: z.array(z.string()).describe('Who has approved it, each once'),
  commandId: z.string().nullable(),
  proof,
  alertResolution: z.string().nullable(),
  alertProof: proof,
  proposedAt: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});

export const remediesPage = z.object({ remedies: z.array(remedyView), nextCursor });

export const remedyWithHistoryView = remedyView.extend({
  history: z
    .array(
      z.object({
        step: z.string(),
        actor: z.string(),
        reason: z.string().nullable(),
        at: z.string(),
        topic: z.string(),
        partition: count(),
        offset: z.string(),
      }),
    )
    .describe('Oldest first'),
});

const limit = z.object({
  currency: z.string(),
  perRemedy: majorAmountOutSchema(),
  perHour: majorAmountOutSchema(),
  secondPersonAbove: majorAmountOutSchema(),
});

export const policiesView = z.object({
  policies: z.array(
    z.object({
      tenant: z.string(),
      rule: z.string().nullable().describe('null: of all rules of the tenant at once'),
      mode: z.string().nullable(),
      remedy: z.string().nullable(),
      dryRun: z.boolean().nullable(),
      perHourMax: count().nullable(),
      money: z.array(limit),
      revision: count().nullable(),
      reason: z.string().nullable(),
      setBy: z.string().nullable(),
      setAt: z.string().nullable(),
      stopped: z.boolean(),
      stopReason: z.string().nullable(),
      stopBy: z.string().nullable(),
      stopChangedAt: z.string().nullable(),
    }),
  ),
});

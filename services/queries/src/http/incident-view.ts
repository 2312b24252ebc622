import { majorAmountOut, majorAmountOutSchema } from '@plumbline/http';
import { z } from 'zod';
import { incidentStatuses } from '../projections/incidents.ts';
import type { IncidentRow, MatterSums } from '../reads/incident-reads.ts';
import { isoTimeOrNull } from './fields.ts';

const place = z
  .strictObject({ topic: z.string(), partition: z.number(), offset: z.string() })
  .nullable();

const count = (description: string) => z.number().describe(description);

export const incidentSchema = z.strictObject({
  incidentId: z.string(),
  rule: z.string(),
  tenant: z.string(),
  status: z.enum(incidentStatuses).describe('OPEN: alerts still join it'),
  endReason: z
    .string()
    .nullable()
    .describe('ALL_ENDED or QUIET: all its alerts had ended, or none came for long'),
  firstAlertId: z.string().nullable().describe('Id of its first alert'),
  firstAt: z.string().nullable().describe('When its first alert was raised'),
  lastAt: z.string().nullable().describe('When its newest alert was raised'),
  openedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  openedIn: place.describe('Where the event stands that says that it opened'),
  endedIn: place.describe('Where the event stands that says that it ended'),
  alerts: count('All that are in it'),
  open: count('That stand'),
  resolved: count('Ended by a person'),
  autoResolved: count('Healed'),
  superseded: count('Another alert took their place'),
  writtenOff: count('Written off'),
  suppressed: count('Suppressed'),
  atStake: z
    .array(
      z.strictObject({
        currency: z.string(),
        amount: majorAmountOutSchema().describe('Of all its alerts'),
        open: majorAmountOutSchema().describe('Of those that stand'),
      }),
    )
    .describe('By currency'),
});

export const incidentOut = (row: IncidentRow): z.input<typeof incidentSchema> => ({
  incidentId: row.incident_id,
  rule: row.rule,
  tenant: row.tenant,
  status: row.status,
  endReason: row.end_reason,
  firstAlertId: row.first_alert_id,
  firstAt: isoTimeOrNull(row.first_at_ms),
  lastAt: isoTimeOrNull(row.last_at_ms),
  openedAt: isoTimeOrNull(row.opened_at_ms),
  endedAt: isoTimeOrNull(row.ended_at_ms),
  openedIn: row.opened_in,
  endedIn: row.ended_in,
  alerts: row.members,
  open: row.open,
  resolved: row.resolved,
  autoResolved: row.auto_resolved,
  superseded: row.superseded,
  writtenOff: row.written_off,
  suppressed: row.suppressed,
  atStake: row.money.map(({ currency, amountMinor, openMinor }) => ({
    currency,
    amount: majorAmountOut(BigInt(amountMinor), currency),
    open: majorAmountOut(BigInt(openMinor), currency),
  })),
});

export const mattersSchema = z.strictObject({
  matters: count('What there is to look at: each incident once, and each alert that is in none'),
  rules: z.array(
    z.strictObject({
      rule: z.string(),
      matters: count('Incidents and alerts that are in none'),
      incidents: count('Incidents with alerts that stand'),
      alertsInIncidents: count('Alerts that stand in them'),
      alertsAlone: count('Alerts that stand in no incident'),
    }),
  ),
});

export function mattersOut(sums: readonly MatterSums[]): z.input<typeof mattersSchema> {
  const rules = sums.map(({ rule, incidents, folded, alone }) => ({
    ...{ rule, matters: Number(incidents + alone), incidents: Number(incidents) },
    ...{ alertsInIncidents: Number(folded), alertsAlone: Number(alone) },
  }));
  return { matters: rules.reduce((sum, { matters }) => sum + matters, 0), rules };
}

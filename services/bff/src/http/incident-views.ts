import { majorAmountOutSchema } from '@plumbline/http';
import { z } from 'zod';
import { count, nextCursor } from './fields.ts';
import { alertView } from './views.ts';

const place = z.object({ topic: z.string(), partition: count(), offset: z.string() }).nullable();

/** Alerts of one rule that came together, as queries shows them. */
export const incidentView = z.object({
  incidentId: z.string(),
  rule: z.string(),
  tenant: z.string(),
  status: z.string().describe('OPEN: alerts still join it'),
  endReason: z.string().nullable(),
  firstAlertId: z.string().nullable(),
  firstAt: z.string().nullable(),
  lastAt: z.string().nullable(),
  openedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  openedIn: place,
  endedIn: place,
  alerts: count().describe('All that are in it'),
  open: count().describe('That stand'),
  resolved: count(),
  autoResolved: count(),
  superseded: count(),
  writtenOff: count(),
  suppressed: count(),
  atStake: z.array(
    z.object({
      currency: z.string(),
      amount: majorAmountOutSchema().describe('Of all its alerts'),
      open: majorAmountOutSchema().describe('Of those that stand'),
    }),
  ),
});

export const incidentsPage = z.object({ incidents: z.array(incidentView), nextCursor });

export const incidentWithAlerts = z.object({
  incident: incidentView,
  alerts: z.array(alertView).describe('A page of its alerts, newest first'),
  nextCursor,
});

export const mattersView = z.object({
  matters: count().describe('Each incident once, and each alert that is in none'),
  rules: z.array(
    z.object({
      rule: z.string(),
      matters: count(),
      incidents: count().describe('Incidents with alerts that stand'),
      alertsInIncidents: count().describe('Alerts that stand in them'),
      alertsAlone: count().describe('Alerts that stand in no incident'),
    }),
  ),
});

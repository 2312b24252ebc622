import type { z } from 'zod';
import { incidentsPage, incidentWithAlerts, mattersView } from '../http/incident-views.ts';
import type { Asking } from './ask.ts';
import { read } from './ask.ts';
import type { Reading } from './queries.ts';
import type { Service } from './service.ts';

type Query = NonNullable<Asking<unknown>['query']>;

const asking = ({ context, position }: Reading) => ({
  context,
  headers: { 'plumbline-position': position },
});

export const readIncidents = (
  queries: Service,
  query: Query,
  reading: Reading,
): Promise<z.output<typeof incidentsPage>> =>
  read(queries, { ...asking(reading), path: '/incidents', query, answer: incidentsPage });

export const readMatters = (
  queries: Service,
  query: Query,
  reading: Reading,
): Promise<z.output<typeof mattersView>> =>
  read(queries, { ...asking(reading), path: '/incidents/summary', query, answer: mattersView });

/** With a page of its alerts. Errors: INCIDENT_NOT_FOUND. */
export const readIncident = (
  queries: Service,
  of: { readonly incidentId: string; readonly query: Query },
  reading: Reading,
): Promise<z.output<typeof incidentWithAlerts>> =>
  read(queries, {
    ...{ ...asking(reading), path: `/incidents/${encodeURIComponent(of.incidentId)}` },
    ...{ query: of.query, answer: incidentWithAlerts },
    refusals: { INCIDENT_NOT_FOUND: 'INCIDENT_NOT_FOUND' },
  });

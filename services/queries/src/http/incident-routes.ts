import type { Route } from '@plumbline/http';
import { defineRoute, ok, okSchema, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { alertsProjection } from '../projections/alerts.ts';
import { incidentsProjection, incidentStatuses } from '../projections/incidents.ts';
import { readIncident, readIncidents, readMembers, sumMatters } from '../reads/incident-reads.ts';
import { cursorOf } from '../reads/page.ts';
import { alertOut, alertSchema } from './alert-view.ts';
import type { QueriesEdge } from './edge.ts';
import { readFrom } from './edge.ts';
import { problem } from './error-codes.ts';
import { cursor, limit, positionHeader } from './fields.ts';
import { incidentOut, incidentSchema, mattersOut, mattersSchema } from './incident-view.ts';

const both = [alertsProjection, incidentsProjection];

export const incidentRoutes = (edge: QueriesEdge): readonly Route[] => [
  summary(edge),
  listIncidents(edge),
  oneIncident(edge),
];

const tenant = () => text(limits.tenantCharsMax).optional().describe('Whose alerts. All if unset');
const paging = { cursor: cursor().optional(), limit: limit().optional() };
const nextCursor = z.string().nullable().describe('Give it as cursor for the next page');

const listIncidents = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/incidents',
    summary: 'Lists incidents, newest first',
    request: {
      query: z.strictObject({
        tenant: tenant(),
        rule: text(limits.ruleCharsMax).optional(),
        status: z.enum(incidentStatuses).optional(),
        alertId: text(limits.alertIdCharsMax).optional().describe('The one that this alert is in'),
        ...paging,
      }),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: {
        description: 'A page of incidents',
        schema: okSchema(z.strictObject({ incidents: z.array(incidentSchema), nextCursor })),
      },
    },
    handler: async ({ query: { cursor: after, limit: size, ...filter }, headers }) => {
      const { rows, last } = await readFrom({
        ...{ edge, projections: [incidentsProjection], places: headers['plumbline-position'] },
        read: () =>
          readIncidents(edge.postgres, {
            ...{ filter, after: after ?? null, limit: size ?? limits.pageSize.default },
          }),
      });
      const body = { incidents: rows.map(incidentOut), nextCursor: last && cursorOf(last) };
      return { status: 200, body: ok(body) };
    },
  });

const summary = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/incidents/summary',
    summary: 'Counts what there is to look at: incidents once, and alerts that are in none',
    request: {
      query: z.strictObject({ tenant: tenant() }),
      headers: positionHeader(edge.partitions),
    },
    responses: { 200: { description: 'One entry a rule', schema: okSchema(mattersSchema) } },
    handler: async ({ query, headers }) => {
      const sums = await readFrom({
        ...{ edge, projections: both, places: headers['plumbline-position'] },
        read: () => sumMatters(edge.postgres, query),
      });
      return { status: 200, body: ok(mattersOut(sums)) };
    },
  });

const oneIncident = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/incidents/:incidentId',
    summary: 'Reads an incident with a page of its alerts, newest first',
    description: 'An alert that has joined a moment ago may not be in the page yet.',
    request: {
      params: z.strictObject({ incidentId: text(limits.incidentIdCharsMax) }),
      query: z.strictObject(paging),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: {
        description: 'The incident',
        schema: okSchema(
          z.strictObject({ incident: incidentSchema, alerts: z.array(alertSchema), nextCursor }),
        ),
      },
    },
    handler: async ({ params: { incidentId }, query, headers }) => {
      const [incident, { rows, last }] = await readFrom({
        ...{ edge, projections: both, places: headers['plumbline-position'] },
        read: () =>
          Promise.all([
            readIncident(edge.postgres, incidentId),
            readMembers(edge.postgres, {
              ...{ incidentId, after: query.cursor ?? null },
              limit: query.limit ?? limits.pageSize.default,
            }),
          ]),
      });
      if (incident === null) throw problem('INCIDENT_NOT_FOUND');
      const body = { incident: incidentOut(incident), alerts: rows.map(alertOut) };
      return { status: 200, body: ok({ ...body, nextCursor: last && cursorOf(last) }) };
    },
  });

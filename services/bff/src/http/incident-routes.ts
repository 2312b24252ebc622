import type { Route } from '@plumbline/http';
import { defineRoute, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { readIncident, readIncidents, readMatters } from '../upstream/incidents.ts';
import { saidOfEach, sayOfEach } from './alert-bulk.ts';
import type { AlertVerb, Saying } from './alert-sayings.ts';
import { reason, until } from './alert-sayings.ts';
import { authorised } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { operator } from './edge.ts';
import { cursor, idempotencyKey, nextCursor, page, positionHeader } from './fields.ts';
import { incidentsPage, incidentWithAlerts, mattersView } from './incident-views.ts';

/** What operators see of incidents, and one word for all alerts of one. */
export const incidentRoutes = (edge: BffEdge): readonly Route[] => [
  matters(edge),
  listIncidents(edge),
  oneIncident(edge),
  sayOfIncident(edge),
];

const incidentParam = z.strictObject({ incidentId: text(limits.alertIdCharsMax) });
const tenant = () => text(limits.tenantCharsMax).optional();

const listIncidents = (edge: BffEdge): Route =>
  defineRoute({
    ...{ method: 'get', path: '/api/incidents' },
    summary: 'Lists incidents, newest first',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      query: z.strictObject({
        tenant: tenant(),
        rule: text(limits.ruleCharsMax).optional(),
        status: z.enum(['OPEN', 'ENDED']).optional(),
        alertId: text(limits.alertIdCharsMax).optional().describe('The one that it is in'),
        ...page,
      }),
      headers: positionHeader(edge.partitions),
    },
    responses: { 200: { description: 'A page of incidents', schema: incidentsPage } },
    handler: async ({ query, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      return { status: 200, body: await readIncidents(edge.services.queries, query, reading) };
    },
  });

const matters = (edge: BffEdge): Route =>
  defineRoute({
    ...{ method: 'get', path: '/api/incidents/summary' },
    summary: 'Counts what there is to look at: incidents once, and alerts that are in none',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      query: z.strictObject({ tenant: tenant() }),
      headers: positionHeader(edge.partitions),
    },
    responses: { 200: { description: 'One entry a rule', schema: mattersView } },
    handler: async ({ query, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      return { status: 200, body: await readMatters(edge.services.queries, query, reading) };
    },
  });

const oneIncident = (edge: BffEdge): Route =>
  defineRoute({
    ...{ method: 'get', path: '/api/incidents/:incidentId' },
    summary: 'Reads an incident with a page of its alerts, newest first',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      params: incidentParam,
      query: z.strictObject(page),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: { description: 'The incident', schema: incidentWithAlerts },
      404: { description: 'There is none' },
    },
    handler: async ({ params: { incidentId }, query, headers, context }) => {
      const reading = { context, position: headers['plumbline-position'] };
      const body = await readIncident(edge.services.queries, { incidentId, query }, reading);
      return { status: 200, body };
    },
  });

const standing = ['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING'];

/**
 * Of which alerts each word is said. What a loss was counted of is no matter of a word for all: no
 * money is given up so, and none that was is taken back. What healed does not stand again either.
 */
const saidOf: Readonly<Record<Exclude<AlertVerb, 'write-off'>, readonly string[]>> = {
  acknowledge: ['OPEN'],
  investigate: ['OPEN', 'ACKNOWLEDGED'],
  resolve: standing,
  suppress: standing,
  reopen: ['RESOLVED', 'SUPPRESSED'],
};
const verbs = ['acknowledge', 'investigate', 'resolve', 'suppress', 'reopen'] as const;

const sayOfIncident = (edge: BffEdge): Route =>
  defineRoute({
    ...{ method: 'post', path: '/api/incidents/:incidentId/actions' },
    summary: 'Says one thing of the alerts of an incident, a page at a time',
    description:
      `Of ${limits.alertsAtOnceMax} alerts, newest first, those that it can be said of: the others ` +
      'are left as they are. nextCursor leads to the next; the end is null. Each is decided by ' +
      'itself. reopen takes back what was resolved or suppressed by a person; what was written off ' +
      'or has healed stays. A repeat with the same Idempotency-Key is decided once, and leaves out ' +
      'what the first has changed.',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      params: incidentParam,
      body: z.strictObject({
        action: z.enum(verbs),
        reason: reason(),
        until: until(),
        cursor: cursor().optional(),
      }),
      headers: z.object({ 'idempotency-key': idempotencyKey().optional() }),
    },
    responses: {
      200: {
        description: 'What became of each of the page',
        schema: saidOfEach.extend({ nextCursor }),
      },
      404: { description: 'There is none' },
    },
    handler: async ({ params: { incidentId }, body, headers, context }) => {
      const query = { limit: limits.alertsAtOnceMax, cursor: body.cursor };
      const reading = { context, position: undefined };
      const found = await readIncident(edge.services.queries, { incidentId, query }, reading);
      const alerts = found.alerts
        .filter(({ status }) => saidOf[body.action].includes(status))
        .map((alert) => ({ alertId: alert.alertId, order: () => Promise.resolve(alert) }));
      const saying: Saying = { reason: body.reason, loss: null, untilMs: body.until };
      const once = headers['idempotency-key'];
      const { said, position } = await sayOfEach(edge, {
        ...{ action: body.action, alerts, saying, once, context },
      });
      return {
        ...{ status: 200, body: { ...said, nextCursor: found.nextCursor } },
        ...(position === '' ? {} : { headers: { 'Plumbline-Position': position } }),
      };
    },
  });

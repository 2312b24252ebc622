import type { Route } from '@plumbline/http';
import { defineRoute, ok, okSchema, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { incidentsProjection } from '../projections/incidents.ts';
import { remediesProjection, remedyStatuses } from '../projections/remedies.ts';
import { cursorOf } from '../reads/page.ts';
import { readPolicies, readRemedies, readRemedy, readRemedySteps } from '../reads/remedy-reads.ts';
import type { QueriesEdge } from './edge.ts';
import { readFrom } from './edge.ts';
import { problem } from './error-codes.ts';
import { cursor, limit, orderNo, positionHeader } from './fields.ts';
import { policyOut, policySchema, remedyOut, remedySchema } from './remedy-view.ts';
import { remedyWithHistorySchema, withSteps } from './remedy-view.ts';

const projections = [remediesProjection];
const withMembers = [remediesProjection, incidentsProjection];

export const remedyRoutes = (edge: QueriesEdge): readonly Route[] => [
  listRemedies(edge),
  oneRemedy(edge),
  listPolicies(edge),
];

const tenant = () => text(limits.tenantCharsMax).optional().describe('Whose orders. All if unset');

const listRemedies = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/remedies',
    summary: 'Lists what is done about alerts, newest first',
    request: {
      query: z.strictObject({
        tenant: tenant(),
        rule: text(limits.ruleCharsMax).optional(),
        status: z.enum(remedyStatuses).optional(),
        alertId: text(limits.alertIdCharsMax).optional(),
        orderNo: orderNo().optional(),
        incidentId: text(limits.incidentIdCharsMax)
          .optional()
          .describe('Of alerts that are in this incident'),
        cursor: cursor().optional(),
        limit: limit().optional(),
      }),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: {
        description: 'A page of remedies',
        schema: okSchema(
          z.strictObject({
            remedies: z.array(remedySchema),
            nextCursor: z.string().nullable().describe('Give it as cursor for the next page'),
          }),
        ),
      },
    },
    handler: async ({ query: { cursor: after, limit: size, ...filter }, headers }) => {
      const { rows, last } = await readFrom({
        ...{ edge, places: headers['plumbline-position'] },
        projections: filter.incidentId === undefined ? projections : withMembers,
        read: () =>
          readRemedies(edge.postgres, {
            ...{ filter, after: after ?? null, limit: size ?? limits.pageSize.default },
          }),
      });
      const body = { remedies: rows.map(remedyOut), nextCursor: last && cursorOf(last) };
      return { status: 200, body: ok(body) };
    },
  });

const oneRemedy = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/remedies/:remedyId',
    summary: 'Reads a remedy with its history',
    request: {
      params: z.strictObject({ remedyId: text(limits.alertIdCharsMax) }),
      headers: positionHeader(edge.partitions),
    },
    responses: { 200: { description: 'The remedy', schema: okSchema(remedyWithHistorySchema) } },
    handler: async ({ params: { remedyId }, headers }) => {
      const [row, steps] = await readFrom({
        ...{ edge, projections, places: headers['plumbline-position'] },
        read: () =>
          Promise.all([
            readRemedy(edge.postgres, remedyId),
            readRemedySteps(edge.postgres, remedyId),
          ]),
      });
      if (row === null) throw problem('REMEDY_NOT_FOUND');
      return { status: 200, body: ok(withSteps(row, steps)) };
    },
  });

const listPolicies = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/policies',
    summary: 'Lists what is to be done about the alerts of each rule, and what is stopped',
    description: 'A rule that is not here is only observed.',
    request: {
      query: z.strictObject({ tenant: tenant() }),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: {
        description: 'One entry a tenant and rule',
        schema: okSchema(z.strictObject({ policies: z.array(policySchema) })),
      },
    },
    handler: async ({ query, headers }) => {
      const rows = await readFrom({
        ...{ edge, projections, places: headers['plumbline-position'] },
        read: () => readPolicies(edge.postgres, query),
      });
      return { status: 200, body: ok({ policies: rows.map(policyOut) }) };
    },
  });

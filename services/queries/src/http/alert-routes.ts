import type { Route } from '@plumbline/http';
import { defineRoute, ok, okSchema, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { alertsProjection, alertStatuses } from '../projections/alerts.ts';
import { readAlert, readAlerts, readSteps, sumAlerts } from '../reads/alert-reads.ts';
import { cursorOf } from '../reads/page.ts';
import {
  alertOut,
  alertSchema,
  alertWithHistorySchema,
  summaryOut,
  summarySchema,
  withHistory,
} from './alert-view.ts';
import type { QueriesEdge } from './edge.ts';
import { readFrom } from './edge.ts';
import { problem } from './error-codes.ts';
import { cursor, instant, limit, orderNo, positionHeader } from './fields.ts';

const projections = [alertsProjection];

export const alertRoutes = (edge: QueriesEdge): readonly Route[] => [
  summary(edge),
  listAlerts(edge),
  oneAlert(edge),
];

const filters = {
  tenant: text(limits.tenantCharsMax)
    .optional()
    .describe('Whose: the tenant of the orders here, or an app of the merchant API. All if unset'),
  rule: text(limits.ruleCharsMax).optional(),
  severity: z.enum(['INFO', 'WARNING', 'CRITICAL']).optional(),
  since: instant().optional(),
  until: instant().optional(),
};

const listAlerts = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/alerts',
    summary: 'Lists alerts, newest first',
    description: 'since is included, until is not; both are when the inconsistency was found.',
    request: {
      query: z.strictObject({
        ...filters,
        status: z.enum(alertStatuses).optional(),
        orderNo: orderNo().optional(),
        cursor: cursor().optional(),
        limit: limit().optional(),
      }),
      headers: positionHeader(edge.partitions),
    },
    responses: {
      200: {
        description: 'A page of alerts',
        schema: okSchema(
          z.strictObject({
            alerts: z.array(alertSchema),
            nextCursor: z.string().nullable().describe('Give it as cursor for the next page'),
          }),
        ),
      },
    },
    handler: async ({ query, headers }) => {
      const page = await readFrom({
        ...{ edge, projections, places: headers['plumbline-position'] },
        read: () =>
          readAlerts(edge.postgres, {
            filter: { ...query, ...window(query) },
            after: query.cursor ?? null,
            limit: query.limit ?? limits.pageSize.default,
          }),
      });
      const nextCursor = page.last === null ? null : cursorOf(page.last);
      return { status: 200, body: ok({ alerts: page.rows.map(alertOut), nextCursor }) };
    },
  });

const window = (query: { since?: number | undefined; until?: number | undefined }) => ({
  sinceMs: query.since,
  untilMs: query.until,
});

const summary = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/alerts/summary',
    summary: 'Counts alerts by rule, with the money at stake by currency',
    request: { query: z.strictObject(filters), headers: positionHeader(edge.partitions) },
    responses: { 200: { description: 'One entry a rule', schema: okSchema(summarySchema) } },
    handler: async ({ query, headers }) => {
      const sums = await readFrom({
        ...{ edge, projections, places: headers['plumbline-position'] },
        read: () => sumAlerts(edge.postgres, { ...query, ...window(query) }),
      });
      return { status: 200, body: ok(summaryOut(sums)) };
    },
  });

const oneAlert = (edge: QueriesEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/alerts/:alertId',
    summary: 'Reads an alert with its evidence and its life',
    request: {
      params: z.strictObject({ alertId: text(limits.alertIdCharsMax) }),
      headers: positionHeader(edge.partitions),
    },
    responses: { 200: { description: 'The alert', schema: okSchema(alertWithHistorySchema) } },
    handler: async ({ params: { alertId }, headers }) => {
      const [row, steps] = await readFrom({
        ...{ edge, projections, places: headers['plumbline-position'] },
        read: () =>
          Promise.all([readAlert(edge.postgres, alertId), readSteps(edge.postgres, alertId)]),
      });
      if (row === null) throw problem('ALERT_NOT_FOUND');
      return { status: 200, body: ok(withHistory(row, steps)) };
    },
  });

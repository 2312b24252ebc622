import type { Route } from '@plumbline/http';
import { defineRoute, ok, okSchema, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { alertsProjection, alertStatuses } from '../projections/alerts.ts';
import type { AlertFilter } from '../reads/alert-reads.ts';
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
import { amount, currency, cursor, instant, limit, orderNo, positionHeader } from './fields.ts';

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
  status: z.enum(alertStatuses).optional(),
  standing: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: only those that stand, whether somebody looks at them or not'),
  orderNo: orderNo().optional(),
  currency: currency().optional().describe('Only alerts with money of this currency'),
  minAmount: amount().optional().describe('At stake at least this, in major units of currency'),
  maxAmount: amount().optional().describe('The same at most. Without a currency both mean CNY'),
  text: text(limits.searchCharsMax)
    .optional()
    .describe('In what is said of the alert, or in the number of its order, payment or itself'),
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
            filter: filterOf(query),
            after: query.cursor ?? null,
            limit: query.limit ?? limits.pageSize.default,
          }),
      });
      const nextCursor = page.last === null ? null : cursorOf(page.last);
      return { status: 200, body: ok({ alerts: page.rows.map(alertOut), nextCursor }) };
    },
  });

/** As the query says it, and as the read takes it. */
function filterOf({ since, until, standing, ...query }: Query): AlertFilter {
  const stands = standing === undefined ? undefined : standing === 'true';
  return { ...query, sinceMs: since, untilMs: until, standing: stands };
}

type Query = z.output<z.ZodObject<typeof filters>>;

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
        read: () => sumAlerts(edge.postgres, filterOf(query)),
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

import type { Route } from '@plumbline/http';
import { defineRoute, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { readAlert } from '../upstream/queries.ts';
import { saidOfEach, sayOfEach } from './alert-bulk.ts';
import type { Saying } from './alert-sayings.ts';
import { alertVerbs, reason, until } from './alert-sayings.ts';
import { authorised } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { operator } from './edge.ts';
import { idempotencyKey } from './fields.ts';

const alertIds = () =>
  z
    .array(text(limits.alertIdCharsMax))
    .min(1, 'must name an alert')
    .max(limits.alertsAtOnceMax, `must name ${limits.alertsAtOnceMax} alerts at most`)
    .refine((ids) => new Set(ids).size === ids.length, { error: 'must name no alert twice' })
    .meta({ uniqueItems: true });

const request = z.strictObject({
  action: z.enum(alertVerbs),
  alertIds: alertIds(),
  reason: reason(),
  until: until(),
});

/** One thing said of several alerts: each is decided by itself, and answered by itself. */
export const alertBulkRoute = (edge: BffEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/alerts/actions',
    summary: 'Says one thing of several alerts',
    description:
      'Each is decided by itself, and the others stand whatever becomes of one. write-off gives up ' +
      'all that is at stake in each. What was ended so is taken back by reopen, with the alerts ' +
      'whose outcome is DONE. Plumbline-Position of the answer, given back with a read, has that ' +
      'read show it. A repeat with the same Idempotency-Key is decided once.',
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      body: request,
      headers: z.object({ 'idempotency-key': idempotencyKey().optional() }),
    },
    responses: {
      200: {
        description: 'What became of each, in the order in which they were named',
        schema: saidOfEach,
      },
    },
    handler: async ({ body, headers, context }) => {
      const { queries } = edge.services;
      const saying: Saying = { reason: body.reason, loss: null, untilMs: body.until };
      const alerts = body.alertIds.map((alertId) => ({
        alertId,
        order: () => readAlert(queries, alertId, { context, position: undefined }),
      }));
      const once = headers['idempotency-key'];
      const { said, position } = await sayOfEach(edge, {
        ...{ action: body.action, alerts, saying, once, context },
      });
      return {
        ...{ status: 200, body: said },
        ...(position === '' ? {} : { headers: { 'Plumbline-Position': position } }),
      };
    },
  });

import { randomUUID } from 'node:crypto';
import type { AlertsCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Route } from '@plumbline/http';
import { decisionOf, defineRoute, text } from '@plumbline/http';
import { derivedUuid, routingKey, slotOf } from '@plumbline/kernel';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { readAlert } from '../upstream/queries.ts';
import { authorised, callerOf } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { operator } from './edge.ts';
import { bffErrorCodes } from './error-codes.ts';
import { idempotencyKey } from './fields.ts';
import { alertWithHistoryView } from './views.ts';

type LifeCommand = Exclude<AlertsCommand, { readonly type: 'ActivateRules' }>;

interface Step {
  readonly verb: 'acknowledge' | 'resolve' | 'reopen';
  readonly type: LifeCommand['type'];
  readonly summary: string;
  readonly description: string;
  readonly conflict: string;
}

const steps: readonly Step[] = [
  {
    ...{ verb: 'acknowledge', type: 'AcknowledgeAlert' },
    summary: 'Says that somebody looks after an alert',
    description: 'One that is acknowledged already stays as it is.',
    conflict: 'It has ended',
  },
  {
    ...{ verb: 'resolve', type: 'ResolveAlert' },
    summary: 'Ends an alert by the word of a person',
    description:
      'It stays ended while what it found is still there, and is raised anew when that comes ' +
      'again. One that a person has ended already stays as it is.',
    conflict: 'It has ended by itself',
  },
  {
    ...{ verb: 'reopen', type: 'ReopenAlert' },
    summary: 'Has an alert that ended stand again',
    description: 'One whose cause is gone then stands until a person ends it.',
    conflict: 'It has not ended, or another alert has taken its place',
  },
];

/** What operators say of alerts. Only the task that raised an alert writes about it. */
export const alertLifeRoutes = (edge: BffEdge): readonly Route[] =>
  steps.map((step) => lifeRoute(edge, step));

const lifeRoute = (edge: BffEdge, { verb, type, summary, description, conflict }: Step): Route =>
  defineRoute({
    ...{ method: 'post', path: `/api/alerts/:alertId/${verb}`, summary },
    description: `${description} A repeat with the same Idempotency-Key is decided once.`,
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      params: z.strictObject({ alertId: text(limits.alertIdCharsMax) }),
      body: z.strictObject({ reason: text(limits.reasonCharsMax) }),
      headers: z.object({ 'idempotency-key': idempotencyKey().optional() }),
    },
    responses: {
      200: {
        description: 'The alert after it',
        schema: z.object({ alert: alertWithHistoryView }),
      },
      404: { description: 'There is none' },
      409: { description: conflict },
      502: { description: 'A service behind this one failed' },
    },
    handler: async ({ params: { alertId }, body: { reason }, headers, context }) => {
      const { queries } = edge.services;
      const { tenant, orderNo } = await readAlert(queries, alertId, {
        ...{ context, position: undefined },
      });
      const key = routingKey(tenant, orderNo);
      const user = callerOf(context).user.id;
      const once = headers['idempotency-key'];
      const executed = await edge.alertCommands.execute({
        id: once === undefined ? randomUUID() : derivedUuid(slotOf(key), 'say', user, type, once),
        ...{ key, subject: alertId, payload: { type, data: { alertId, reason } } },
        ...{ correlationId: context.correlationId, actor: `operator:${user}` },
        traceparent: context.traceparent,
      });
      const { retryAfterSeconds } = limits;
      decisionOf(executed, { codes: bffErrorCodes, retryAfterSeconds });
      const position = (await edge.positionOf(topics.alertsEvents.name, key)) ?? undefined;
      return {
        status: 200,
        body: { alert: await readAlert(queries, alertId, { context, position }) },
      };
    },
  });

import { topics } from '@plumbline/events';
import type { Route } from '@plumbline/http';
import {
  amountBeside,
  currencyBranches,
  currencyCode,
  defineRoute,
  jsonSchemaOf,
  majorAmount,
  text,
} from '@plumbline/http';
import { routingKey } from '@plumbline/kernel';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { readAlert } from '../upstream/queries.ts';
import type { AlertVerb, Saying } from './alert-sayings.ts';
import { commandOf, reason, until } from './alert-sayings.ts';
import { authorised } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { operator } from './edge.ts';
import { idempotencyKey } from './fields.ts';
import { say } from './say.ts';
import { alertWithHistoryView } from './views.ts';

interface Step {
  readonly verb: AlertVerb;
  readonly summary: string;
  readonly description: string;
  readonly conflict: string;
  readonly body: z.ZodType<Saying>;
}

const nothingMore = { loss: null, untilMs: null };

const withReason = z
  .strictObject({ reason: reason() })
  .transform((body): Saying => ({ ...body, ...nothingMore }));

const lossIn = (currency: string) => majorAmount({ currency, maxMinor: limits.amountMinorMax });

const withLoss = z
  .strictObject({
    reason: reason(),
    loss: z
      .unknown()
      .optional()
      .meta({ type: ['number', 'string'], description: 'in major units' }),
    currency: currencyCode(),
  })
  .meta(currencyBranches((currency) => ({ loss: jsonSchemaOf(lossIn(currency), 'input') })))
  .transform((body, context): Saying => {
    const { loss, currency } = body;
    if (loss === undefined) return { reason: body.reason, ...nothingMore };
    const bounds = { maxMinor: limits.amountMinorMax, path: ['loss'], context };
    const amountMinor = amountBeside(currency, loss, bounds);
    return { reason: body.reason, loss: { amountMinor, currency }, untilMs: null };
  });

const withUntil = z
  .strictObject({ reason: reason(), until: until() })
  .transform((body): Saying => ({ reason: body.reason, loss: null, untilMs: body.until }));

const steps: readonly Step[] = [
  {
    ...{ verb: 'acknowledge', body: withReason },
    summary: 'Says that somebody looks after an alert',
    description: 'One that is acknowledged already stays as it is.',
    conflict: 'It has ended',
  },
  {
    ...{ verb: 'investigate', body: withReason },
    summary: 'Says that somebody looks into what is behind an alert',
    description: 'One that somebody looks into already stays as it is.',
    conflict: 'It has ended',
  },
  {
    ...{ verb: 'resolve', body: withReason },
    summary: 'Ends an alert by the word of a person',
    description:
      'It stays ended while what it found is still there, and is raised anew when that comes ' +
      'again. One that a person has ended already stays as it is.',
    conflict: 'It has ended otherwise',
  },
  {
    ...{ verb: 'write-off', body: withLoss },
    summary: 'Ends an alert by giving the money up',
    description:
      'loss is in major units of currency, and no more than is at stake; without it all of that is ' +
      'given up. It stays ended, as one that is resolved. One that was written off with the same ' +
      'loss already stays as it is.',
    conflict: 'It has ended otherwise, or there is not so much money in it',
  },
  {
    ...{ verb: 'suppress', body: withUntil },
    summary: 'Ends an alert that nobody is to look at, for a time or for good',
    description:
      'At the time that until names it stands again, unless what it found is gone by then. One ' +
      'that is suppressed until then already stays as it is.',
    conflict: 'It has ended otherwise',
  },
  {
    ...{ verb: 'reopen', body: withReason },
    summary: 'Has an alert that ended stand again',
    description: 'One whose cause is gone then stands until a person ends it.',
    conflict: 'It has not ended, or another alert has taken its place',
  },
];

/** What operators say of alerts. Only the task that raised an alert writes about it. */
export const alertLifeRoutes = (edge: BffEdge): readonly Route[] =>
  steps.map((step) => lifeRoute(edge, step));

const lifeRoute = (edge: BffEdge, { verb, body, summary, description, conflict }: Step): Route =>
  defineRoute({
    ...{ method: 'post', path: `/api/alerts/:alertId/${verb}`, summary },
    description: `${description} A repeat with the same Idempotency-Key is decided once.`,
    authenticate: authorised(edge.access, operator),
    security: 'bearer',
    request: {
      params: z.strictObject({ alertId: text(limits.alertIdCharsMax) }),
      body,
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
    handler: async ({ params: { alertId }, body: saying, headers, context }) => {
      const { queries } = edge.services;
      const { tenant, orderNo } = await readAlert(queries, alertId, {
        ...{ context, position: undefined },
      });
      const key = routingKey(tenant, orderNo);
      const payload = commandOf(verb, alertId, saying);
      const once = headers['idempotency-key'];
      await say(edge.alertCommands, { key, subject: alertId, payload, once, context });
      const position = (await edge.positionOf(topics.alertsEvents.name, key)) ?? undefined;
      return {
        status: 200,
        body: { alert: await readAlert(queries, alertId, { context, position }) },
      };
    },
  });

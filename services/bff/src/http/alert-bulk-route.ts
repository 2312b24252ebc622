import { topics } from '@plumbline/events';
import type { RequestContext, Route } from '@plumbline/http';
import {
  defineRoute,
  HttpProblem,
  Overloaded,
  text,
  WriteFailed,
  WriteUnknown,
} from '@plumbline/http';
import { partitionOfSlot, routingKey, slotOf } from '@plumbline/kernel';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { readAlert } from '../upstream/queries.ts';
import type { Saying } from './alert-sayings.ts';
import { alertVerbs, commandOf, reason, say, until } from './alert-sayings.ts';
import { authorised } from './authorise.ts';
import type { BffEdge } from './edge.ts';
import { operator } from './edge.ts';
import { problem } from './error-codes.ts';
import { count, idempotencyKey } from './fields.ts';

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

const result = z.object({
  alertId: z.string(),
  outcome: z
    .enum(['DONE', 'UNCHANGED', 'REFUSED', 'UNKNOWN'])
    .describe('UNKNOWN: it may have been done; say it again with the same Idempotency-Key'),
  status: z.string().nullable().describe('As the alert is now; null where nothing was decided'),
  code: z.string().nullable().describe('Why it was refused, or is not known'),
  message: z.string().nullable(),
});

type Result = z.output<typeof result>;

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
        schema: z.object({
          done: count().describe('Alerts that changed'),
          results: z.array(result),
        }),
      },
    },
    handler: async ({ body, headers, context }) => {
      const once = headers['idempotency-key'];
      const saying: Saying = { reason: body.reason, loss: null, untilMs: body.until };
      const said = await Promise.all(
        body.alertIds.map((alertId) =>
          sayOfOne(edge, { action: body.action, alertId, saying, once, context }),
        ),
      );
      const position = await positionOf(
        edge,
        said.filter(({ result: { outcome } }) => outcome === 'DONE'),
      );
      const results = said.map((each) => each.result);
      const done = results.filter(({ outcome }) => outcome === 'DONE').length;
      return {
        status: 200,
        body: { done, results },
        ...(position === '' ? {} : { headers: { 'Plumbline-Position': position } }),
      };
    },
  });

interface Said {
  /** Of the order; `null` where no alert was found. */
  readonly key: string | null;
  readonly result: Result;
}

async function sayOfOne(
  edge: BffEdge,
  of: {
    readonly action: z.output<typeof request>['action'];
    readonly alertId: string;
    readonly saying: Saying;
    readonly once: string | undefined;
    readonly context: RequestContext;
  },
): Promise<Said> {
  const { action, alertId, saying, context } = of;
  let key: string | null = null;
  try {
    const reading = { context, position: undefined };
    const { tenant, orderNo } = await readAlert(edge.services.queries, alertId, reading);
    key = routingKey(tenant, orderNo);
    // Of two alerts of one order each is a command of its own.
    const once = of.once === undefined ? undefined : `${of.once} ${alertId}`;
    const command = commandOf(action, alertId, saying);
    const { answer, outcome } = await say(edge, { key, command, once, context });
    const { status } = z.object({ status: z.string().nullable() }).parse(answer);
    const changed = outcome.status === 'ACCEPTED' ? 'DONE' : 'UNCHANGED';
    return { key, result: { alertId, outcome: changed, status, code: null, message: null } };
  } catch (error) {
    const { code, message } = problemOf(error);
    const outcome = undecided.has(code) ? 'UNKNOWN' : 'REFUSED';
    return { key, result: { alertId, outcome, status: null, code, message } };
  }
}

/** Written, or perhaps: it is decided once, and the answer did not come in time. */
const undecided: ReadonlySet<string> = new Set(['OUTCOME_PENDING', 'OUTCOME_UNKNOWN']);

/** What becomes of one must not hide what became of the others. Throws what is a defect. */
function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof WriteUnknown) return problem('OUTCOME_UNKNOWN');
  if (error instanceof WriteFailed) return problem('DEPENDENCY_DOWN');
  if (error instanceof Overloaded) return problem('OVERLOADED');
  throw error;
}

/** One place a partition; empty where nothing changed. */
async function positionOf(edge: BffEdge, said: readonly Said[]): Promise<string> {
  const keys = new Map<number, string>();
  for (const { key } of said) {
    if (key !== null) keys.set(partitionOfSlot(slotOf(key), edge.partitions), key);
  }
  const topic = topics.alertsEvents.name;
  const places = await Promise.all([...keys.values()].map((key) => edge.positionOf(topic, key)));
  return places.filter((place) => place !== null).join(',');
}

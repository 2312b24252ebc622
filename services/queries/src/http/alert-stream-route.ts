import type { Route } from '@plumbline/http';
import { defineRoute, text } from '@plumbline/http';
import { parseFeedPosition } from '@plumbline/kafka';
import { z } from 'zod';
import type { AlertsFrom, AlertStreams } from '../alert-stream/alert-streams.ts';
import { filterCharsMax, positionCharsMax } from '../alert-stream/limits.ts';
import { ruleCharsMax, tenantCharsMax } from '../limits.ts';

/** Words with commas between them. */
const list = (charsMax: number) =>
  text(filterCharsMax)
    .regex(/^[A-Za-z]+(,[A-Za-z]+)*$/, 'must be a list such as A,B')
    .refine((value) => value.split(',').every((each) => each.length <= charsMax), {
      message: `must be a list of at most ${charsMax} characters each`,
    });

const typeCharsMax = 64;
const severities = ['INFO', 'WARNING', 'CRITICAL'] as const;

const position = () =>
  z
    .string()
    .max(positionCharsMax, `must have at most ${positionCharsMax} characters`)
    .transform((value, context) => {
      const found = parseFeedPosition(value);
      if (found !== null) return found;
      context.addIssue({ code: 'custom', message: 'is not a position that was given' });
      return z.NEVER;
    })
    .meta({ type: 'string' });

const setOf = (value: string | undefined): ReadonlySet<string> | null =>
  value === undefined ? null : new Set(value.split(','));

/** Alerts as they happen, to whoever stays (docs/subscribing.md). Refusals are ordinary answers. */
export const alertStreamRoute = (streams: AlertStreams): Route =>
  defineRoute({
    method: 'get',
    path: '/alerts/stream',
    summary: 'Tells of alerts as they happen: server-sent events, resumed from a position',
    description:
      'An event for each step in the life of an alert, named by its type, with an entry of a timeline ' +
      'as its data and a position as its id. `position` says how far the stream has come, `end` why ' +
      'it ends. Last-Event-ID goes before after, and after before from.',
    request: {
      query: z.strictObject({
        tenant: text(tenantCharsMax).optional(),
        rule: list(ruleCharsMax).optional().describe('One or more: A,B'),
        severity: list(Math.max(...severities.map(({ length }) => length)))
          .refine((value) => value.split(',').every((each) => isSeverity(each)), {
            message: `must be of ${severities.join(', ')}`,
          })
          .optional()
          .describe('Of alerts that are raised; steps that say none are told as well'),
        type: list(typeCharsMax).optional().describe('Of events: AlertRaised,AlertResolved'),
        after: position().optional().describe('The id of the last event that was taken'),
        from: z.enum(['beginning', 'end']).optional().describe('Without a position; else the end'),
      }),
      headers: z.object({ 'last-event-id': position().optional() }),
    },
    responses: {
      200: { description: 'The stream', isStream: true },
      409: { description: 'The position is of another log' },
      410: { description: 'The position is of what was deleted' },
    },
    handler: async ({ query, headers }) => {
      const from: AlertsFrom = headers['last-event-id'] ?? query.after ?? query.from ?? 'end';
      const stream = await streams.admit(from, {
        tenant: query.tenant ?? null,
        rules: setOf(query.rule),
        types: setOf(query.type),
        severities: setOf(query.severity),
      });
      return { status: 200, stream };
    },
  });

const isSeverity = (value: string): boolean => severities.some((each) => each === value);

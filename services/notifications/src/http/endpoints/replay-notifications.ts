import type { Route } from '@plumbline/http';
import { defineRoute, HttpProblem, intNumber, ok, okSchema, text } from '@plumbline/http';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import type {
  NotificationFilter,
  NotificationPage,
  NotificationView,
  PagePlace,
} from '../../projections/notification-queries.ts';
import type { NotificationsEdge } from '../edge.ts';
import { readProblems } from '../edge.ts';
import { reason } from '../fields.ts';
import { eachAtOnce } from './at-once.ts';
import type { Caller } from './callers.ts';
import { callerOf, callersWith, tenantsName, tenantsOf } from './callers.ts';
import { endpointId, findEndpoint } from './endpoint-calls.ts';
import { maySee } from './find-notification.ts';
import * as limits from './limits.ts';
import { askNotification } from './notification-calls.ts';
import { time } from './read-notifications.ts';

const ended = ['RETRY_FAILED', 'SUCCESS'] as const;

const replayRequest = z.strictObject({
  endpointId: endpointId().optional(),
  tenant: tenantsName().optional(),
  status: z
    .enum(ended, { error: `must be one of ${ended.join(', ')}` })
    .optional()
    .describe('RETRY_FAILED unless given'),
  type: text(64).optional(),
  from: time().optional().describe('Created at or after this time, RFC 3339'),
  to: time().optional().describe('Created before this time, RFC 3339'),
  dryRun: z.boolean('must be true or false').optional().describe('Only says what there is'),
  reason: reason(),
  limit: intNumber({ min: 1, max: limits.replayMax })
    .optional()
    .describe(`The newest so many; ${limits.replayMax} unless given`),
});

const replayAnswer = okSchema(
  z.strictObject({
    dryRun: z.boolean(),
    matched: z.number().describe('Notifications found, up to the limit'),
    hasMore: z.boolean().describe('Whether there are others beyond the limit'),
    replayed: z.number(),
    refused: z.number().describe('Replayed or forgotten by others meanwhile'),
    notificationIds: z.array(z.string()).describe('The first 100 of those found, oldest first'),
  }),
);

type Found = Pick<NotificationView, 'aggregateKey' | 'notificationId'>;

/** What matches now, the oldest first, of the newest so many. */
async function matching(
  edge: NotificationsEdge,
  of: {
    readonly caller: Caller;
    readonly filter: NotificationFilter;
    readonly limit: number;
  },
): Promise<{ readonly found: readonly Found[]; readonly hasMore: boolean }> {
  const { caller, filter, limit } = of;
  const found: Found[] = [];
  let after: PagePlace | null = null;
  for (;;) {
    const place: PagePlace | null = after;
    const page: NotificationPage = await readRows(
      () => edge.queries.list({ filter, after: place, limit: limits.replayPageRows }),
      readProblems,
    );
    const seen = page.notifications.filter((view) => maySee(caller, view));
    found.push(
      ...seen.map(({ aggregateKey, notificationId }) => ({ aggregateKey, notificationId })),
    );
    const hasMore = page.next !== null || found.length > limit;
    if (found.length >= limit || page.next === null)
      return { found: found.slice(0, limit).reverse(), hasMore };
    after = page.next;
  }
}

/** Refused by the decision: it has not ended any more, or its time is over. */
const isRefusal = (error: unknown): boolean =>
  error instanceof HttpProblem &&
  (error.code === 'REPLAY_NOT_ALLOWED' || error.code === 'NOTIFICATION_NOT_FOUND');

export const replayNotifications = (edge: NotificationsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/v1/notifications/replay',
    summary: 'Delivers notifications that ended once more',
    description:
      'Those that match when it is called, the oldest first, each by a command of its own that ' +
      'keeps who asked and why. After an error repeat it: what was replayed does not match any more.',
    request: { body: replayRequest },
    responses: { 200: { description: 'What became of them', schema: replayAnswer } },
    authenticate: callersWith(edge, 'endpoints:write'),
    security: 'bearer',
    handler: async ({ body, context }) => {
      const caller = callerOf(context);
      const { endpointId: id, dryRun = false, limit = limits.replayMax } = body;
      if (id !== undefined) await findEndpoint(edge, caller, id);
      // An endpoint of the platform is told of several tenants; it says enough.
      const ofAll = id !== undefined && caller.isInternal && body.tenant === undefined;
      const tenant = ofAll ? undefined : (tenantsOf(caller, body.tenant) ?? undefined);
      const filter = {
        ...{ endpointId: id, tenant, statuses: [body.status ?? 'RETRY_FAILED'], type: body.type },
        ...{ createdFromMs: body.from, createdBeforeMs: body.to },
      };
      const { found, hasMore } = await matching(edge, { caller, filter, limit });
      let [replayed, refused] = [0, 0];
      if (!dryRun)
        await eachAtOnce(found, limits.commandsAtOnce, async (view) => {
          const data = { notificationId: view.notificationId, reason: body.reason };
          const payload = { type: 'ReplayNotification', data } as const;
          try {
            await askNotification(edge, context, { view, payload });
            replayed += 1;
          } catch (error) {
            if (!isRefusal(error)) throw error;
            refused += 1;
          }
        });
      const ids = found.slice(0, limits.replayIdsShown).map((each) => each.notificationId);
      const counts = { dryRun, matched: found.length, hasMore, replayed, refused };
      return { status: 200, body: ok({ ...counts, notificationIds: ids }) };
    },
  });

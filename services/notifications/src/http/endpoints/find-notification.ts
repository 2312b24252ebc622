import type { ReadProblems } from '@plumbline/postgres';
import { readAsAnswered, readRows } from '@plumbline/postgres';
import { z } from 'zod';
import { tenantOfEndpoint } from '../../domain/endpoint/endpoint-id.ts';
import type { NotificationView } from '../../projections/notification-queries.ts';
import type { NotificationsEdge } from '../edge.ts';
import { readProblems } from '../edge.ts';
import { problem } from '../error-codes.ts';
import * as edgeLimits from '../limits.ts';
import type { Caller } from './callers.ts';

export const notificationParams = z.strictObject({
  notificationId: z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the id of a notification'),
});

const notificationProblems: ReadProblems = {
  ...readProblems,
  missing: () => problem('NOTIFICATION_NOT_FOUND'),
};

/**
 * Whether the caller may see a notification. A merchant may see what goes to its own endpoints: not
 * what an endpoint of the platform is told of it, nor what it answers.
 */
export const maySee = (
  caller: Caller,
  { tenant, endpointId }: Pick<NotificationView, 'tenant' | 'endpointId'>,
): boolean =>
  caller.isInternal ||
  (tenant === caller.tenant &&
    endpointId !== null &&
    tenantOfEndpoint(endpointId) === caller.tenant);

/**
 * A notification that the caller may see, at least as this process has answered it. Errors:
 * NOTIFICATION_NOT_FOUND also for another tenant's.
 */
export async function findNotification(
  edge: NotificationsEdge,
  of: { readonly caller: Caller; readonly notificationId: string },
): Promise<NotificationView> {
  const { caller, notificationId } = of;
  const first = await readRows(() => edge.queries.byId(notificationId), readProblems);
  if (first === null || !maySee(caller, first)) throw problem('NOTIFICATION_NOT_FOUND');
  const seen = edge.notifications.lastSeenVersion(first.aggregateKey);
  if (seen === null || first.version >= seen) return first;
  const { view } = await readAsAnswered({
    read: () => withAggregate(edge, first),
    ...{ seen, timeoutMs: edgeLimits.readYourWritesMs, problems: notificationProblems },
  });
  return view;
}

/**
 * The row as it is now, and how far its aggregate was read: a row has the version of its own last
 * change, and the answer may have been about another notification of the same order.
 */
async function withAggregate(edge: NotificationsEdge, first: NotificationView) {
  const { aggregateKey, tenant, orderNo, notificationId } = first;
  const { notifications } = await edge.queries.list({
    ...{ filter: { tenant, orderNo }, after: null, limit: edgeLimits.listRowsMax },
  });
  const rows = notifications.filter((each) => each.aggregateKey === aggregateKey);
  const view =
    rows.find((each) => each.notificationId === notificationId) ??
    (await edge.queries.byId(notificationId));
  if (view === null) return null;
  const version = rows.reduce((max, each) => (each.version > max ? each.version : max), 0n);
  return { version: version > view.version ? version : view.version, view };
}

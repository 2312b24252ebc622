import { splitRoutingKey } from '@plumbline/kernel';
import { endpointKeyOf } from '../../../domain/endpoint/endpoint-id.ts';
import type { EndpointState } from '../../../domain/endpoint/state.ts';
import type { Notification, NotificationsState } from '../../../domain/notification/state.ts';
import { hasEnded, notificationsOf } from '../../../domain/notification/state.ts';
import type { EndpointQueries, EndpointView } from '../../../projections/endpoint-queries.ts';
import type {
  AttemptView,
  NotificationFilter,
  NotificationQueries,
  NotificationView,
} from '../../../projections/notification-queries.ts';

type States<S> = ReadonlyMap<string, { readonly state: S; readonly version: bigint }>;

/** Answers of the read model, from the states that its rows would be of. */
export function endpointQueriesOf(states: States<EndpointState>): EndpointQueries {
  const viewOf = (endpointId: string): EndpointView | null => {
    const found = states.get(endpointKeyOf(endpointId));
    if (found === undefined || found.state.status === 'none') return null;
    const { tenant, status, settings, settingsVersion, secretId } = found.state;
    return {
      ...{ endpointId, version: found.version, tenant, status, settings, settingsVersion },
      ...{ secretId, reason: null, failingSinceMs: null, failingCode: null },
      ...{ createdAtMs: 1, updatedAtMs: 1 },
    };
  };
  return {
    byId: (endpointId) => Promise.resolve(viewOf(endpointId)),
    list: (tenant) =>
      Promise.resolve(
        [...states.keys()]
          .map((key) => viewOf(splitRoutingKey(key).orderNo))
          .filter((view) => view !== null)
          .filter((view) => view.status !== 'REMOVED')
          .filter((view) => tenant === null || view.tenant === tenant),
      ),
    incidents: () => Promise.resolve([]),
  };
}

function viewOf(key: string, version: bigint, one: Notification): NotificationView {
  const { notificationId, endpointId, callbackUrl, content, attempt, sequence } = one;
  const { type, tenant, orderNo, paymentId, refundId, currency, status } = content;
  const { paymentMethod, transactionId, occurredAt, amountMinor, data } = content;
  return {
    ...{ notificationId, aggregateKey: key, version, tenant, orderNo, paymentId, refundId },
    ...{ endpointId, callbackUrl, type, status, amountMinor, currency, paymentMethod },
    ...{ transactionId, data, occurredAtMs: occurredAt, sequence, attempt, levelMs: null },
    ...{ notificationStatus: one.status, intervalsMs: one.intervalsMs },
    nextDueMs: one.status === 'FAILED' ? one.nextDueMs : null,
    reason: one.status === 'ABANDONED' ? one.reason : null,
    ...{ lastCode: null, createdAtMs: one.createdAtMs, updatedAtMs: one.createdAtMs },
    endedAtMs: hasEnded(one) ? one.createdAtMs : null,
  };
}

const fits = (view: NotificationView, filter: NotificationFilter): boolean =>
  (['tenant', 'endpointId', 'orderNo', 'paymentId', 'type'] as const).every(
    (field) => filter[field] === undefined || filter[field] === view[field],
  ) &&
  (filter.statuses?.includes(view.notificationStatus) ?? true) &&
  view.createdAtMs >= (filter.createdFromMs ?? 0) &&
  view.createdAtMs < (filter.createdBeforeMs ?? Infinity);

const placeOf = (view: { readonly createdAtMs: number; readonly notificationId: string }) =>
  `${String(view.createdAtMs).padStart(15, '0')} ${view.notificationId}`;

/** `kept`: attempts that a test puts there, by notification. */
export function notificationQueriesOf(
  states: States<NotificationsState>,
): NotificationQueries & { readonly kept: Map<string, readonly AttemptView[]> } {
  const kept = new Map<string, readonly AttemptView[]>();
  const all = (filter: NotificationFilter = {}): readonly NotificationView[] =>
    [...states]
      .flatMap(([key, { state, version }]) =>
        notificationsOf(state).map((one) => viewOf(key, version, one)),
      )
      .filter((view) => fits(view, filter))
      .sort((one, other) => (placeOf(one) < placeOf(other) ? 1 : -1));
  return {
    kept,
    byId: (id) =>
      Promise.resolve(all().find(({ notificationId }) => notificationId === id) ?? null),
    ofPayment: (paymentId) => Promise.resolve(all({ paymentId })),
    list({ filter, after, limit }) {
      const found = all(filter).filter((view) => after === null || placeOf(view) < placeOf(after));
      const notifications = found.slice(0, limit);
      const last = notifications.at(-1) ?? null;
      return Promise.resolve({ notifications, next: found.length > limit ? last : null });
    },
    count: (filter) => Promise.resolve(all(filter).length),
    attempts: (ids) =>
      Promise.resolve(
        new Map([...kept].filter(([notificationId]) => ids.includes(notificationId))),
      ),
    overdue: () => Promise.resolve([]),
  };
}

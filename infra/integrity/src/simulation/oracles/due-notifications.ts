import type { AlertsEvent, EndpointCopied, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';
import type { Entry, History, ReadEntry, Taken } from '../history/history.ts';
import { keyOf, placeOf } from '../history/history.ts';
import { takenBy } from './redriven.ts';

/** Something that an endpoint asked to be told of. */
export interface DueNotification {
  readonly notificationId: string;
  readonly endpointId: string;
  readonly key: string;
  readonly eventId: string;
  readonly type: string;
  /** Whether the endpoint was known before the event, and not removed before it, in any order of things. */
  readonly isCertain: boolean;
}

/** The words of docs/notifications.md; shares no code with those who tell. */
const words: Readonly<Partial<Record<(PaymentsEvent | AlertsEvent)['type'], string>>> = {
  ...{ PaymentSucceeded: 'payment.succeeded', PaymentFailed: 'payment.failed' },
  ...{ PaymentClosed: 'payment.closed', RefundSucceeded: 'refund.succeeded' },
  ...{ RefundFailed: 'refund.failed', AlertRaised: 'alert.raised' },
  ...{ AlertResolved: 'alert.resolved', AlertAcknowledged: 'alert.acknowledged' },
  ...{ AlertInvestigated: 'alert.investigated', AlertReopened: 'alert.reopened' },
};

/** Who tells. */
const topology = 'notifications';

interface Known {
  readonly endpointId: string;
  /** Whose events it is told of; null for everybody's. */
  readonly tenant: string | null;
  readonly events: readonly string[];
  readonly registered: Taken;
  readonly removed: Taken | null;
}

/**
 * Everything that is to be told, by whom is told of it. Copies of endpoints and events come to a task
 * in any order, so where both came about together either is right.
 */
export function dueNotifications(history: History): readonly DueNotification[] {
  if (history.endpoints.length === 0) return [];
  const taken = new Map(
    history.taken
      .filter((each) => each.topology === topology)
      .map((each) => [`${each.topic} ${placeOf(each)}`, each]),
  );
  const takenAs = ({ record }: Entry): Taken | null =>
    taken.get(`${record.topic} ${placeOf(record)}`) ?? null;
  const known = endpointsIn(history, takenAs);
  return [topics.paymentsEvents.name, topics.alertsEvents.name].flatMap((topic) =>
    takenBy(history, topology, topic).flatMap((entry) =>
      dueOf(entry, takenAs(entry), known.get(entry.record.partition) ?? []),
    ),
  );
}

/** The endpoints that each partition came to know, and when. */
function endpointsIn(
  history: History,
  takenAs: (entry: Entry) => Taken | null,
): ReadonlyMap<number, readonly Known[]> {
  const found = new Map<number, Known[]>();
  for (const entry of takenBy(history, topology, topics.endpointsCopies.name)) {
    const copy = entry.payload.data as EndpointCopied;
    const { partition } = entry.record;
    const list = found.get(partition) ?? [];
    found.set(partition, list);
    const at = takenAs(entry);
    const index = list.findIndex(({ endpointId }) => endpointId === copy.endpointId);
    const before = list[index];
    if (at === null) continue;
    if (before === undefined) {
      const { endpointId, settings } = copy;
      const tenant = settings.everyTenant ? null : copy.tenant;
      list.push({ endpointId, tenant, events: settings.events, registered: at, removed: null });
    } else if (copy.status === 'REMOVED') list[index] = { ...before, removed: at };
  }
  return found;
}

function dueOf(
  entry: ReadEntry,
  at: Taken | null,
  endpoints: readonly Known[],
): readonly DueNotification[] {
  const type = words[entry.payload.type as keyof typeof words];
  const key = keyOf(entry);
  if (type === undefined || at === null || !key.includes('/')) return [];
  return endpoints.flatMap(({ endpointId, tenant, events, registered, removed }) => {
    const isOurs = tenant === null || key.startsWith(`${tenant}/`);
    const isAsked = isOurs && (events.includes(type) || events.includes('*'));
    const isBefore = at.last < registered.first;
    const isAfter = removed !== null && at.first > removed.last;
    if (!isAsked || isBefore || isAfter) return [];
    const eventId = entry.envelope.id;
    const isCertain = at.first > registered.last && (removed === null || at.last < removed.first);
    return [
      {
        ...{ endpointId, key, eventId, type, isCertain },
        // docs/formats.md: the same event and endpoint, the same id.
        notificationId: derivedUuid(slotOfRecordKey(key), 'notification', eventId, endpointId),
      },
    ];
  });
}

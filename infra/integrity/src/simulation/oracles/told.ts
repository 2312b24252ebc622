import type { NotificationCreated, NotificationsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History, ReadEntry } from '../history/history.ts';
import { keyOf, ownEntries } from '../history/history.ts';
import type { BookedDelivery } from '../stage/sim-merchants.ts';

/** One event of a notification, and broker time at which it stood in the log. */
export interface ToldStep {
  readonly event: NotificationsEvent;
  readonly atMs: number;
}

/** One notification as the log has it, and what came to its merchant under its id. */
export interface Told {
  readonly key: string;
  readonly created: NotificationCreated;
  readonly createdMs: number;
  /** After its creation. */
  readonly steps: readonly ToldStep[];
  readonly deliveries: readonly BookedDelivery[];
}

/** When a notification came to its end, and how; null while it has none. */
export function endOf({ steps }: Told): { readonly atMs: number; readonly how: string } | null {
  for (const { event, atMs } of steps) {
    if (event.type === 'NotificationDelivered') return { atMs, how: 'SUCCESS' };
    if (event.type === 'NotificationAbandoned') return { atMs, how: 'ABANDONED' };
    if (event.type === 'NotificationAttemptFailed' && event.data.status === 'RETRY_FAILED')
      return { atMs, how: 'RETRY_FAILED' };
  }
  return null;
}

const known = new WeakMap<History, ReadonlyMap<string, Told>>();

/** Every notification by its id; once for all who ask. */
export function toldOf(history: History): ReadonlyMap<string, Told> {
  const before = known.get(history);
  if (before !== undefined) return before;
  const found = new Map<string, Told & { readonly steps: ToldStep[] }>();
  for (const entry of ownEntries(history, topics.notificationsEvents.name)) take(found, entry);
  for (const [id, told] of found)
    found.set(id, { ...told, deliveries: history.deliveries.filter((each) => each.id === id) });
  known.set(history, found);
  return found;
}

function take(found: Map<string, Told & { readonly steps: ToldStep[] }>, entry: ReadEntry): void {
  // The topic holds nothing else.
  const event = entry.payload as NotificationsEvent;
  const atMs = entry.record.timestampMs;
  if (event.type === 'NotificationsForgotten') return;
  const { notificationId } = event.data;
  if (event.type !== 'NotificationCreated') {
    found.get(notificationId)?.steps.push({ event, atMs });
    return;
  }
  const about = { key: keyOf(entry), created: event.data, createdMs: atMs };
  // A second creation would be a second notification, whatever its id says.
  const id = found.has(notificationId) ? `${notificationId} again` : notificationId;
  found.set(id, { ...about, steps: [], deliveries: [] });
}

import type { NotificationCreated, NotificationsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History, ReadEntry } from '../history/history.ts';
import { keyOf, ownEntries } from '../history/history.ts';
import type { BookedDelivery } from '../stage/sim-merchants.ts';

/** One event of a notification, and broker time at which it stood in the log. */
export interface ToldStep {
  readonly event: NotificationsEvent;
  readonly atMs: number;
  /** The command or event that led to it. */
  readonly causationId: string | null;
  /** Its place among all: those of one order stand in the order of its log. */
  readonly place: number;
}

/** One notification as the log has it, and what came to its merchant under its id. */
export interface Told {
  readonly key: string;
  readonly created: NotificationCreated;
  readonly createdMs: number;
  readonly place: number;
  /** After its creation. */
  readonly steps: readonly ToldStep[];
  readonly deliveries: readonly BookedDelivery[];
}

/** How a step ends its notification; null if it does not. */
export function endBy({ event }: ToldStep): 'SUCCESS' | 'RETRY_FAILED' | 'ABANDONED' | null {
  if (event.type === 'NotificationDelivered') return 'SUCCESS';
  if (event.type === 'NotificationAbandoned') return 'ABANDONED';
  const isFailed = event.type === 'NotificationAttemptFailed';
  return isFailed && event.data.status === 'RETRY_FAILED' ? 'RETRY_FAILED' : null;
}

/** By which step a notification has ended, and how; null while it has no end, or a replay goes on. */
export function endOf({ steps }: Told): { readonly step: ToldStep; readonly how: string } | null {
  const step = steps.at(-1);
  const how = step === undefined ? null : endBy(step);
  return step === undefined || how === null ? null : { step, how };
}

const known = new WeakMap<History, ReadonlyMap<string, Told>>();

/** Every notification by its id; once for all who ask. */
export function toldOf(history: History): ReadonlyMap<string, Told> {
  const before = known.get(history);
  if (before !== undefined) return before;
  const found = new Map<string, Told & { readonly steps: ToldStep[] }>();
  for (const [place, entry] of ownEntries(history, topics.notificationsEvents.name).entries())
    take(found, entry, place);
  for (const [id, told] of found)
    found.set(id, { ...told, deliveries: history.deliveries.filter((each) => each.id === id) });
  known.set(history, found);
  return found;
}

function take(
  found: Map<string, Told & { readonly steps: ToldStep[] }>,
  entry: ReadEntry,
  place: number,
): void {
  // The topic holds nothing else.
  const event = entry.payload as NotificationsEvent;
  const atMs = entry.record.timestampMs;
  const { causationId } = entry.envelope;
  if (event.type === 'NotificationsForgotten') return;
  const { notificationId } = event.data;
  if (event.type !== 'NotificationCreated') {
    found.get(notificationId)?.steps.push({ event, atMs, causationId, place });
    return;
  }
  const about = { key: keyOf(entry), created: event.data, createdMs: atMs, place };
  // A second creation would be a second notification, whatever its id says.
  const id = found.has(notificationId) ? `${notificationId} again` : notificationId;
  found.set(id, { ...about, steps: [], deliveries: [] });
}

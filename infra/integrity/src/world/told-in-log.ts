import type { NotificationCreated, NotificationsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { learnAll, readTopic } from '../checks/read-log.ts';
import type { World } from './world.ts';
import { partitions } from './world.ts';

type Logged = Pick<World, 'log' | 'codec'>;

/** Everything committed in a topic, by partition. */
export async function eventsOf({ log, codec }: Logged, topic: string) {
  const records = await readTopic(log, topic, partitions);
  await learnAll(codec, records);
  return records.map(({ value, headers }) => ({
    event: codec.decode(topic, value),
    id: String(headers['ce_id']),
  }));
}

/** A notification to an endpoint as the log has it: what came after its creation, in order. */
export interface Told {
  readonly created: NotificationCreated;
  readonly events: readonly NotificationsEvent[];
}

export async function toldInLog(world: Logged): Promise<readonly Told[]> {
  const found = new Map<string, { created: NotificationCreated; events: NotificationsEvent[] }>();
  for (const read of await eventsOf(world, topics.notificationsEvents.name)) {
    // The catalogue ties the topic to its records.
    const event = read.event as NotificationsEvent;
    if (event.type === 'NotificationsForgotten') continue;
    const { notificationId } = event.data;
    if (event.type === 'NotificationCreated')
      found.set(notificationId, { created: event.data, events: [] });
    else found.get(notificationId)?.events.push(event);
  }
  return [...found.values()].filter(({ created }) => created.endpointId !== null);
}

/** How each ended; `open` for one that has not. */
export function endOf({ events }: Told): string {
  const last = events.at(-1);
  if (last?.type === 'NotificationDelivered') return 'SUCCESS';
  if (last?.type === 'NotificationAttemptFailed') return last.data.status;
  return last?.type === 'NotificationAbandoned' ? 'ABANDONED' : 'open';
}

export const isOver = (told: Told): boolean =>
  ['SUCCESS', 'RETRY_FAILED', 'ABANDONED'].includes(endOf(told));

/** Attempts that began before the time that the failure before them named. */
export const earlyOnes =
  ({ events }: Told) =>
  (event: NotificationsEvent): readonly string[] => {
    if (event.type !== 'NotificationAttemptFailed' && event.type !== 'NotificationDelivered')
      return [];
    const { attempt, report } = event.data;
    const before = events.find(
      (each) => each.type === 'NotificationAttemptFailed' && each.data.attempt === attempt - 1,
    );
    const dueAt = before?.type === 'NotificationAttemptFailed' ? (before.data.nextDueAt ?? 0) : 0;
    const earlyMs = dueAt - report.startedAt;
    return earlyMs > 0 ? [`attempt ${attempt} was ${earlyMs} ms early`] : [];
  };

import type { EndpointCopied, ReportOverdue, StartAttempt } from '@plumbline/events';
import {
  defaultDelayLevelsMs,
  defaultDelayPrefix,
  delayTopicName,
  topics,
} from '@plumbline/events';
import { broadcastKeys, slotOfPayNo } from '@plumbline/kernel';
import type { Decided, RoutedCommand, Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import {
  announcementFrom,
  concernsAnnouncements,
  heardStores,
  heardTopics,
  withEndpoint,
} from './announcements/announcements.ts';
import type { EndpointCommand } from './domain/endpoint/commands.ts';
import { endpointKeyOf } from './domain/endpoint/endpoint-id.ts';
import { dueIndex } from './deliveries/due-index.ts';
import { createEndpointDecider } from './domain/endpoint/endpoint.ts';
import type { EndpointEvent } from './domain/endpoint/events.ts';
import type { EndpointState } from './domain/endpoint/state.ts';
import type { NotificationCommand } from './domain/notification/commands.ts';
import type { NotificationPolicy } from './domain/notification/create.ts';
import type { NotificationEvent, NotificationEventOf } from './domain/notification/events.ts';
import { createNotificationDecider } from './domain/notification/notification.ts';
import type { NotificationsState } from './domain/notification/state.ts';
import { findNotification, notificationsOf } from './domain/notification/state.ts';
import * as limits from './limits.ts';

export interface NotificationsTopologyOptions extends NotificationPolicy {
  /** Prefix of the delay topics. */
  readonly delayPrefix: string;
}

type NotificationDecided = Decided<NotificationsState, NotificationCommand, NotificationEvent>;

/** What a decision asks of the delay topics and of the endpoint that it concerns. */
function askedBy(
  { key, decision, state }: NotificationDecided,
  delayPrefix: string,
): readonly RoutedCommand[] {
  if (decision.kind !== 'accepted') return [];
  return decision.events.flatMap((event): readonly RoutedCommand[] => {
    if (event.type === 'NotificationAttemptDue') return askedByStart(state, event.data);
    if (event.type !== 'NotificationAttemptFailed') return [];
    return askedByFailure({ key, state, delayPrefix }, event.data);
  });
}

/** Nobody had begun it in its time, but for a sweep: its endpoint hears of it. */
function askedByStart(
  state: NotificationsState,
  { notificationId, trigger, dueAt }: NotificationEventOf<'NotificationAttemptDue'>,
): readonly RoutedCommand[] {
  const endpointId = findNotification(state, notificationId)?.endpointId ?? null;
  if (trigger !== 'SWEEP' || endpointId === null) return [];
  const data: ReportOverdue = { endpointId, notificationId, dueAt };
  return [{ ...toEndpoint(endpointId), payload: { type: 'ReportOverdue', data } }];
}

function askedByFailure(
  {
    key,
    state,
    delayPrefix,
  }: Pick<NotificationDecided, 'key' | 'state'> & {
    readonly delayPrefix: string;
  },
  event: NotificationEventOf<'NotificationAttemptFailed'>,
): readonly RoutedCommand[] {
  const { notificationId, attempt, nextDueAt, levelMs, report, status } = event;
  const endpointId = findNotification(state, notificationId)?.endpointId ?? null;
  if (levelMs !== null && nextDueAt !== null) {
    const due = { notificationId, attempt: attempt + 1, dueAt: nextDueAt };
    const data: StartAttempt = { ...due, trigger: 'SCHEDULE' };
    const topic = delayTopicName({ prefix: delayPrefix, delayMs: levelMs });
    return [{ topic, key, subject: notificationId, payload: { type: 'StartAttempt', data } }];
  }
  if (endpointId === null || status === 'FAILED') return [];
  const to = toEndpoint(endpointId);
  if (status === 'RETRYING') {
    const payload = { type: 'ReportEndpointGone', data: { endpointId, notificationId } };
    return [{ ...to, payload }];
  }
  const { code } = report;
  const data = { endpointId, notificationId, code };
  return [{ ...to, payload: { type: 'ReportRetriesUsedUp', data } }];
}

const toEndpoint = (endpointId: string) => ({
  ...{ topic: topics.endpointsCommands.name, key: endpointKeyOf(endpointId) },
  subject: endpointId,
});

/** Name of the topology whose tasks keep what is due. */
export const notificationsName = 'notifications';

/**
 * Notifications: one aggregate for everything told of one order, under its routing key, fed by the
 * events of payments and alerts; and one for each payment that only a caller knows, under its number.
 */
export const notificationsTopology = (options: NotificationsTopologyOptions): Topology => {
  const { delayPrefix, levelsMs } = options;
  return aggregateTopology({
    name: notificationsName,
    decider: createNotificationDecider(options),
    busyPaceMs: limits.busyPaceMs,
    topics: {
      commands: topics.notificationsCommands.name,
      events: topics.notificationsEvents.name,
      outcomes: topics.notificationsOutcomes.name,
      changelog: topics.notificationsChangelog.name,
      deadLetters: topics.notificationsDeadLetters.name,
    },
    subjectOf: ({ data }) =>
      'notificationId' in data ? data.notificationId : (data.notificationIds[0] ?? ''),
    hears: {
      ...{ topics: heardTopics, stores: heardStores },
      ...{ concerns: concernsAnnouncements, commandOf: announcementFrom, complete: withEndpoint },
    },
    asks: {
      topics: [
        ...levelsMs.map((delayMs) => delayTopicName({ prefix: delayPrefix, delayMs })),
        topics.endpointsCommands.name,
      ],
      commandsOf: (decided) => askedBy(decided, delayPrefix),
    },
    index: dueIndex,
    // A number that somebody else gave is the key itself.
    namesOf: (state) => [
      ...new Set(
        notificationsOf(state).flatMap(({ content: { paymentId } }) =>
          paymentId !== null && slotOfPayNo(paymentId) !== null ? [paymentId] : [],
        ),
      ),
    ],
  });
};

export interface EndpointsTopologyOptions {
  readonly partitions: number;
  readonly tenant: string;
  /** How long an endpoint may fail before somebody is alerted, ms. */
  readonly alertAfterMs: number;
}

const untold: ReadonlySet<EndpointEvent['type']> = new Set<EndpointEvent['type']>([
  ...(['EndpointFailing', 'EndpointRecovered'] as const),
  ...(['EndpointIncidentOpened', 'EndpointIncidentEnded'] as const),
]);

/** The endpoint as it is now, to every partition: whoever makes notifications knows all endpoints. */
function copiesOf(
  { decision, state }: Decided<EndpointState, EndpointCommand, EndpointEvent>,
  keys: readonly string[],
): readonly RoutedCommand[] {
  if (decision.kind !== 'accepted' || state.status === 'none') return [];
  if (decision.events.every(({ type }) => untold.has(type))) return [];
  const { endpointId, tenant, status, settings, settingsVersion, secretId } = state;
  const data: EndpointCopied = { endpointId, tenant, status, settings, settingsVersion, secretId };
  const payload = { type: 'EndpointCopied', data };
  const topic = topics.endpointsCopies.name;
  return keys.map((key) => ({ topic, key, subject: endpointId, payload }));
}

/** Endpoints, one aggregate each, under their ids. */
export const endpointsTopology = (options: EndpointsTopologyOptions): Topology => {
  const keys = broadcastKeys({ ...options, name: 'endpoints' });
  return aggregateTopology({
    name: 'endpoints',
    decider: createEndpointDecider(options),
    topics: {
      commands: topics.endpointsCommands.name,
      events: topics.endpointsEvents.name,
      outcomes: topics.endpointsOutcomes.name,
      changelog: topics.endpointsChangelog.name,
      deadLetters: topics.endpointsDeadLetters.name,
    },
    subjectOf: ({ data }) => data.endpointId,
    asks: {
      topics: [topics.endpointsCopies.name],
      commandsOf: (decided) => copiesOf(decided, keys),
    },
  });
};

/** As it runs where nothing is configured. */
export const notificationsByDefault: Topology = notificationsTopology({
  delayPrefix: defaultDelayPrefix,
  intervalsMs: defaultDelayLevelsMs,
  levelsMs: defaultDelayLevelsMs,
  keepMs: limits.keepMs,
});

/** As it runs on the local stack. */
export const endpointsByDefault: Topology = endpointsTopology({
  ...{ partitions: 4, tenant: 'main', alertAfterMs: limits.alertAfterMs },
});

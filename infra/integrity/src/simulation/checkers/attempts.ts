import type { EndpointsEvent, NotificationsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { ownEntries } from '../history/history.ts';
import type { Told, ToldStep } from '../oracles/told.ts';
import { endBy, endOf, toldOf } from '../oracles/told.ts';
import type { Checker } from './checker.ts';

/** I9 */
export const attemptsChecker: Checker = {
  name: 'attempts',
  title: 'no attempt is early, skipped or beyond its schedule, and no notification is stuck',
  check(history) {
    const endpoints = endpointsIn(history);
    const givenUp = new Set(
      history.sent.filter(({ type }) => type === 'AbandonNotification').map(({ id }) => id),
    );
    return [...toldOf(history).values()].flatMap((told) => [
      ...followed(told),
      ...ended(told, endpoints.get(told.created.endpointId ?? '') ?? untouched, givenUp),
    ]);
  },
};

/** What the log says of an endpoint. */
interface Endpoint {
  status: 'ACTIVE' | 'PAUSED' | 'DISABLED' | 'REMOVED';
  /** Incidents of used-up schedules: when each was over. */
  readonly usedUp: Map<string, number>;
}

const untouched: Endpoint = { status: 'ACTIVE', usedUp: new Map() };

function endpointsIn(history: History): ReadonlyMap<string, Endpoint> {
  const found = new Map<string, Endpoint>();
  for (const { payload, record } of ownEntries(history, topics.endpointsEvents.name)) {
    const { type, data } = payload as EndpointsEvent;
    const endpoint = found.get(data.endpointId) ?? { status: 'ACTIVE', usedUp: new Map() };
    found.set(data.endpointId, endpoint);
    if (type === 'EndpointPaused') endpoint.status = 'PAUSED';
    if (type === 'EndpointDisabled') endpoint.status = 'DISABLED';
    if (type === 'EndpointResumed') endpoint.status = 'ACTIVE';
    if (type === 'EndpointRemoved') endpoint.status = 'REMOVED';
    if (type === 'EndpointIncidentOpened' && data.kind === 'EXHAUSTED')
      endpoint.usedUp.set(data.incidentId, Infinity);
    if (type === 'EndpointIncidentEnded' && data.kind === 'EXHAUSTED')
      endpoint.usedUp.set(data.incidentId, record.timestampMs);
  }
  return found;
}

/** Once the faults are over everything has an end, or waits for an endpoint that takes nothing. */
function ended(
  told: Told,
  { status, usedUp }: Endpoint,
  givenUp: ReadonlySet<string>,
): readonly Violation[] {
  const { notificationId: id } = told.created;
  const end = endOf(told);
  if (end === null) {
    if (status === 'PAUSED' || status === 'DISABLED') return [];
    return [violation('I9', `${id} is stuck: it has no end, and its endpoint is ${status}`)];
  }
  const isAsked = givenUp.has(end.step.causationId ?? '');
  if (end.how === 'ABANDONED' && status !== 'REMOVED' && !isAsked)
    return [violation('I9', `${id} was given up, and nobody removed its endpoint, or asked`)];
  if (status === 'REMOVED') return [];
  return told.steps
    .filter((step) => endBy(step) === 'RETRY_FAILED')
    .filter(({ atMs }) => ![...usedUp.values()].some((overMs) => overMs >= atMs))
    .map(() => violation('I9', `all attempts of ${id} failed, and there is no incident`));
}

/** How far one notification is. */
interface Walk {
  /** The newest attempt that was due, and whether its report came. */
  attempt: number;
  isReported: boolean;
  /** Failures that used up a wait, or the last attempt. */
  failures: number;
  /** Before this broker time the next attempt must not be due. */
  notBeforeMs: number;
  /** When each attempt became due. */
  readonly dueMs: Map<number, number>;
}

function followed(told: Told): readonly Violation[] {
  const { created, createdMs, steps, deliveries } = told;
  const id = created.notificationId;
  const isDue = created.status === 'NOTIFYING';
  const walk: Walk = {
    ...{ attempt: isDue ? 1 : 0, isReported: !isDue, failures: 0, notBeforeMs: createdMs },
    dueMs: new Map(isDue ? [[1, createdMs]] : []),
  };
  const found = steps.flatMap((step) => problemsOf(told, walk, step));
  for (const { attempt, atMs } of deliveries) {
    const dueMs = walk.dueMs.get(attempt);
    if (dueMs === undefined) found.push(`attempt ${attempt} was sent and never due`);
    else if (Math.ceil(atMs) < dueMs)
      found.push(`attempt ${attempt} came ${Math.ceil(dueMs - atMs)} ms early`);
  }
  return found.map((problem) => violation('I9', `${id}: ${problem}`));
}

function problemsOf(told: Told, walk: Walk, { event, atMs }: ToldStep): readonly string[] {
  switch (event.type) {
    case 'NotificationAttemptDue':
      return due(walk, event.data, atMs);
    case 'NotificationAttemptFailed':
      return failed(told, walk, { data: event.data, atMs });
    case 'NotificationDelivered':
      return reported(walk, event.data.attempt);
    case 'NotificationCreated':
    case 'NotificationStatusUpdated':
    case 'NotificationAbandoned':
    case 'NotificationsForgotten':
      return [];
    default:
      return unreachable(event);
  }
}

type Due = Extract<NotificationsEvent, { readonly type: 'NotificationAttemptDue' }>['data'];

function due(walk: Walk, { attempt, trigger }: Due, atMs: number): readonly string[] {
  const found: string[] = [];
  const isByHand = trigger === 'MANUAL' || trigger === 'REPLAY';
  // A replay has all the waits of the schedule again.
  if (trigger === 'REPLAY') walk.failures = 0;
  if (attempt !== walk.attempt + 1) found.push(`attempt ${attempt} after ${walk.attempt}`);
  if (!walk.isReported) found.push(`attempt ${attempt} although the one before is under way`);
  if (atMs < walk.notBeforeMs && !isByHand)
    found.push(`attempt ${attempt} was due ${walk.notBeforeMs - atMs} ms before its time`);
  walk.attempt = attempt;
  walk.isReported = false;
  walk.dueMs.set(attempt, atMs);
  return found;
}

function reported(walk: Walk, attempt: number): readonly string[] {
  const isExpected = attempt === walk.attempt && !walk.isReported;
  walk.isReported = true;
  return isExpected ? [] : [`a report of attempt ${attempt} counted, at ${walk.attempt}`];
}

type Failed = Extract<NotificationsEvent, { readonly type: 'NotificationAttemptFailed' }>['data'];

function failed(
  told: Told,
  walk: Walk,
  { data, atMs }: { readonly data: Failed; readonly atMs: number },
): readonly string[] {
  const { attempt, report, status, failedAt } = data;
  const { intervalsMs } = told.created;
  const found = [...reported(walk, attempt)];
  if (report.outcome === 'GONE') {
    // No wait of the schedule: it is due as soon as the endpoint is there again.
    walk.attempt = attempt + 1;
    walk.isReported = false;
    walk.dueMs.set(attempt + 1, atMs);
    return found;
  }
  const intervalMs = intervalsMs[walk.failures];
  walk.failures += 1;
  if (intervalMs === undefined) {
    if (status !== 'RETRY_FAILED') found.push(`failed ${walk.failures} times, and goes on`);
    return found;
  }
  if (status !== 'FAILED') found.push(`is ${status} with waits left`);
  walk.notBeforeMs = failedAt + Math.max(intervalMs, askedMs(told, attempt, report.httpStatus));
  return found;
}

/** How long the merchant asked to wait; known where it was asked once and answered once. */
function askedMs({ deliveries }: Told, attempt: number, httpStatus: number | null): number {
  const [one, ...others] = deliveries.filter((each) => each.attempt === attempt);
  if (one === undefined || others.length > 0 || !one.isHeard || one.status !== httpStatus) return 0;
  return one.retryAfterMs ?? 0;
}

import type { EndpointsEvent, NotificationsEvent, StartAttempt } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { notificationsProjection } from '@plumbline/notifications';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { ownEntries } from '../history/history.ts';
import * as limits from '../limits.ts';
import type { Told, ToldStep } from '../oracles/told.ts';
import { toldOf } from '../oracles/told.ts';
import type { Checker } from './checker.ts';
import { relayedBy } from './relays.ts';

/** I9 */
export const overdueChecker: Checker = {
  name: 'overdue',
  title: 'what was due and nobody began is found by the sweeper, and nothing else is',
  check(history) {
    if (history.endpoints.length === 0) return [];
    const about: About = {
      ...{ history, relayed: relayedAt(history), commands: commandsIn(history) },
      ...{ incidents: incidentsIn(history), unseen: unseenKeys(history) },
    };
    return [
      ...[...toldOf(history).values()].flatMap((told) =>
        waitsOf(told).flatMap((wait) => problemsOf(about, told, wait)),
      ),
      ...accusations(about),
    ];
  },
};

interface About {
  readonly history: History;
  /** Where the first stands that was sent on when it was due, by notification and attempt. */
  readonly relayed: ReadonlyMap<string, bigint>;
  /** Where the first command of each id stands. */
  readonly commands: ReadonlyMap<string, bigint>;
  readonly incidents: readonly Incident[];
  /** Keys whose read model waits behind something that cannot be read: it shows no retry of them. */
  readonly unseen: ReadonlySet<string>;
}

interface Incident {
  readonly endpointId: string;
  readonly notificationId: string | null;
  readonly since: number;
  readonly atMs: number;
  overMs: number;
}

/** A retry that waited for its time, and what came next: nothing, if it still waits. */
interface Wait {
  readonly attempt: number;
  readonly dueMs: number;
  readonly next: ToldStep | null;
}

function waitsOf({ steps }: Told): readonly Wait[] {
  return steps.flatMap(({ event }, place): readonly Wait[] => {
    if (event.type !== 'NotificationAttemptFailed') return [];
    const { attempt, status, nextDueAt } = event.data;
    if (status !== 'FAILED' || nextDueAt === null) return [];
    return [{ attempt: attempt + 1, dueMs: nextDueAt, next: steps[place + 1] ?? null }];
  });
}

const nameOf = (id: string, attempt: number): string => `${id}#${attempt}`;

/** All of one notification are in one partition, in which offsets say what came first. */
function relayedAt(history: History): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const { payload, record } of [...relayedBy(history).values()].flat()) {
    const { notificationId, attempt, dueAt } = payload.data as StartAttempt;
    const name = nameOf(notificationId, attempt);
    if (record.timestampMs >= dueAt && !found.has(name)) found.set(name, record.offset);
  }
  return found;
}

function commandsIn(history: History): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const { envelope, record } of ownEntries(history, topics.notificationsCommands.name))
    if (!found.has(envelope.id)) found.set(envelope.id, record.offset);
  return found;
}

function incidentsIn(history: History): readonly Incident[] {
  const found = new Map<string, Incident>();
  for (const { payload, record } of ownEntries(history, topics.endpointsEvents.name)) {
    const event = payload as EndpointsEvent;
    if (event.type === 'EndpointIncidentOpened' && event.data.kind === 'OVERDUE') {
      const { incidentId, endpointId, notificationId, since } = event.data;
      const atMs = record.timestampMs;
      found.set(incidentId, { endpointId, notificationId, since, atMs, overMs: Infinity });
    }
    if (event.type !== 'EndpointIncidentEnded') continue;
    const incident = found.get(event.data.incidentId);
    if (incident !== undefined) incident.overMs = record.timestampMs;
  }
  return [...found.values()];
}

function unseenKeys({ readModels }: History): ReadonlySet<string> {
  const model = readModels.find(({ projection }) => projection === notificationsProjection);
  return new Set(model?.parkedKeys().map(({ key }) => key));
}

type Due = Extract<NotificationsEvent, { readonly type: 'NotificationAttemptDue' }>['data'];

const dueBy = (step: ToldStep | null): Due | null =>
  step?.event.type === 'NotificationAttemptDue' ? step.event.data : null;

function problemsOf(about: About, told: Told, wait: Wait): readonly Violation[] {
  const { attempt, dueMs, next } = wait;
  const due = dueBy(next);
  const what = `${nameOf(told.created.notificationId, attempt)}, due at ${dueMs},`;
  const problems =
    due?.trigger === 'SWEEP' ? swept(about, told, wait) : notFound(about, told, wait);
  return problems.map((problem) => violation('I9', `${what} ${problem}`));
}

/** It was overdue, nobody had begun it, and its endpoint is told. */
function swept(about: About, { created }: Told, { attempt, dueMs, next }: Wait): readonly string[] {
  const { history, relayed, commands, incidents } = about;
  const atMs = next?.atMs ?? 0;
  const found: string[] = [];
  const lateMs = atMs - dueMs;
  if (lateMs < limits.sweepGraceMs) found.push(`was swept up ${lateMs} ms after it`);
  const sent = relayed.get(nameOf(created.notificationId, attempt));
  const asked = commands.get(next?.causationId ?? '');
  if (asked === undefined) found.push('was swept up, and nobody asked for it');
  else if (sent !== undefined && sent < asked)
    found.push(`was relayed at offset ${sent} and swept up by ${asked}`);
  if (history.calm && !history.isRelayAway) found.push('was swept up, and nothing was away');
  // Told in the transaction that begins it, so that no death keeps it from the endpoint.
  const isSaid = incidents.some(
    ({ endpointId, overMs }) => endpointId === created.endpointId && overMs >= atMs,
  );
  const heardMs = history.calm
    ? atMs + limits.noticedCalmMaxMs
    : Math.max(atMs, history.healedMs) + limits.noticedMaxMs;
  const isGone = removedMs(history, created.endpointId) < heardMs;
  if (!isSaid && !isGone) found.push('was swept up, and nobody is told');
  return found;
}

function removedMs(history: History, endpointId: string | null): number {
  const removed = ownEntries(history, topics.endpointsEvents.name).find(
    ({ payload: { type, data } }) =>
      type === 'EndpointRemoved' && (data as { endpointId: string }).endpointId === endpointId,
  );
  return removed?.record.timestampMs ?? Infinity;
}

/** Whoever has not begun by then has been found by the sweeper. */
function notFound(about: About, { key }: Told, { dueMs, next }: Wait): readonly string[] {
  const { history, unseen } = about;
  if (unseen.has(key)) return [];
  const overdueMs = dueMs + limits.sweepGraceMs + limits.sweepEveryMs;
  const byMs = history.calm
    ? overdueMs + limits.noticedCalmMaxMs
    : Math.max(overdueMs, history.healedMs) + limits.noticedMaxMs;
  const atMs = next?.atMs ?? history.endedMs;
  return atMs <= byMs ? [] : [`was left alone for ${atMs - dueMs} ms`];
}

/** An endpoint hears only of what the sweeper had to begin. */
function accusations({ history, incidents }: About): readonly Violation[] {
  return incidents.flatMap(({ endpointId, notificationId, since }) => {
    const told = toldOf(history).get(notificationId ?? '');
    const isTrue = told?.steps.some((step) => {
      const due = dueBy(step);
      return due?.trigger === 'SWEEP' && due.dueAt === since;
    });
    if (isTrue === true && told?.created.endpointId === endpointId) return [];
    const what = `${endpointId} hears that ${String(notificationId)} was overdue at ${since}`;
    return [violation('I9', `${what}, and nobody had to begin it`)];
  });
}

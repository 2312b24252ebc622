import type { AlertNoted, AlertsEvent, IncidentCounts, IncidentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History, ReadEntry } from '../history/history.ts';
import { keyOf, ownEntries } from '../history/history.ts';
import { incidents as limits } from '../limits.ts';
import { takenBy } from '../oracles/redriven.ts';
import type { Checker } from './checker.ts';

/** I8, for alerts that come together: who is in which incident, and how many and how much that makes. */
export const incidentsChecker: Checker = {
  name: 'incidents',
  title:
    'each step of an alert is noted once, and incidents have the alerts and numbers they should',
  check: (history) => [...notes(history), ...incidents(history)],
};

/** What the alerts topic calls for, against what was noted. */
function notes(history: History): readonly Violation[] {
  const standing = new Map<string, string | null>();
  const expected = new Map<string, string>();
  for (const entry of takenBy(history, 'incident-alerts', topics.alertsEvents.name)) {
    const { type, data } = entry.payload as AlertsEvent;
    if (type === 'RulesActivated') continue;
    const { alertId } = data;
    const end = standing.get(alertId);
    if (type === 'AlertRaised' && end === undefined) standing.set(alertId, null);
    else if (type === 'AlertResolved' && end === null) standing.set(alertId, data.resolution);
    else if (type === 'AlertReopened' && typeof end === 'string') standing.set(alertId, null);
    else continue;
    const said = type === 'AlertReopened' ? end : standing.get(alertId);
    expected.set(entry.envelope.id, `${alertId} ${type} ${said ?? 'null'}`);
  }
  const types = { RAISED: 'AlertRaised', ENDED: 'AlertResolved', REOPENED: 'AlertReopened' };
  const found: Violation[] = [];
  for (const { payload } of ownEntries(history, topics.incidentsAlerts.name)) {
    const { alertId, step, end, alertEventId } = payload.data as AlertNoted;
    const type = step === 'UNKNOWN' ? step : types[step];
    const what = `${alertId} ${type} ${end ?? 'null'}`;
    if (expected.get(alertEventId) !== what) {
      found.push(violation('I8', `noted of ${alertEventId}: ${what}, and nothing calls for it`));
    }
    expected.delete(alertEventId);
  }
  return [...found, ...[...expected.values()].map((what) => violation('I8', `not noted: ${what}`))];
}

interface Note extends AlertNoted {
  readonly eventId: string;
  /** Broker time, a running maximum over the partition. */
  readonly atMs: number;
}

function incidents(history: History): readonly Violation[] {
  const said = byKey(ownEntries(history, topics.incidentsEvents.name));
  const noted = byKey(ownEntries(history, topics.incidentsAlerts.name));
  return [...new Set([...said.keys(), ...noted.keys()])].flatMap((key) => {
    let atMs = 0;
    const own = (noted.get(key) ?? []).map(({ payload, envelope, record }): Note => {
      atMs = Math.max(atMs, record.timestampMs);
      return { ...(payload.data as AlertNoted), eventId: envelope.id, atMs };
    });
    return ofRule(key, own, said.get(key) ?? []);
  });
}

/** A crowd as it must be, by brute force over the notes; when it ended the log says. */
interface Crowd {
  readonly incidentId: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly endedAtMs: number;
  readonly alerts: Set<string>;
}

function ofRule(
  key: string,
  notesOfRule: readonly Note[],
  events: readonly ReadEntry[],
): readonly Violation[] {
  const opened = events.filter(({ payload }) => payload.type === 'IncidentOpened');
  const crowds: Crowd[] = [];
  let alone: Note[] = [];
  for (const note of notesOfRule) {
    if (note.step !== 'RAISED') continue;
    const last = crowds.at(-1);
    const of = crowds.find(({ fromMs, untilMs, endedAtMs }) => {
      // While it is open it has all that are raised; once it has ended, those of before.
      const upTo = note.atMs <= endedAtMs ? Number.POSITIVE_INFINITY : untilMs;
      return note.raisedAt >= fromMs && note.raisedAt <= upTo;
    });
    if (of !== undefined) {
      of.alerts.add(note.alertId);
      continue;
    }
    if (last !== undefined && note.raisedAt <= last.untilMs) continue;
    alone.push(note);
    const newestMs = Math.max(...alone.map(({ raisedAt }) => raisedAt));
    const close = alone.filter(({ raisedAt }) => raisedAt > newestMs - limits.windowMs);
    alone = close;
    if (close.length < limits.alertsToOpen) continue;
    const event = opened[crowds.length];
    if (event === undefined || event.envelope.causationId !== note.eventId) {
      return [violation('I8', `${key}: no incident opened with ${note.alertId}`)];
    }
    crowds.push(crowdOf(event, close, events));
    alone = [];
  }
  if (opened.length > crowds.length) {
    return [violation('I8', `${key}: ${opened.length} incidents opened, not ${crowds.length}`)];
  }
  return crowds.flatMap((crowd) => numbersOf(key, crowd, notesOfRule, events));
}

function crowdOf(
  { payload }: ReadEntry,
  close: readonly Note[],
  events: readonly ReadEntry[],
): Crowd {
  const { incidentId } = (payload as IncidentsEvent).data;
  const end = events
    .map((entry) => entry.payload as IncidentsEvent)
    .find(({ type, data }) => type === 'IncidentEnded' && data.incidentId === incidentId);
  const endedAtMs = end?.type === 'IncidentEnded' ? end.data.endedAt : Number.POSITIVE_INFINITY;
  return {
    ...{ incidentId, endedAtMs, untilMs: endedAtMs },
    fromMs: Math.min(...close.map(({ raisedAt }) => raisedAt)),
    alerts: new Set(close.map(({ alertId }) => alertId)),
  };
}

/** The newest event of an incident, against the notes up to what caused it. */
function numbersOf(
  key: string,
  { incidentId, alerts }: Crowd,
  notesOfRule: readonly Note[],
  events: readonly ReadEntry[],
): readonly Violation[] {
  const own = events.filter(
    ({ payload }) => (payload as IncidentsEvent).data.incidentId === incidentId,
  );
  const newest = own.at(-1);
  if (newest === undefined) return [];
  const joined = own.flatMap(({ payload }) => {
    const { type, data } = payload as IncidentsEvent;
    return type === 'IncidentEnded' ? [] : data.joined;
  });
  const seen = notesUpTo(newest, notesOfRule).filter(({ alertId }) => alerts.has(alertId));
  const expected = [...new Set(seen.map(({ alertId }) => alertId))];
  const found: Violation[] = [];
  const isSame = [...joined].sort().join() === [...expected].sort().join();
  const what = `${key}: incident ${incidentId}`;
  if (!isSame) found.push(violation('I8', `${what} has ${joined.join()}, not ${expected.join()}`));
  const { counts, money } = (newest.payload as IncidentsEvent).data;
  const numbers = countedFrom(seen);
  const told = textOf(
    counts,
    money.reduce((sum, { openMinor }) => sum + openMinor, 0n),
  );
  if (told !== numbers) found.push(violation('I8', `${what} says ${told}, not ${numbers}`));
  return found;
}

function notesUpTo({ envelope }: ReadEntry, notesOfRule: readonly Note[]): readonly Note[] {
  const due = /^timer:due:(\d+)$/.exec(envelope.causationId ?? '')?.[1];
  if (due !== undefined) return notesOfRule.filter(({ atMs }) => atMs <= Number(due));
  const at = notesOfRule.findIndex(({ eventId }) => eventId === envelope.causationId);
  return notesOfRule.slice(0, at + 1);
}

function countedFrom(seen: readonly Note[]): string {
  const newest = new Map(seen.map((note) => [note.alertId, note]));
  const all = [...newest.values()];
  const open = all.filter(({ step }) => step !== 'ENDED');
  const endedAs = (end: string) => all.filter((each) => each.step === 'ENDED' && each.end === end);
  const counts: IncidentCounts = {
    ...{ members: all.length, open: open.length, resolved: endedAs('RESOLVED').length },
    autoResolved: endedAs('AUTO_RESOLVED').length,
    superseded: endedAs('SUPERSEDED').length,
    writtenOff: endedAs('WRITTEN_OFF').length,
    suppressed: endedAs('SUPPRESSED').length,
  };
  return textOf(
    counts,
    open.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
  );
}

/** In the order of their names: what is read from the log has another. */
const textOf = (counts: IncidentCounts, openMinor: bigint): string =>
  [...Object.entries(counts)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .concat(`open money ${openMinor}`)
    .join(', ');

function byKey(entries: readonly ReadEntry[]): ReadonlyMap<string, readonly ReadEntry[]> {
  const grouped = new Map<string, ReadEntry[]>();
  for (const entry of entries) {
    const known = grouped.get(keyOf(entry));
    if (known === undefined) grouped.set(keyOf(entry), [entry]);
    else known.push(entry);
  }
  return grouped;
}

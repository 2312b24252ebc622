import type { AlertNoted, IncidentsEvent } from '@plumbline/events';
import { derivedUuid, slotOf } from '@plumbline/kernel';
import type { IncidentLimits } from './limits.ts';
import type { Incident, PendingAlert, RuleIncidents } from './state.ts';
import type { Tally } from './tally.ts';
import { ended, joined, nothingCounted, reopened } from './tally.ts';

/** What happened to the incidents of one rule and tenant, and how they stand then. */
export interface Changed {
  readonly state: RuleIncidents;
  readonly events: readonly IncidentsEvent[];
}

/** Where and when a note is taken. */
export interface At {
  readonly key: string;
  /** Broker time of the note or of the timer. */
  readonly nowMs: number;
  readonly limits: IncidentLimits;
}

/** Counts a note; one that has been counted changes nothing. */
export function withNote(state: RuleIncidents, note: AlertNoted, at: At): Changed {
  const before = state.seen[note.alertPartition];
  if (before !== undefined && note.alertOffset <= before) return { state, events: [] };
  const seen = { ...state.seen, [note.alertPartition]: note.alertOffset };
  const after = counted({ ...state, seen }, note, at);
  const opened = opening(after, note, at);
  return opened ?? told(after, (each) => each.unsaid.length >= at.limits.joinedMax, at.nowMs);
}

/** Says what is due: changes that nobody has been told of, and that an incident is over. */
export function withTime(
  state: RuleIncidents,
  { nowMs, limits }: Pick<At, 'nowMs' | 'limits'>,
): Changed {
  const said = told(state, (each) => isDue(flushDueMs(each, limits), nowMs), nowMs);
  const last = said.state.incidents.at(-1);
  if (last === undefined || !isDue(endDueMs(last, limits), nowMs)) return said;
  const all = told(said.state, (each) => each.incidentId === last.incidentId, nowMs);
  const over = { ...(all.state.incidents.at(-1) ?? last), untilMs: nowMs };
  const { incidentId, rule, tenant, counts, money } = over;
  const reason = counts.open === 0 ? 'ALL_ENDED' : 'QUIET';
  return {
    state: { ...all.state, incidents: [...all.state.incidents.slice(0, -1), over] },
    events: [
      ...said.events,
      ...all.events,
      {
        type: 'IncidentEnded',
        data: { incidentId, rule, tenant, reason, counts, money, endedAt: nowMs },
      },
    ],
  };
}

/** When {@link withTime} has something to say, broker time; null for never. */
export function nextDueMs({ incidents }: RuleIncidents, limits: IncidentLimits): number | null {
  let least: number | null = null;
  for (const incident of incidents) {
    for (const dueMs of [flushDueMs(incident, limits), endDueMs(incident, limits)]) {
      if (dueMs !== null && (least === null || dueMs < least)) least = dueMs;
    }
  }
  return least;
}

const isDue = (dueMs: number | null, nowMs: number): boolean => dueMs !== null && dueMs <= nowMs;

const flushDueMs = ({ unsaidSinceMs }: Incident, limits: IncidentLimits): number | null =>
  unsaidSinceMs === null ? null : unsaidSinceMs + limits.flushMs;

function endDueMs(incident: Incident, limits: IncidentLimits): number | null {
  const { untilMs, counts, notedMs, joinedMs } = incident;
  if (untilMs !== null) return null;
  return counts.open === 0 ? notedMs + limits.settleMs : joinedMs + limits.quietMs;
}

function counted(state: RuleIncidents, note: AlertNoted, { nowMs, limits }: At): RuleIncidents {
  const of = state.incidents.findLast(
    ({ fromMs, untilMs }) =>
      note.raisedAt >= fromMs && (untilMs === null || note.raisedAt <= untilMs),
  );
  if (of !== undefined) {
    const after = withMember(of, note, nowMs);
    return { ...state, incidents: state.incidents.map((each) => (each === of ? after : each)) };
  }
  if (note.step === 'RAISED') return { ...state, pending: withPending(state, note, limits) };
  const pending = state.pending.map((each) =>
    each.alertId === note.alertId
      ? { ...each, end: note.step === 'ENDED' ? note.end : null }
      : each,
  );
  return { ...state, pending };
}

function withMember(incident: Incident, note: AlertNoted, nowMs: number): Incident {
  const noted = {
    ...incident,
    ...afterStep(incident, note),
    notedMs: nowMs,
    unsaidSinceMs: incident.unsaidSinceMs ?? nowMs,
  };
  if (note.step !== 'RAISED') return noted;
  return {
    ...noted,
    lastAtMs: Math.max(incident.lastAtMs, note.raisedAt),
    joinedMs: nowMs,
    unsaid: [...incident.unsaid, note.alertId],
  };
}

function afterStep(tally: Tally, note: AlertNoted): Tally {
  switch (note.step) {
    case 'RAISED':
      return joined(tally, note);
    case 'ENDED':
      return ended(tally, note, note.end ?? 'UNKNOWN');
    case 'REOPENED':
      return reopened(tally, note, note.end ?? 'UNKNOWN');
    case 'UNKNOWN':
      return tally;
  }
}

/**
 * Of alerts that may still become an incident, those within the window of the newest. One that is
 * noted so late that its time is before an incident, or before the window, stays alone.
 */
function withPending(
  { pending, incidents }: RuleIncidents,
  { alertId, raisedAt: raisedAtMs, amountMinor, currency }: AlertNoted,
  { windowMs }: IncidentLimits,
): readonly PendingAlert[] {
  const last = incidents.at(-1);
  if (last !== undefined && raisedAtMs <= (last.untilMs ?? last.fromMs)) return pending;
  const alert: PendingAlert = { alertId, raisedAtMs, amountMinor, currency, end: null };
  const all = [...pending, alert].sort((a, b) => a.raisedAtMs - b.raisedAtMs);
  const newestMs = all.at(-1)?.raisedAtMs ?? raisedAtMs;
  return all.filter((each) => each.raisedAtMs > newestMs - windowMs);
}

/** Those that wait are one incident once there are enough. */
function opening(
  state: RuleIncidents,
  note: AlertNoted,
  { key, nowMs, limits }: At,
): Changed | null {
  const { pending } = state;
  const [first] = pending;
  if (first === undefined || pending.length < limits.alertsToOpen) return null;
  let tally = nothingCounted;
  for (const alert of pending) {
    tally = joined(tally, alert);
    if (alert.end !== null) tally = ended(tally, alert, alert.end);
  }
  const { rule, tenant } = note;
  const incidentId = derivedUuid(slotOf(key), 'incident', key, note.alertEventId);
  const firstAt = first.raisedAtMs;
  const lastAt = pending.at(-1)?.raisedAtMs ?? firstAt;
  const incident: Incident = {
    ...{ incidentId, rule, tenant, fromMs: firstAt, untilMs: null, lastAtMs: lastAt, ...tally },
    ...{ notedMs: nowMs, joinedMs: nowMs, unsaid: [], unsaidSinceMs: null },
  };
  return {
    state: {
      ...{ ...state, pending: [] },
      incidents: [...state.incidents, incident].slice(-limits.incidentsMax),
    },
    events: [
      {
        type: 'IncidentOpened',
        data: {
          ...{ incidentId, rule, tenant, firstAt, lastAt, ...tally, openedAt: nowMs },
          joined: pending.map(({ alertId }) => alertId),
        },
      },
    ],
  };
}

/** Tells how those incidents stand of which that is wanted and something is unsaid. */
function told(
  state: RuleIncidents,
  isWanted: (incident: Incident) => boolean,
  nowMs: number,
): Changed {
  const events: IncidentsEvent[] = [];
  const incidents = state.incidents.map((incident) => {
    if (incident.unsaidSinceMs === null || !isWanted(incident)) return incident;
    const { incidentId, rule, tenant, lastAtMs, counts, money, unsaid } = incident;
    events.push({
      type: 'IncidentUpdated',
      data: {
        ...{ incidentId, rule, tenant, lastAt: lastAtMs, joined: unsaid, counts, money },
        updatedAt: nowMs,
      },
    });
    return { ...incident, unsaid: [], unsaidSinceMs: null };
  });
  return events.length === 0 ? { state, events } : { state: { ...state, incidents }, events };
}

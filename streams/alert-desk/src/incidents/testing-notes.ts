import type { AlertNoted, IncidentsEvent } from '@plumbline/events';
import { nextDueMs, withNote, withTime } from './incidents.ts';
import { incidentLimits as limits } from './limits.ts';
import type { RuleIncidents } from './state.ts';
import { noIncidents } from './state.ts';

/** Notes as incident-alerts writes them, and one task that takes them, for tests. */
export const key = 'main/incidents.A';
export const startMs = Date.UTC(2026, 0, 1);

let offset = 0n;

/** Of an alert over 1.00 CNY that is raised a second after the start, unless said otherwise. */
export const noteOf = (alertId: string, over: Partial<AlertNoted> = {}): AlertNoted => ({
  ...{ alertId, rule: 'A', tenant: 'main', orderNo: `O-${alertId}`, step: 'RAISED', end: null },
  ...{ raisedAt: startMs, amountMinor: 100n, currency: 'CNY' },
  ...{ alertPartition: 0, alertOffset: (offset += 1n), alertEventId: `e-${offset}`, ...over },
});

export const ended = (alertId: string, over: Partial<AlertNoted> = {}): AlertNoted =>
  noteOf(alertId, { step: 'ENDED', end: 'AUTO_RESOLVED', ...over });

export interface RuleTask {
  state(): RuleIncidents;
  /** Takes notes, at the time that was gone to. */
  take(...notes: readonly AlertNoted[]): void;
  /** Goes on to so long after the start, and says what falls due on the way. */
  goTo(afterMs: number): void;
  /** All that was said. */
  events(): readonly IncidentsEvent[];
}

export function openRuleTask(): RuleTask {
  let state = noIncidents;
  let nowMs = startMs;
  const events: IncidentsEvent[] = [];
  return {
    state: () => state,
    take(...notes) {
      for (const note of notes) {
        const changed = withNote(state, note, { key, nowMs, limits });
        ({ state } = changed);
        events.push(...changed.events);
      }
    },
    goTo(afterMs) {
      const untilMs = startMs + afterMs;
      for (let dueMs = nextDueMs(state, limits); dueMs !== null && dueMs <= untilMs;) {
        nowMs = Math.max(nowMs, dueMs);
        const changed = withTime(state, { nowMs, limits });
        ({ state } = changed);
        events.push(...changed.events);
        dueMs = nextDueMs(state, limits);
      }
      nowMs = Math.max(nowMs, untilMs);
    },
    events: () => events,
  };
}

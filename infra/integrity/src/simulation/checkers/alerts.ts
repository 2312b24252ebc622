import type { AlertRaised, AlertResolved, AlertsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History, ReadEntry } from '../history/history.ts';
import { keyOf, ownEntries } from '../history/history.ts';
import { alertLatenessMaxMs, alertLatenessCalmMaxMs } from '../limits.ts';
import { alertLives, isEndedByPersonAt, isWordOfPerson } from '../oracles/alert-lives.ts';
import type { ExpectedAlert } from '../oracles/expected-alerts.ts';
import { expectedAlerts } from '../oracles/expected-alerts.ts';
import type { Checker } from './checker.ts';

/** I8 */
export const alertsChecker: Checker = {
  name: 'alerts',
  title: 'the alerts are those that the log calls for, each once, at its time and never early',
  check(history) {
    const found: Violation[] = [];
    const said = new Map<string, ReadEntry[]>();
    for (const entry of ownEntries(history, topics.alertsEvents.name)) {
      const event = entry.payload as AlertsEvent;
      // What people say has a checker of its own.
      if (event.type === 'RulesActivated' || isWordOfPerson(event)) continue;
      const name = nameOf(entry);
      said.set(name, [...(said.get(name) ?? []), entry]);
    }
    const lives = alertLives(history);
    for (const expected of expectedAlerts(history)) {
      const name = `${expected.kind} ${expected.alertId} at ${expected.atMs}`;
      const what = `${expected.kind} ${expected.rule} of ${expected.key} at ${expected.atMs}`;
      const entries = said.get(name) ?? [];
      said.delete(name);
      const [entry] = entries;
      const isSilent =
        expected.kind === 'resolved' &&
        isEndedByPersonAt(lives.get(expected.alertId), expected.atMs);
      if (isSilent !== false && entry === undefined) continue;
      if (isSilent === true) {
        found.push(violation('I8', `${what} was said, and a person had ended it`));
      } else if (entry === undefined || entries.length > 1) {
        found.push(violation('I8', `${what} was said ${entries.length} times`));
      } else {
        found.push(...lateness(history, expected, { what, entry }));
      }
    }
    for (const [name, [entry]] of said) {
      // Of a grace that was over after the end of the run nothing is expected any more.
      if (entry === undefined || entry.record.timestampMs > history.endedMs) continue;
      found.push(violation('I8', `nothing calls for: ${name} of ${keyOf(entry)}`));
    }
    return found;
  },
};

function nameOf({ payload }: ReadEntry): string {
  if (payload.type === 'AlertRaised') {
    const { alertId, detectedAt } = payload.data as AlertRaised;
    return `raised ${alertId} at ${detectedAt}`;
  }
  const { alertId, resolvedAt } = payload.data as AlertResolved;
  return `resolved ${alertId} at ${resolvedAt}`;
}

/** Faults may hold an alert up for as long as they last; then it comes within a bound. */
function lateness(
  { calm, healedMs }: History,
  { atMs }: ExpectedAlert,
  { what, entry }: { readonly what: string; readonly entry: ReadEntry },
): readonly Violation[] {
  const saidMs = entry.record.timestampMs;
  if (saidMs < atMs) return [violation('I8', `${what} was said ${atMs - saidMs} ms early`)];
  const bound = calm
    ? atMs + alertLatenessCalmMaxMs
    : Math.max(atMs, healedMs) + alertLatenessMaxMs;
  return saidMs <= bound ? [] : [violation('I8', `${what} was said ${saidMs - atMs} ms late`)];
}

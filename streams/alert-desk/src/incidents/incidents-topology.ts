import type { AlertNoted } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import type { ChainLink, EventCause, ProcessorContext, Topology } from '@plumbline/runtime';
import { emitChained, firstLink, redrives } from '@plumbline/runtime';
import type { IncidentLimits } from './limits.ts';
import { incidentLimits } from './limits.ts';
import type { Changed } from './incidents.ts';
import { nextDueMs, withNote, withTime } from './incidents.ts';
import type { RuleIncidents } from './state.ts';
import { noIncidents } from './state.ts';

/** The incidents of one rule and tenant, and the end of their history. */
interface Entry {
  readonly state: RuleIncidents;
  readonly chain: ChainLink;
  /** Of the newest note, for what a timer says. */
  readonly correlationId: string;
}

const store = 'incidents';
const timer = 'due';

/**
 * Folds a storm of alerts of one rule and tenant into incidents, in broker time. Its state is as
 * large in a storm of 100,000 as in one of 20: members stand in its events.
 */
export const incidentsTopologyOf = (limits: IncidentLimits): Topology => ({
  name: 'incidents',
  ordering: 'time',
  paceMs: 25,
  inputs: [{ kind: 'events', topic: topics.incidentsAlerts.name }, redrives],
  outputs: [topics.incidentsEvents.name],
  changelog: topics.incidentsChangelog.name,
  deadLetters: topics.incidentsDeadLetters.name,
  stores: [{ name: store }],
  owns: [topics.incidentsEvents.name],
  createProcessor: () => ({
    onRecord({ key, payload, envelope }, context) {
      const before = entryOf(context, key);
      // The topic holds nothing but these; the codec has checked it.
      const note = payload.data as AlertNoted;
      const changed = withNote(before?.state ?? noIncidents, note, {
        ...{ key, nowMs: context.nowMs, limits },
      });
      if (changed.state === before?.state) return;
      const { id, correlationId, traceparent } = envelope;
      const entry = { state: changed.state, chain: before?.chain ?? firstLink, correlationId };
      const cause = { id, correlationId, traceparent, actor: actorOf(context) };
      save(context, { key, entry, before: before?.state ?? noIncidents, changed, cause, limits });
    },
    onTimer({ key, name, dueMs }, context) {
      const entry = entryOf(context, key);
      invariant(entry !== undefined, `a timer without incidents: ${key}`);
      const changed = withTime(entry.state, { nowMs: context.nowMs, limits });
      const { correlationId } = entry;
      const id = `timer:${name}:${dueMs}`;
      const cause = { id, correlationId, traceparent: null, actor: actorOf(context) };
      save(context, { key, entry, before: null, changed, cause, limits });
    },
  }),
});

export const incidentsTopology = incidentsTopologyOf(incidentLimits);

const entryOf = (context: ProcessorContext, key: string): Entry | undefined =>
  context.store<Entry>(store).get(key);

const actorOf = (context: ProcessorContext): string => `system:${context.task.topology}`;

/** Says what happened, and sets the timer to what is due next. */
function save(
  context: ProcessorContext,
  of: {
    readonly key: string;
    readonly entry: Entry;
    /** What the timer is set by; null when it has just fired. */
    readonly before: RuleIncidents | null;
    readonly changed: Changed;
    readonly cause: EventCause;
    readonly limits: IncidentLimits;
  },
): void {
  const { key, entry, before, changed, cause, limits } = of;
  let { chain } = entry;
  for (const payload of changed.events) {
    const subject = payload.data.incidentId;
    const topic = topics.incidentsEvents.name;
    ({ link: chain } = emitChained({ context, topic, key, subject, payload, after: chain, cause }));
  }
  const { state } = changed;
  context.store<Entry>(store).set(key, { ...entry, state, chain });
  const dueMs = nextDueMs(state, limits);
  if (before !== null && nextDueMs(before, limits) === dueMs) return;
  if (dueMs === null) context.timers.cancel({ key, name: timer });
  else context.timers.set({ key, name: timer, dueMs });
}

import type { IncidentKind } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, derivedUuid, unchanged } from '@plumbline/kernel';
import type { EndpointCommandOf } from './commands.ts';
import type { EndpointEvent } from './events.ts';
import { quietMs } from './limits.ts';
import type { Endpoint } from './state.ts';
import { incidentOf } from './state.ts';

type EndpointDecision = Decision<EndpointEvent>;

const idOf = ({ endpointId, tenant }: Endpoint) => ({ endpointId, tenant });

/** An incident of a kind, unless there is one already: one alert for one incident. */
function opened(
  state: Endpoint,
  of: {
    readonly kind: IncidentKind;
    readonly since: number;
    readonly notificationId: string | null;
    readonly detail: string;
  },
  context: DecisionContext,
  index = 0,
): readonly EndpointEvent[] {
  if (incidentOf(state, of.kind) !== null) return [];
  const event = context.eventId(index);
  const incidentId = derivedUuid(context.slot, 'incident', state.endpointId, of.kind, event);
  const data = { ...idOf(state), incidentId, ...of, openedAt: context.atMs };
  return [{ type: 'EndpointIncidentOpened', data }];
}

/** The ends of those kinds that there are. */
export function endedIncidents(
  state: Endpoint,
  kinds: readonly IncidentKind[],
  of: { readonly reason: string; readonly atMs: number },
): readonly EndpointEvent[] {
  return state.incidents
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ incidentId, kind }) => ({
      type: 'EndpointIncidentEnded' as const,
      data: { ...idOf(state), incidentId, kind, reason: of.reason, endedAt: of.atMs },
    }));
}

export const acceptedAll = (events: readonly EndpointEvent[]): EndpointDecision => {
  const [first, ...others] = events;
  return first === undefined ? unchanged : accepted(first, ...others);
};

/** Several processes deliver to an endpoint, and each says what it sees. */
export function reportHealth(
  { failing, since, failures, code }: EndpointCommandOf<'ReportEndpointHealth'>,
  state: Endpoint,
  { atMs }: DecisionContext,
): EndpointDecision {
  if (failing) {
    if (state.failing !== null) return unchanged;
    const data = { ...idOf(state), since, failures, code, seenAt: atMs };
    return accepted<EndpointEvent>({ type: 'EndpointFailing', data });
  }
  if (state.failing === null) return unchanged;
  const failingSince = state.failing.sinceMs;
  const recovered: EndpointEvent = {
    type: 'EndpointRecovered',
    data: { ...idOf(state), failingSince, recoveredAt: atMs },
  };
  const reason = 'it takes notifications again';
  const ends = endedIncidents(state, ['FAILING', 'EXHAUSTED', 'OVERDUE'], { reason, atMs });
  return acceptedAll([recovered, ...ends]);
}

export function alertFailing(state: Endpoint, context: DecisionContext): EndpointDecision {
  const { failing } = state;
  if (failing === null) return unchanged;
  const { sinceMs: since, failures, code } = failing;
  const how = code === null ? '' : `, the last with ${code}`;
  const detail = `${failures} attempts failed in a row${how}, and none has succeeded since`;
  return acceptedAll(
    opened(state, { kind: 'FAILING', since, notificationId: null, detail }, context),
  );
}

/** What it does not take is kept until somebody resumes it. */
export function reportGone(
  { notificationId }: EndpointCommandOf<'ReportEndpointGone'>,
  state: Endpoint,
  context: DecisionContext,
): EndpointDecision {
  if (state.status === 'DISABLED') return unchanged;
  const { atMs } = context;
  const detail = 'it answered 410 Gone; what comes is kept until it is resumed';
  const disabled: EndpointEvent = {
    type: 'EndpointDisabled',
    data: { ...idOf(state), reason: detail, disabledAt: atMs },
  };
  const incident = { kind: 'GONE', since: atMs, notificationId, detail } as const;
  return acceptedAll([disabled, ...opened(state, incident, context, 1)]);
}

export function reportRetriesUsedUp(
  { notificationId, code }: EndpointCommandOf<'ReportRetriesUsedUp'>,
  state: Endpoint,
  context: DecisionContext,
): EndpointDecision {
  const how = code === null ? '' : ` (${code})`;
  const detail = `all attempts to deliver ${notificationId} failed${how}; replay it when it can be`;
  const since = context.atMs;
  return acceptedAll(opened(state, { kind: 'EXHAUSTED', since, notificationId, detail }, context));
}

export function reportOverdue(
  { notificationId, dueAt }: EndpointCommandOf<'ReportOverdue'>,
  state: Endpoint,
  context: DecisionContext,
): EndpointDecision {
  const late = Math.round((context.atMs - dueAt) / 1_000);
  const detail = `a retry of ${notificationId} was not begun ${late} s after its time`;
  return acceptedAll(
    opened(state, { kind: 'OVERDUE', since: dueAt, notificationId, detail }, context),
  );
}

/** When an incident that nothing ends by itself is over; null where there is none. */
export const quietAtMs = (state: Endpoint): number | null => {
  const atMs = state.incidents
    .filter(({ kind }) => kind === 'EXHAUSTED' || kind === 'OVERDUE')
    .map((each) => each.atMs + quietMs);
  return atMs.length === 0 ? null : Math.min(...atMs);
};

export function endQuietIncident(state: Endpoint, { atMs }: DecisionContext): EndpointDecision {
  const kinds = state.incidents
    .filter(
      ({ kind, atMs: since }) => kind !== 'FAILING' && kind !== 'GONE' && since + quietMs <= atMs,
    )
    .map(({ kind }) => kind);
  return acceptedAll(
    endedIncidents(state, kinds, { reason: 'a day is over; another one opens it again', atMs }),
  );
}

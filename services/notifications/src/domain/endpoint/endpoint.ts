import type { IncidentKind } from '@plumbline/events';
import type { AggregateTimer, Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import { accepted, rejected, unchanged, unreachable } from '@plumbline/kernel';
import type { EndpointCommand, EndpointCommandOf } from './commands.ts';
import type { EndpointEvent } from './events.ts';
import { evolve } from './evolve.ts';
import * as health from './health.ts';
import { acceptedAll, endedIncidents } from './health.ts';
import type { EndpointRejectionCode } from './rejections.ts';
import { endpointRejection } from './rejections.ts';
import { isSameSettings, settingsProblem } from './settings.ts';
import type { Endpoint, EndpointState } from './state.ts';
import { incidentOf, noEndpoint } from './state.ts';

type EndpointDecision = Decision<EndpointEvent>;

const alertTimer = 'alert';
const quietTimer = 'quiet';

const everyKind: readonly IncidentKind[] = ['FAILING', 'EXHAUSTED', 'GONE', 'OVERDUE'];

const refuse = (code: EndpointRejectionCode): EndpointDecision => rejected(endpointRejection(code));

function register(
  data: EndpointCommandOf<'RegisterEndpoint'>,
  state: EndpointState,
  { atMs }: DecisionContext,
): EndpointDecision {
  const problem = settingsProblem(data.settings);
  if (problem !== null) return rejected(endpointRejection('SETTINGS_INVALID', { problem }));
  if (state.status === 'REMOVED') return refuse('ENDPOINT_REMOVED');
  if (state.status !== 'none') {
    const { tenant, settings } = state;
    const isSame = tenant === data.tenant && isSameSettings(settings, data.settings);
    return isSame ? unchanged : refuse('ENDPOINT_EXISTS');
  }
  const event = { ...data, settingsVersion: 1, registeredAt: atMs };
  return accepted<EndpointEvent>({ type: 'EndpointRegistered', data: event });
}

function change(
  data: EndpointCommandOf<'ChangeEndpoint'>,
  state: Endpoint,
  { atMs }: DecisionContext,
): EndpointDecision {
  const problem = settingsProblem(data.settings);
  if (problem !== null) return rejected(endpointRejection('SETTINGS_INVALID', { problem }));
  if (isSameSettings(state.settings, data.settings)) return unchanged;
  const settingsVersion = state.settingsVersion + 1;
  return accepted<EndpointEvent>({
    type: 'EndpointChanged',
    data: { ...data, settingsVersion, changedAt: atMs },
  });
}

function pause(
  { reason }: EndpointCommandOf<'PauseEndpoint'>,
  state: Endpoint,
  { atMs }: DecisionContext,
): EndpointDecision {
  if (state.status === 'PAUSED') return unchanged;
  if (state.status === 'DISABLED') return refuse('ENDPOINT_DISABLED');
  const { endpointId, tenant } = state;
  return accepted<EndpointEvent>({
    type: 'EndpointPaused',
    data: { endpointId, tenant, reason, pausedAt: atMs },
  });
}

function resume(state: Endpoint, { atMs }: DecisionContext): EndpointDecision {
  if (state.status === 'ACTIVE') return unchanged;
  const { endpointId, tenant } = state;
  const resumed: EndpointEvent = {
    type: 'EndpointResumed',
    data: { endpointId, tenant, resumedAt: atMs },
  };
  const reason = 'it was resumed';
  return acceptedAll([resumed, ...endedIncidents(state, ['GONE', 'EXHAUSTED'], { reason, atMs })]);
}

function remove(state: Endpoint, { atMs }: DecisionContext): EndpointDecision {
  const { endpointId, tenant } = state;
  const removed: EndpointEvent = {
    type: 'EndpointRemoved',
    data: { endpointId, tenant, removedAt: atMs },
  };
  const reason = 'the endpoint was removed';
  return acceptedAll([removed, ...endedIncidents(state, everyKind, { reason, atMs })]);
}

function decide(
  command: EndpointCommand,
  state: EndpointState,
  context: DecisionContext,
): EndpointDecision {
  if (command.type === 'RegisterEndpoint') return register(command.data, state, context);
  if (state.status === 'none') return refuse('ENDPOINT_NOT_FOUND');
  if (command.type !== 'AlertFailing' && command.type !== 'EndQuietIncident') {
    // Its record key led here, whatever else it says.
    if ('tenant' in command.data && command.data.tenant !== state.tenant)
      return refuse('ENDPOINT_NOT_FOUND');
    if (state.status === 'REMOVED')
      return command.type === 'RemoveEndpoint' ? unchanged : refuse('ENDPOINT_REMOVED');
  }
  switch (command.type) {
    case 'ChangeEndpoint':
      return change(command.data, state, context);
    case 'PauseEndpoint':
      return pause(command.data, state, context);
    case 'ResumeEndpoint':
      return resume(state, context);
    case 'RemoveEndpoint':
      return remove(state, context);
    case 'RecordSecretRotated': {
      if (state.secretId === command.data.secretId) return unchanged;
      const data = { ...command.data, rotatedAt: context.atMs };
      return accepted<EndpointEvent>({ type: 'EndpointSecretRotated', data });
    }
    case 'ReportEndpointHealth':
      return health.reportHealth(command.data, state, context);
    case 'ReportEndpointGone':
      return health.reportGone(command.data, state, context);
    case 'ReportRetriesUsedUp':
      return health.reportRetriesUsedUp(command.data, state, context);
    case 'ReportOverdue':
      return health.reportOverdue(command.data, state, context);
    case 'AlertFailing':
      return health.alertFailing(state, context);
    case 'EndQuietIncident':
      return health.endQuietIncident(state, context);
    default:
      return unreachable(command);
  }
}

/** The endpoint as an answer shows it, without its templates: answers are kept. */
function answer(state: EndpointState): Json {
  if (state.status === 'none') return null;
  const { status, endpointId, tenant, settings, settingsVersion, secretId, incidents } = state;
  const { url, description, events } = settings;
  return {
    ...{ endpointId, tenant, status, settingsVersion, secretId, url, description },
    ...{ events: [...events], incidents: incidents.map(({ kind }) => kind) },
  };
}

/**
 * @param alertAfterMs how long an endpoint may fail before somebody is alerted
 */
export function createEndpointDecider({
  alertAfterMs,
}: {
  readonly alertAfterMs: number;
}): Decider<EndpointState, EndpointCommand, EndpointEvent> {
  function timers(state: EndpointState): readonly AggregateTimer[] {
    if (state.status === 'none' || state.status === 'REMOVED') return [];
    const { failing } = state;
    const alerts =
      failing === null || incidentOf(state, 'FAILING') !== null
        ? []
        : [{ name: alertTimer, dueMs: failing.seenAtMs + alertAfterMs }];
    const quietMs = health.quietAtMs(state);
    return quietMs === null ? alerts : [...alerts, { name: quietTimer, dueMs: quietMs }];
  }
  return {
    initialState: noEndpoint,
    ...{ decide, evolve, answer, timers },
    onTimer: ({ name }) =>
      name === alertTimer
        ? { type: 'AlertFailing', data: {} }
        : { type: 'EndQuietIncident', data: {} },
  };
}

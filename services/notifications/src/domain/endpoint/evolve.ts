import { invariant, unreachable } from '@plumbline/kernel';
import type { EndpointEvent } from './events.ts';
import type { Endpoint, EndpointState } from './state.ts';

function changed(state: EndpointState, event: EndpointEvent): Endpoint {
  invariant(state.status !== 'none', `${event.type} of an endpoint that is not there`);
  switch (event.type) {
    case 'EndpointRegistered':
      return state;
    case 'EndpointChanged': {
      const { settings, settingsVersion } = event.data;
      return { ...state, settings, settingsVersion };
    }
    case 'EndpointPaused':
      return { ...state, status: 'PAUSED' };
    case 'EndpointResumed':
      return { ...state, status: 'ACTIVE' };
    case 'EndpointDisabled':
      return { ...state, status: 'DISABLED' };
    case 'EndpointRemoved':
      return { ...state, status: 'REMOVED', failing: null };
    case 'EndpointSecretRotated':
      return { ...state, secretId: event.data.secretId };
    case 'EndpointFailing': {
      const { since: sinceMs, failures, code, seenAt: seenAtMs } = event.data;
      return { ...state, failing: { sinceMs, failures, code, seenAtMs } };
    }
    case 'EndpointRecovered':
      return { ...state, failing: null };
    case 'EndpointIncidentOpened': {
      const { incidentId, kind, openedAt: atMs } = event.data;
      return { ...state, incidents: [...state.incidents, { incidentId, kind, atMs }] };
    }
    case 'EndpointIncidentEnded': {
      const { incidentId } = event.data;
      const incidents = state.incidents.filter((each) => each.incidentId !== incidentId);
      return { ...state, incidents };
    }
    default:
      return unreachable(event);
  }
}

export function evolve(state: EndpointState, event: EndpointEvent): EndpointState {
  if (event.type !== 'EndpointRegistered') return changed(state, event);
  const { endpointId, tenant, settings, settingsVersion } = event.data;
  const nothing = { secretId: null, failing: null, incidents: [] };
  return { status: 'ACTIVE', endpointId, tenant, settings, settingsVersion, ...nothing };
}

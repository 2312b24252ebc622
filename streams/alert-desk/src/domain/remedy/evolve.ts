import { invariant, unreachable } from '@plumbline/kernel';
import type { RemedyEvent } from './events.ts';
import type { RemediesState, Remedy } from './state.ts';
import { findRemedy, withRemedy } from './state.ts';

export function evolve(state: RemediesState, event: RemedyEvent): RemediesState {
  const { remedyId } = event.data;
  if (event.type === 'RemedyProposed') {
    const proposed = event.data;
    return withRemedy(state, remedyId, {
      ...{ status: 'ASKING', proposed, approvals: [], alertEnded: false },
    });
  }
  const remedy = findRemedy(state, remedyId);
  invariant(remedy !== null, `${event.type} of a remedy that is not there`);
  return { remedies: { ...state.remedies, [remedyId]: changed(remedy, event) } };
}

function changed(remedy: Remedy, event: Exclude<RemedyEvent, { type: 'RemedyProposed' }>): Remedy {
  const { proposed, approvals, alertEnded } = remedy;
  const facts = { proposed, approvals, alertEnded };
  switch (event.type) {
    case 'RemedyHeld': {
      const { code, approvalsNeeded } = event.data;
      return { ...facts, status: 'WAITING', code, approvalsNeeded };
    }
    case 'RemedyApproved': {
      const { by, isEnough } = event.data;
      const known = approvals.includes(by) ? approvals : [...approvals, by];
      return isEnough
        ? { ...facts, status: 'ASKING', approvals: known }
        : { ...remedy, approvals: known };
    }
    case 'RemedyStarted':
      return { ...facts, status: 'STARTED' };
    case 'ChannelSwept':
      // It says what its end shows, which comes with it.
      return remedy;
    case 'RemedyEnded':
      return { ...facts, status: 'ENDED', ending: event.data.ending };
    case 'RemedyAlertEnded':
      return { ...remedy, alertEnded: true };
    default:
      return unreachable(event);
  }
}

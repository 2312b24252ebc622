import type { Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import { accepted, rejected, unchanged, unreachable } from '@plumbline/kernel';
import type { RemedyCommand, RemedyCommandOf } from './commands.ts';
import {
  aboutOf,
  endedOf,
  noteAlertEnd,
  noteOutcome,
  noteRefund,
  startedOf,
  withdrawnOf,
} from './effects.ts';
import type { RemedyEvent } from './events.ts';
import { evolve } from './evolve.ts';
import * as limits from './limits.ts';
import type { RemedyRejectionCode } from './rejections.ts';
import { remedyRejection } from './rejections.ts';
import type { RemediesState, Remedy } from './state.ts';
import { findRemedy, hasRoom, noRemedies } from './state.ts';
import { recordLingering } from './sweep.ts';

type RemedyDecision = Decision<RemedyEvent>;

const refuse = (code: RemedyRejectionCode): RemedyDecision => rejected(remedyRejection(code));

function propose(
  data: RemedyCommandOf<'ProposeRemedy'>,
  state: RemediesState,
  { atMs }: DecisionContext,
): RemedyDecision {
  if (findRemedy(state, data.remedyId) !== null || !hasRoom(state)) return unchanged;
  return accepted<RemedyEvent>({ type: 'RemedyProposed', data: { ...data, proposedAt: atMs } });
}

function recordLeave(
  { verdict, code, approvalsNeeded }: RemedyCommandOf<'RecordLeave'>,
  remedy: Remedy,
  { atMs }: DecisionContext,
): RemedyDecision {
  if (remedy.status !== 'ASKING') return unchanged;
  switch (verdict) {
    case 'STARTED':
      return accepted<RemedyEvent>(startedOf(remedy, atMs));
    case 'DRY_RUN': {
      const why = { code: 'DRY_RUN', reason: 'it would have started: the policy is a dry run' };
      return accepted(endedOf(remedy, { ending: 'DRY_RUN', ...why, proof: null }, atMs));
    }
    case 'HELD': {
      const why = { code: code ?? 'HELD', approvalsNeeded: Math.max(1, approvalsNeeded) };
      const held: RemedyEvent = {
        type: 'RemedyHeld',
        data: { ...aboutOf(remedy), ...why, heldAt: atMs },
      };
      if (!remedy.alertEnded) return accepted(held);
      return accepted<RemedyEvent>(held, withdrawnOf(remedy, 'while it was decided', atMs));
    }
    case 'UNKNOWN':
      return unchanged;
    default:
      return unreachable(verdict);
  }
}

const reasonIsWrong = (reason: string): boolean =>
  reason.trim() === '' || reason.length > limits.reasonCharactersMax;

/** What forbids a person's word; `null` when it counts. */
function wordRefusal(
  { reason }: { readonly reason: string },
  { status }: Remedy,
  { actor }: DecisionContext,
): RemedyRejectionCode | null {
  if (actor.startsWith('system:')) return 'NO_PERSON';
  if (reasonIsWrong(reason)) return 'REASON_INVALID';
  switch (status) {
    case 'ASKING':
      return 'REMEDY_BEING_DECIDED';
    case 'STARTED':
      return 'REMEDY_STARTED';
    case 'ENDED':
      return 'REMEDY_ENDED';
    case 'WAITING':
      return null;
    default:
      return unreachable(status);
  }
}

/**
 * The word of one person counts once. Said again it asks anew where as many as it takes have said so
 * and something else held it: the hour's limit, or a stop.
 */
function approve(
  data: RemedyCommandOf<'ApproveRemedy'>,
  remedy: Remedy,
  context: DecisionContext,
): RemedyDecision {
  const { actor: by, atMs } = context;
  const code = wordRefusal(data, remedy, context);
  if (code !== null) return refuse(code);
  if (remedy.status !== 'WAITING') return unchanged;
  const { approvals, approvalsNeeded } = remedy;
  const isKnown = approvals.includes(by);
  if (!isKnown && approvals.length >= limits.approvalsMax) return refuse('APPROVALS_TOO_MANY');
  const isEnough = approvals.length + (isKnown ? 0 : 1) >= approvalsNeeded;
  if (isKnown && !isEnough) return unchanged;
  const { reason } = data;
  return accepted<RemedyEvent>({
    type: 'RemedyApproved',
    data: { ...aboutOf(remedy), by, reason, isEnough, approvedAt: atMs },
  });
}

function reject(
  data: RemedyCommandOf<'RejectRemedy'>,
  remedy: Remedy,
  context: DecisionContext,
): RemedyDecision {
  if (remedy.status === 'ENDED' && remedy.ending === 'REJECTED') return unchanged;
  const code = wordRefusal(data, remedy, context);
  if (code !== null) return refuse(code);
  const why = { code: 'REJECTED', reason: data.reason };
  return accepted(endedOf(remedy, { ending: 'REJECTED', ...why, proof: null }, context.atMs));
}

function decide(
  command: RemedyCommand,
  state: RemediesState,
  context: DecisionContext,
  ownEvents: string,
): RemedyDecision {
  switch (command.type) {
    case 'ProposeRemedy':
      return propose(command.data, state, context);
    case 'NoteOutcome':
      return noteOutcome(command.data, state, context);
    case 'NoteRefund':
      return noteRefund(command.data, state, context);
    case 'NoteAlertEnd':
      return noteAlertEnd(command.data, state, context);
    case 'ApproveRemedy':
    case 'RejectRemedy':
    case 'RecordLeave':
    case 'RecordLingering':
      break;
    default:
      return unreachable(command);
  }
  const remedy = findRemedy(state, command.data.remedyId);
  if (remedy === null) return refuse('REMEDY_NOT_FOUND');
  switch (command.type) {
    case 'ApproveRemedy':
      return approve(command.data, remedy, context);
    case 'RejectRemedy':
      return reject(command.data, remedy, context);
    case 'RecordLeave':
      return recordLeave(command.data, remedy, context);
    case 'RecordLingering':
      return recordLingering(command.data, remedy, context, ownEvents);
    default:
      return unreachable(command);
  }
}

/** Of the remedy that the command names. */
function answer(state: RemediesState, { data }: RemedyCommand): Json {
  const remedy = 'remedyId' in data ? findRemedy(state, data.remedyId) : null;
  if (remedy === null) return null;
  const { proposed, status, approvals } = remedy;
  return {
    ...{ remedyId: proposed.remedyId, alertId: proposed.alertId, rule: proposed.rule },
    ...{ kind: proposed.kind, status, approvals: [...approvals] },
    ending: remedy.status === 'ENDED' ? remedy.ending : null,
    waitsFor: remedy.status === 'WAITING' ? remedy.code : null,
    approvalsNeeded: remedy.status === 'WAITING' ? remedy.approvalsNeeded : null,
  };
}

/**
 * The remedies of one order: one an alert, which stands with the order that it mends. What they do
 * themselves they show by events of their own, in the topic `ownEvents`.
 */
export const remedyDeciderOf = (
  ownEvents: string,
): Decider<RemediesState, RemedyCommand, RemedyEvent> => ({
  initialState: noRemedies,
  ...{ evolve, answer },
  decide: (command, state, context) => decide(command, state, context, ownEvents),
  timers: () => [],
  onTimer: () => {
    throw new Error('a remedy waits for no time');
  },
});

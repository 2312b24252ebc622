import type { RemedyProof } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, routingKey, unchanged, unreachable } from '@plumbline/kernel';
import type { RemedyCommandOf } from './commands.ts';
import type { RemedyEvent, RemedyEventOf } from './events.ts';
import { effectIdOf } from './ids.ts';
import type { RemediesState, Remedy } from './state.ts';
import { findRemedy, isEnded } from './state.ts';

/** What every event of a remedy says. */
export const aboutOf = ({ proposed }: Remedy) => {
  const { remedyId, alertId, rule, tenant, orderNo } = proposed;
  return { remedyId, alertId, rule, tenant, orderNo };
};

export const keyOf = ({ proposed: { tenant, orderNo } }: Remedy): string =>
  routingKey(tenant, orderNo);

export const commandIdOf = (remedy: Remedy): string =>
  effectIdOf(keyOf(remedy), remedy.proposed.remedyId);

export const startedOf = (remedy: Remedy, startedAt: number): RemedyEvent => ({
  type: 'RemedyStarted',
  data: {
    ...aboutOf(remedy),
    kind: remedy.proposed.kind,
    commandId: commandIdOf(remedy),
    startedAt,
  },
});

export const endedOf = (
  remedy: Remedy,
  end: Pick<RemedyEventOf<'RemedyEnded'>, 'ending' | 'code' | 'reason' | 'proof'>,
  endedAt: number,
): RemedyEvent => ({ type: 'RemedyEnded', data: { ...aboutOf(remedy), ...end, endedAt } });

/** Its end, and its start before that where nobody has told of it yet. */
function endOfEffect(
  remedy: Remedy,
  end: Parameters<typeof endedOf>[1],
  { atMs }: DecisionContext,
): Decision<RemedyEvent> {
  const ended = endedOf(remedy, end, atMs);
  return remedy.status === 'STARTED'
    ? accepted<RemedyEvent>(ended)
    : accepted<RemedyEvent>(startedOf(remedy, atMs), ended);
}

/** A remedy that has sent its command, as far as it knows. */
const isUnderWay = (remedy: Remedy): boolean =>
  remedy.status === 'ASKING' || remedy.status === 'STARTED';

/** The remedy that waits for what becomes of a command; `null` where none does. */
export const awaiting = ({ remedies }: RemediesState, commandId: string): Remedy | null =>
  Object.values(remedies).find((each) => isUnderWay(each) && commandIdOf(each) === commandId) ??
  null;

export function noteOutcome(
  data: RemedyCommandOf<'NoteOutcome'>,
  state: RemediesState,
  context: DecisionContext,
): Decision<RemedyEvent> {
  const remedy = awaiting(state, data.commandId);
  if (remedy === null) return unchanged;
  const { code, message } = data;
  if (data.isRefused) {
    const why = { code: code ?? 'REFUSED', reason: message ?? 'no reason was given' };
    return endOfEffect(remedy, { ending: 'REFUSED', ...why, proof: null }, context);
  }
  const shows = proofIn(remedy, data.events);
  if (shows === 'later')
    return remedy.status === 'STARTED' ? unchanged : accepted(startedOf(remedy, context.atMs));
  if (shows === null) {
    const why = { code: 'NOTHING_CHANGED', reason: 'it was done before, or cannot be any more' };
    return endOfEffect(remedy, { ending: 'REFUSED', ...why, proof: null }, context);
  }
  const reason = `shown by ${shows.type}`;
  return endOfEffect(remedy, { ending: 'DONE', code: null, reason, proof: shows }, context);
}

/** Which event shows that it was done; `later` where somebody says so only when it is. */
function proofIn(
  { proposed: { kind }, alertEnded }: Remedy,
  events: readonly RemedyProof[],
): RemedyProof | 'later' | null {
  switch (kind) {
    case 'COMPLETE_ORDER':
      return events.find(({ type }) => type === 'OrderPaid') ?? null;
    case 'REFUND':
    case 'REFUND_SECOND':
      return 'later';
    case 'TELL_AGAIN':
      // The alert ends with the delivery, and it has ended: nothing more is heard of it.
      return alertEnded ? (events[0] ?? null) : 'later';
    case 'PUSH_CHECKOUT':
    case 'QUERY_PAYMENT':
      return events[0] ?? null;
    case 'SWEEP_CHANNEL':
      // It sends no command under its own id, so that nobody answers one.
      return 'later';
    case 'UNKNOWN':
      return null;
    default:
      return unreachable(kind);
  }
}

export function noteRefund(
  { refundId, failure, proof }: RemedyCommandOf<'NoteRefund'>,
  state: RemediesState,
  context: DecisionContext,
): Decision<RemedyEvent> {
  const remedy = findRemedy(state, refundId);
  if (remedy === null || !isUnderWay(remedy)) return unchanged;
  if (failure !== null)
    return endOfEffect(remedy, { ending: 'FAILED', ...failure, proof }, context);
  const reason = `shown by ${proof.type}`;
  return endOfEffect(remedy, { ending: 'DONE', code: null, reason, proof }, context);
}

export function noteAlertEnd(
  { alertId, resolution, proof }: RemedyCommandOf<'NoteAlertEnd'>,
  state: RemediesState,
  { atMs }: DecisionContext,
): Decision<RemedyEvent> {
  const remedy = Object.values(state.remedies).find((each) => each.proposed.alertId === alertId);
  if (remedy === undefined || remedy.alertEnded) return unchanged;
  const over: RemedyEvent = {
    type: 'RemedyAlertEnded',
    data: { ...aboutOf(remedy), resolution, proof, endedAt: atMs },
  };
  if (remedy.status === 'STARTED' && remedy.proposed.kind === 'TELL_AGAIN')
    return accepted<RemedyEvent>(over, endedOf(remedy, endByAlert(resolution, proof), atMs));
  if (remedy.status !== 'WAITING' || isEnded(remedy)) return accepted(over);
  return accepted<RemedyEvent>(over, withdrawnOf(remedy, resolution, atMs));
}

/** That whoever was told wrongly has taken the truth is what heals the alert, and nothing else does. */
const endByAlert = (resolution: string, proof: RemedyProof): Parameters<typeof endedOf>[1] =>
  resolution === 'AUTO_RESOLVED'
    ? { ending: 'DONE', code: null, reason: 'whoever was told otherwise has taken it', proof }
    : {
        ...{ ending: 'FAILED', code: 'ALERT_ENDED', proof },
        reason: `the alert ended before it was taken: ${resolution}`,
      };

export const withdrawnOf = (remedy: Remedy, resolution: string, atMs: number): RemedyEvent =>
  endedOf(
    remedy,
    {
      ...{ ending: 'WITHDRAWN', code: 'ALERT_ENDED', proof: null },
      reason: `the alert ended before it started: ${resolution}`,
    },
    atMs,
  );

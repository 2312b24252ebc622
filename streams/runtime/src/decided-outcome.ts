import type { CommandOutcome } from '@plumbline/events';
import type { Decision, Json } from '@plumbline/kernel';
import { unreachable } from '@plumbline/kernel';
import { limits } from './limits.ts';
import type { DecidedOutcome } from './outcome.ts';
import { fingerprintOf } from './outcome.ts';
import type { InputRecord } from './topology.ts';

/** The outcome of a command that was decided lately, so that a repeat gets the same answer. */
export interface RecentCommand {
  readonly id: string;
  readonly outcome: DecidedOutcome;
  /** One of our own processes sent it. */
  readonly isSystem?: true;
}

/**
 * What a command is answered whose id was decided before: the same again, or a refusal where its
 * content is another. `null`: it is new.
 */
export function answeredBefore(options: {
  readonly recent: readonly RecentCommand[];
  readonly input: InputRecord;
  readonly aggregateVersion: bigint;
}): DecidedOutcome | null {
  const { recent, input, aggregateVersion } = options;
  const before = recent.find(({ id }) => id === input.envelope.id);
  if (before === undefined) return null;
  const fingerprint = fingerprintOf(input);
  if (before.outcome.fingerprint === fingerprint) return before.outcome;
  return {
    ...{ commandId: input.envelope.id, commandType: input.envelope.type, fingerprint },
    status: 'REJECTED',
    code: 'COMMAND_ID_REUSED',
    message: 'this command id was used before, with other content',
    ...{ details: null, events: [], aggregateVersion, answer: null },
  };
}

/**
 * The newest outcomes with one more: so many of people and clients, and so many of our own processes,
 * which say much and must not push out what somebody may yet repeat.
 *
 * `ofPeople`: how many of people and clients.
 */
export function withOutcome(
  recent: readonly RecentCommand[],
  outcome: DecidedOutcome,
  actor: string,
  ofPeople: number = limits.recentCommandsPerAggregate,
): readonly RecentCommand[] {
  const isSystem = actor.startsWith('system:');
  const one = { id: outcome.commandId, outcome, ...(isSystem ? { isSystem } : {}) };
  const alike = recent.filter((each) => (each.isSystem ?? false) === isSystem);
  const most = isSystem ? limits.recentCommandsPerAggregate : ofPeople;
  const [oldest] = alike.length < most ? [] : alike;
  return [...recent.filter((each) => each !== oldest), one];
}

/** What is said of a decision; `answer` is not asked of a refusal. */
export function outcomeOf<Event>(options: {
  readonly input: InputRecord;
  readonly decision: Decision<Event>;
  /** Those of the decision, as they were written. */
  readonly events: CommandOutcome['events'];
  /** After them. */
  readonly aggregateVersion: bigint;
  readonly answer: () => Json;
}): DecidedOutcome {
  const { input, decision, events, aggregateVersion, answer } = options;
  const { id: commandId, type: commandType } = input.envelope;
  const fingerprint = fingerprintOf(input);
  const shown = shownOf(decision, answer);
  return { commandId, commandType, fingerprint, ...shown, events, aggregateVersion };
}

type Shown = Pick<CommandOutcome, 'status' | 'code' | 'message' | 'details' | 'answer'>;

function shownOf<Event>(decision: Decision<Event>, answer: () => Json): Shown {
  const none = { code: null, message: null, details: null };
  switch (decision.kind) {
    case 'accepted':
      return { status: 'ACCEPTED', ...none, answer: JSON.stringify(answer()) };
    case 'unchanged':
      return { status: 'UNCHANGED', ...none, answer: JSON.stringify(answer()) };
    case 'rejected': {
      const { code, message, details } = decision.rejection;
      const text = details === undefined ? null : JSON.stringify(details);
      return { status: 'REJECTED', code, message, details: text, answer: null };
    }
    default:
      return unreachable(decision);
  }
}

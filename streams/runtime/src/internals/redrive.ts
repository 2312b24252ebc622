import type { RedriveParkedKey } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { RecentCommand } from '../decided-outcome.ts';
import { answeredBefore, withOutcome } from '../decided-outcome.ts';
import { limits } from '../limits.ts';
import type { DecidedOutcome } from '../outcome.ts';
import { emitOutcome, fingerprintOf } from '../outcome.ts';
import type { EmittedMessage, InputRecord, ProcessorContext, Topology } from '../topology.ts';
import type { Parked, ParkedRecord } from './parked.ts';
import type { TaskState } from './task-state.ts';
import { redrivesStore } from './task-state.ts';

/** What the answer of a redrive tells. Offsets are of the origin topic, as text. */
interface RedriveAnswer {
  readonly redriven: number;
  readonly dropped: number;
  /** Records that still wait. */
  readonly remaining: number;
  readonly stoppedAt: string | null;
  readonly stoppedBy: string | null;
}

/** The records of a key that wait, oldest first. */
export function waitingRecords(
  state: TaskState,
  topic: string,
  parked: Parked,
): readonly ParkedRecord[] {
  const found: ParkedRecord[] = [];
  for (let at = parked.last; at !== null;) {
    const waiting = state.parkedRecord(topic, at);
    if (waiting === undefined) break;
    found.push(waiting);
    at = waiting.previous;
  }
  return found.reverse();
}

/**
 * Lets a parked key go on, within the transaction of the command that asks for it: the records that
 * wait are taken in order with the code of today, until one fails again, which then leads the rest.
 * Commands to other topologies are passed over. One that comes again under its id gets the same
 * answer and takes nothing: what waits now is not what it was asked about.
 */
export function redrive(options: {
  readonly outcomes: string;
  readonly command: InputRecord;
  readonly topology: Topology;
  readonly state: TaskState;
  readonly context: ProcessorContext;
  readonly emit: (message: EmittedMessage) => void;
  /** Null, or why the record failed again; it has then left nothing behind. */
  readonly process: (parked: ParkedRecord) => { readonly reason: string } | null;
}): void {
  const { command, topology, state } = options;
  // The codec has checked that the topic may carry this type only.
  const { topology: name, originTopic, mode } = command.payload.data as RedriveParkedKey;
  if (name !== topology.name) return;
  const base = {
    commandId: command.envelope.id,
    commandType: command.envelope.type,
    fingerprint: fingerprintOf(command),
    ...{ code: null, message: null, details: null, answer: null, events: [] },
    aggregateVersion: 0n,
  };
  const tell = (outcome: DecidedOutcome): void => {
    const context = { ...options.context, emit: options.emit };
    emitOutcome({ topic: options.outcomes, input: command, outcome, context });
  };
  const recent = answeredLately(state, command.key);
  const repeated = answeredBefore({ recent, input: command, aggregateVersion: 0n });
  if (repeated !== null) {
    tell(repeated);
    return;
  }
  const answer = (rest: Partial<DecidedOutcome> & Pick<DecidedOutcome, 'status'>): void => {
    const outcome = { ...base, ...rest };
    const { actor } = command.envelope;
    state.store(redrivesStore).set(command.key, withOutcome(recent, outcome, actor));
    tell(outcome);
  };
  const parked = state.parked(originTopic, command.key);
  if (parked === undefined) {
    const none = { redriven: 0, dropped: 0, remaining: 0, stoppedAt: null, stoppedBy: null };
    answer({ status: 'UNCHANGED', answer: JSON.stringify(none satisfies RedriveAnswer) });
    return;
  }
  if (mode === 'UNKNOWN') {
    const message = 'the mode is REDRIVE, SKIP_FIRST or DISCARD';
    answer({ status: 'REJECTED', code: 'INVALID_MODE', message });
    return;
  }
  const waiting = waitingRecords(state, originTopic, parked);
  const drops = dropCount(mode, waiting.length);
  for (const { record } of waiting.slice(0, drops)) {
    state.setParkedRecord(originTopic, record.offset, null);
  }
  const rest = waiting.slice(drops);
  const { taken, failure } = takeInOrder(rest, originTopic, options);
  const left = rest.slice(taken);
  const [first] = left;
  state.begin();
  if (first === undefined) {
    state.unpark(originTopic, command.key);
  } else {
    const { offset } = first.record;
    state.setParkedRecord(originTopic, offset, { ...first, previous: null });
    state.park(originTopic, command.key, {
      offset,
      reason: failure?.reason ?? 'REDRIVE_UNFINISHED',
      last: parked.last,
    });
  }
  const told: RedriveAnswer = {
    redriven: taken,
    dropped: drops,
    remaining: left.length,
    stoppedAt: failure === null ? null : (first?.record.offset.toString() ?? null),
    stoppedBy: failure?.reason ?? null,
  };
  answer({ status: 'ACCEPTED', answer: JSON.stringify(told) });
}

/** Only a redrive writes here. */
const answeredLately = (state: TaskState, key: string): readonly RecentCommand[] =>
  (state.store(redrivesStore).get(key) as readonly RecentCommand[] | undefined) ?? [];

function dropCount(mode: 'REDRIVE' | 'SKIP_FIRST' | 'DISCARD', waiting: number): number {
  switch (mode) {
    case 'REDRIVE':
      return 0;
    case 'SKIP_FIRST':
      return Math.min(1, waiting);
    case 'DISCARD':
      return waiting;
    default:
      return unreachable(mode);
  }
}

function takeInOrder(
  records: readonly ParkedRecord[],
  topic: string,
  { state, process }: Pick<Parameters<typeof redrive>[0], 'state' | 'process'>,
): { readonly taken: number; readonly failure: { readonly reason: string } | null } {
  let taken = 0;
  for (const waiting of records.slice(0, limits.recordsPerRedrive)) {
    // Each is undone by itself: what went before it stands.
    state.begin();
    const failure = waiting.isCut ? { reason: 'TOO_LARGE_TO_KEEP' } : process(waiting);
    if (failure !== null) {
      state.undo();
      return { taken, failure };
    }
    state.setParkedRecord(topic, waiting.record.offset, null);
    taken += 1;
  }
  return { taken, failure: null };
}

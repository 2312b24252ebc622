import { bodyOf, firstPreviousHash, hashOfEvent } from '@plumbline/events';
import type { CommandOutcome, Envelope } from '@plumbline/events';
import type { Decider, Decision, DecisionContext, Json, Payload } from '@plumbline/kernel';
import { derivedUuid, digest, invariant, slotOfRecordKey, unreachable } from '@plumbline/kernel';
import { limits } from './limits.ts';
import type {
  FiredTimer,
  InputRecord,
  Processor,
  ProcessorContext,
  TaskInfo,
  Topology,
} from './topology.ts';

/** How a decider stands on topics. */
export interface AggregateOptions<State, Command extends Payload, Event extends Payload> {
  /** Topology name, for example `orders`; also the context in event ids. */
  readonly name: string;
  readonly decider: Decider<State, Command, Event>;
  readonly topics: {
    readonly commands: string;
    readonly events: string;
    readonly outcomes: string;
    readonly changelog: string;
    readonly deadLetters: string;
  };
  /** What an event is about, for `ce_subject`: the order number, the payment number. */
  subjectOf(event: Event): string;
  /**
   * Other record keys under which commands may come, for example the payment number. Once given by
   * a state, a name leads to that aggregate for ever.
   */
  namesOf?(state: State): readonly string[];
}

/** What the changelog keeps of one aggregate. */
export interface AggregateEntry<State> {
  /** Version of the newest event, 0n before the first. */
  readonly version: bigint;
  /** Hash of the newest event (docs/formats.md). */
  readonly hash: string;
  /** Correlation id of the command that began it: timers go under this one. */
  readonly correlationId: string;
  readonly recent: readonly RecentCommand[];
  readonly state: State;
}

/** The outcome of a command that was decided lately, so that a repeat gets the same answer. */
export interface RecentCommand {
  readonly id: string;
  readonly outcome: Omit<CommandOutcome, CommandPlace>;
}

type CommandPlace = 'commandPartition' | 'commandOffset' | 'commandIncarnation';

export const aggregateStore = 'aggregates';
const namesStore = 'names';

/**
 * Runs a decider exactly once per command: in one transaction its events, its one outcome, its
 * state and the position.
 *
 *   command ─► known id? ──yes──► the same outcome again
 *                 │no
 *                 ▼
 *              decide ─► events (version, hash chain) ─► evolve ─► timers ─► outcome
 */
export function aggregateTopology<State, Command extends Payload, Event extends Payload>(
  options: AggregateOptions<State, Command, Event>,
): Topology {
  const { name, topics } = options;
  return {
    name,
    ordering: 'arrival',
    inputs: [{ kind: 'commands', topic: topics.commands, outcomes: topics.outcomes }],
    outputs: [topics.events, topics.outcomes],
    changelog: topics.changelog,
    deadLetters: topics.deadLetters,
    stores: [{ name: aggregateStore }, { name: namesStore }],
    owns: [topics.events, topics.outcomes],
    createProcessor: (task) => aggregateProcessor(options, task),
  };
}

/** The cause of a decision: a command's record, or a timer. */
interface Cause {
  readonly id: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly traceparent: string | null;
}

function aggregateProcessor<State, Command extends Payload, Event extends Payload>(
  options: AggregateOptions<State, Command, Event>,
  task: TaskInfo,
): Processor {
  const { decider, topics, name } = options;
  const source = `/plumbline/${name}`;

  function load(context: ProcessorContext, key: string): AggregateEntry<State> | undefined {
    return context.store<AggregateEntry<State>>(aggregateStore).get(key);
  }

  function decisionContext(
    context: ProcessorContext,
    key: string,
    version: bigint,
    correlationId: string,
  ): DecisionContext {
    return {
      atMs: context.nowMs,
      offset: context.offset,
      slot: slotOfRecordKey(key),
      correlationId,
      eventId: (index) => eventIdOf(name, key, version + BigInt(index) + 1n),
    };
  }

  /** Emits the events of a decision and returns the entry after them. */
  function record(
    context: ProcessorContext,
    key: string,
    entry: AggregateEntry<State>,
    events: readonly Event[],
    cause: Cause,
  ): { entry: AggregateEntry<State>; written: CommandOutcome['events'] } {
    let { version, hash, state } = entry;
    const written: CommandOutcome['events'][number][] = [];
    for (const event of events) {
      version += 1n;
      const envelope: Envelope = {
        id: eventIdOf(name, key, version),
        type: event.type,
        source,
        subject: options.subjectOf(event),
        timeMs: context.nowMs,
        correlationId: cause.correlationId,
        causationId: cause.id,
        actor: cause.actor,
        aggregateVersion: version,
        previousHash: hash,
        subjectKeyId: null,
        traceparent: cause.traceparent,
      };
      const value = context.encode(topics.events, event);
      context.emit({ topic: topics.events, key, payload: event, envelope, value });
      hash = hashOfEvent({ key, envelope, body: bodyOf(value) });
      state = decider.evolve(state, event);
      written.push({ eventId: envelope.id, type: event.type, aggregateVersion: version });
    }
    return { entry: { ...entry, version, hash, state }, written };
  }

  /** Stores the entry and brings timers and names in line with its state. */
  function save(
    context: ProcessorContext,
    key: string,
    before: State,
    entry: AggregateEntry<State>,
  ): void {
    context.store<AggregateEntry<State>>(aggregateStore).set(key, entry);
    const wanted = new Map(decider.timers(entry.state).map((t) => [t.name, t.dueMs]));
    const had = new Map(decider.timers(before).map((t) => [t.name, t.dueMs]));
    for (const timer of had.keys()) {
      if (!wanted.has(timer)) context.timers.cancel({ key, name: timer });
    }
    for (const [timer, dueMs] of wanted) {
      if (had.get(timer) !== dueMs) context.timers.set({ key, name: timer, dueMs });
    }
    const known = new Set(options.namesOf?.(before));
    for (const other of options.namesOf?.(entry.state) ?? []) {
      if (!known.has(other)) context.store<string>(namesStore).set(other, key);
    }
  }

  function answer(
    context: ProcessorContext,
    input: InputRecord,
    outcome: RecentCommand['outcome'],
  ): void {
    const slot = slotOfRecordKey(input.key);
    const place = `${input.incarnation}/${input.partition}/${input.offset}`;
    context.emit({
      topic: topics.outcomes,
      key: input.key,
      payload: {
        type: 'CommandOutcome',
        data: {
          ...outcome,
          commandPartition: input.partition,
          commandOffset: input.offset,
          commandIncarnation: input.incarnation,
        } satisfies CommandOutcome,
      },
      envelope: {
        id: derivedUuid(slot, 'outcome', name, place),
        type: 'CommandOutcome',
        source,
        subject: input.envelope.subject,
        timeMs: context.nowMs,
        correlationId: input.envelope.correlationId,
        causationId: input.envelope.id,
        actor: `system:${name}`,
        aggregateVersion: null,
        previousHash: null,
        subjectKeyId: null,
        traceparent: input.envelope.traceparent,
      },
    });
  }

  function decideCommand(input: InputRecord, context: ProcessorContext): void {
    const key = context.store<string>(namesStore).get(input.key) ?? input.key;
    const { envelope } = input;
    const entry = load(context, key) ?? begin(decider.initialState, envelope.correlationId);
    const fingerprint = digest(envelope.type, bodyOf(input.value)).toString('hex');
    const repeat = entry.recent.find(({ id }) => id === envelope.id);
    if (repeat !== undefined) {
      const same = repeat.outcome.fingerprint === fingerprint;
      answer(context, input, same ? repeat.outcome : reused(entry, envelope, fingerprint));
      return;
    }
    // The codec has checked that the topic may carry this type; the catalogue ties it to Command.
    const command = input.payload as Command;
    const { correlationId } = envelope;
    const place = decisionContext(context, key, entry.version, correlationId);
    const decision = decider.decide(command, entry.state, place);
    const events = decision.kind === 'accepted' ? decision.events : [];
    const { actor, traceparent } = envelope;
    const cause: Cause = { id: envelope.id, actor, correlationId, traceparent };
    const after = record(context, key, entry, events, cause);
    const outcome = {
      commandId: envelope.id,
      commandType: envelope.type,
      fingerprint,
      ...shownOf(decision, () => decider.answer(after.entry.state, command, decision)),
      events: after.written,
      aggregateVersion: after.entry.version,
    };
    const recent = [...entry.recent, { id: envelope.id, outcome }];
    save(context, key, entry.state, {
      ...after.entry,
      recent: recent.slice(-limits.recentCommandsPerAggregate),
    });
    answer(context, input, outcome);
  }

  function fire(timer: FiredTimer, context: ProcessorContext): void {
    const entry = load(context, timer.key);
    invariant(entry !== undefined, `a timer without an aggregate: ${timer.key}`);
    const { correlationId, state } = entry;
    const command = decider.onTimer(timer, state);
    const place = decisionContext(context, timer.key, entry.version, correlationId);
    const decision = decider.decide(command, state, place);
    const events = decision.kind === 'accepted' ? decision.events : [];
    const after = record(context, timer.key, entry, events, {
      id: `timer:${timer.name}:${timer.dueMs}`,
      actor: `system:${task.topology}`,
      correlationId,
      traceparent: null,
    });
    save(context, timer.key, state, after.entry);
  }

  return { onRecord: decideCommand, onTimer: fire };
}

/** The id of an aggregate's event: a function of its place in the aggregate's history. */
export const eventIdOf = (context: string, key: string, version: bigint): string =>
  derivedUuid(slotOfRecordKey(key), 'event', context, key, version.toString());

function begin<State>(state: State, correlationId: string): AggregateEntry<State> {
  return { version: 0n, hash: firstPreviousHash, correlationId, recent: [], state };
}

type Shown = Pick<CommandOutcome, 'status' | 'code' | 'message' | 'details' | 'answer'>;

function shownOf<E>(decision: Decision<E>, show: () => Json): Shown {
  const none = { code: null, message: null, details: null };
  switch (decision.kind) {
    case 'accepted':
      return { status: 'ACCEPTED', ...none, answer: JSON.stringify(show()) };
    case 'unchanged':
      return { status: 'UNCHANGED', ...none, answer: JSON.stringify(show()) };
    case 'rejected': {
      const { code, message, details } = decision.rejection;
      const text = details === undefined ? null : JSON.stringify(details);
      return { status: 'REJECTED', code, message, details: text, answer: null };
    }
    default:
      return unreachable(decision);
  }
}

function reused<State>(
  entry: AggregateEntry<State>,
  envelope: Envelope,
  fingerprint: string,
): RecentCommand['outcome'] {
  return {
    commandId: envelope.id,
    commandType: envelope.type,
    fingerprint,
    status: 'REJECTED',
    code: 'COMMAND_ID_REUSED',
    message: 'this command id was used before, with other content',
    details: null,
    events: [],
    aggregateVersion: entry.version,
    answer: null,
  };
}

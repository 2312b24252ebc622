import type { CommandOutcome } from '@plumbline/events';
import type { Decider, Decision, DecisionContext, Payload } from '@plumbline/kernel';
import { invariant, slotOfRecordKey } from '@plumbline/kernel';
import type { RecentCommand } from './decided-outcome.ts';
import { answeredBefore, outcomeOf, withOutcome } from './decided-outcome.ts';
import type { ChainLink, EventCause } from './event-chain.ts';
import { emitChained, eventIdOf, firstLink } from './event-chain.ts';
import { emitOutcome } from './outcome.ts';
import type { CommandCause, RoutedCommand } from './routed-command.ts';
import { emitCommand } from './routed-command.ts';
import type { StateCodec } from './state-codec.ts';
import { jsonStateCodec } from './state-codec.ts';
import type {
  Concerns,
  FiredTimer,
  InputRecord,
  KeyValueStore,
  Processor,
  ProcessorContext,
  StoreSpec,
  TaskInfo,
  ToldAnswer,
  ToldCommand,
  Topology,
} from './topology.ts';
import { redrives } from './topology.ts';

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
  /** {@link Topology.busyPaceMs} */
  readonly busyPaceMs?: number;
  /** What an event is about, for `ce_subject`: the order number, the payment number. */
  subjectOf(event: Event): string;
  /** What a decision asks of other aggregates; it goes out in the decision's own transaction. */
  readonly asks?: {
    /** Command topics that it may write to. */
    readonly topics: readonly string[];
    /** Pure. Also called of what was refused or changed nothing: somebody may wait for the answer. */
    commandsOf(decided: Decided<State, Command, Event>): readonly RoutedCommand[];
  };
  /**
   * What others say that concerns these aggregates. It is decided like a command to the aggregate of
   * its key, and nobody is answered.
   */
  readonly hears?: {
    /** Read beside the commands; a record that cannot be processed holds up its key. */
    readonly topics: readonly string[];
    /** {@link TopologyInput}: of which records `commandOf` is asked at all; of all unless given. */
    readonly concerns?: Concerns;
    /** What several aggregates of a partition need, kept by `commandOf`. */
    readonly stores: readonly StoreSpec[];
    /** The command that a record stands for. No side effects but on those stores. */
    commandOf(input: InputRecord, context: ProcessorContext): Command | null;
    /** Also called of each command that comes by itself: what it has to know of those stores. */
    complete?(command: Command, context: ProcessorContext): Command;
  };
  /**
   * How many commands of people and clients each remembers, so that a repeat gets the same answer;
   * `recentCommandsPerAggregate` of the limits unless given. More where one is many people's.
   */
  readonly remembersOfPeople?: number;
  /** What of each state stands in a store of its own, for whoever follows that. */
  readonly index?: AggregateIndex<State>;
  /**
   * Other record keys under which commands may come, for example the payment number. Once given by
   * a state, a name leads to that aggregate for ever.
   */
  namesOf?(state: State): readonly string[];
  /**
   * A state as an earlier version of the code left it in the changelog, in the shape of today. Pure;
   * a state of today comes back as it is.
   */
  readonly upcastState?: (stored: unknown) => State;
}

/** A store that is a function of the states of all aggregates of a partition. */
export interface AggregateIndex<State> {
  /** May be one that `hears` keeps something else in, under other keys. */
  readonly store: string;
  /**
   * By key in the store, in which no two aggregates have the same: the part of the state that the
   * entry is made of. Pure; the same object as long as nothing of it changed, which is how a change is
   * found.
   */
  partsOf(state: State): ReadonlyMap<string, object>;
  /** The entry of a part that is new or has changed. Pure. */
  entryOf(part: object, of: { readonly key: string; readonly cause: EventCause }): unknown;
}

/** One decision, with the state that it left. */
export interface Decided<State, Command extends Payload, Event extends Payload> {
  readonly key: string;
  readonly command: Command;
  readonly decision: Decision<Event>;
  readonly state: State;
}

/** What the changelog keeps of one aggregate. */
export interface AggregateEntry<State> extends ChainLink {
  /** Correlation id of the command that began it: timers go under this one. */
  readonly correlationId: string;
  readonly recent: readonly RecentCommand[];
  readonly state: State;
}

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
  const { name, topics, hears } = options;
  const filter = hears?.concerns === undefined ? {} : { concerns: hears.concerns };
  const heard = (hears?.topics ?? []).map(
    (topic) => ({ kind: 'events', topic, ...filter }) as const,
  );
  return {
    name,
    ordering: 'arrival',
    paceMs: 0,
    ...(options.busyPaceMs === undefined ? {} : { busyPaceMs: options.busyPaceMs }),
    inputs: [
      { kind: 'commands', topic: topics.commands, outcomes: topics.outcomes },
      ...heard,
      ...(heard.length === 0 ? [] : [redrives]),
    ],
    outputs: [topics.events, topics.outcomes, ...(options.asks?.topics ?? [])],
    changelog: topics.changelog,
    deadLetters: topics.deadLetters,
    stores: [
      { name: aggregateStore, codec: entryCodec(options) },
      { name: namesStore },
      ...(hears?.stores ?? []),
      ...(options.index === undefined ? [] : [{ name: options.index.store }]),
    ],
    owns: [topics.events, topics.outcomes],
    createProcessor: (task) => aggregateProcessor(options, task),
  };
}

function entryCodec<State, Command extends Payload, Event extends Payload>(
  options: AggregateOptions<State, Command, Event>,
): StateCodec<unknown> {
  const { upcastState } = options;
  if (upcastState === undefined) return jsonStateCodec;
  return {
    encode: (entry) => jsonStateCodec.encode(entry),
    decode: (bytes) => {
      // Only entries stand in this store.
      const entry = jsonStateCodec.decode(bytes) as AggregateEntry<unknown>;
      return { ...entry, state: upcastState(entry.state) };
    },
  };
}

function aggregateProcessor<State, Command extends Payload, Event extends Payload>(
  options: AggregateOptions<State, Command, Event>,
  task: TaskInfo,
): Processor {
  const { decider, topics, name } = options;

  function load(context: ProcessorContext, key: string): AggregateEntry<State> | undefined {
    return context.store<AggregateEntry<State>>(aggregateStore).get(key);
  }

  /** The aggregate that the key of a record leads to; one that is not there yet begins. */
  function entryAt(
    context: ProcessorContext,
    of: { readonly key: string; readonly correlationId: string },
  ): { readonly key: string; readonly entry: AggregateEntry<State> } {
    const key = context.store<string>(namesStore).get(of.key) ?? of.key;
    return { key, entry: load(context, key) ?? begin(decider.initialState, of.correlationId) };
  }

  /** A command that comes by itself, with what it has to know. */
  function completed(context: ProcessorContext, payload: Payload): Command {
    // The codec has checked that the topic may carry this type, and a follower is of the same
    // context and says nothing else; the catalogue ties it to Command.
    const said = payload as Command;
    return options.hears?.complete?.(said, context) ?? said;
  }

  function decisionContext(
    context: ProcessorContext,
    key: string,
    version: bigint,
    { correlationId, actor }: Pick<EventCause, 'correlationId' | 'actor'>,
  ): DecisionContext {
    return {
      atMs: context.nowMs,
      offset: context.offset,
      slot: slotOfRecordKey(key),
      correlationId,
      actor,
      eventId: (index) => eventIdOf(name, key, version + BigInt(index) + 1n),
    };
  }

  /** Emits the events of a decision and returns the entry after them. */
  function record(
    context: ProcessorContext,
    key: string,
    entry: AggregateEntry<State>,
    events: readonly Event[],
    cause: EventCause,
  ): { entry: AggregateEntry<State>; written: CommandOutcome['events'] } {
    let after = entry;
    const written: CommandOutcome['events'][number][] = [];
    for (const event of events) {
      const { link, eventId } = emitChained({
        ...{ context, topic: topics.events, key, subject: options.subjectOf(event) },
        ...{ payload: event, after, cause },
      });
      after = { ...after, ...link, state: decider.evolve(after.state, event) };
      written.push({ eventId, type: event.type, aggregateVersion: link.version });
    }
    return { entry: after, written };
  }

  /** Stores the entry and brings timers, names and the index in line with its state. */
  function save(
    context: ProcessorContext,
    { key, before, cause }: { key: string; before: State; cause: EventCause },
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
      if (known.has(other)) continue;
      const names = context.store<string>(namesStore);
      // For ever: commands that are on their way know nothing of a second aggregate.
      if (names.get(other) === undefined) names.set(other, key);
    }
    if (options.index !== undefined) {
      keepIndex(context.store(options.index.store), options.index, {
        ...{ key, cause, before, after: entry.state },
      });
    }
  }

  /** A repeat is answered from memory and asks nothing again: what it led to has been asked. */
  function ask(
    context: ProcessorContext,
    decided: Decided<State, Command, Event>,
    cause: CommandCause,
  ): void {
    const { key } = decided;
    options.asks?.commandsOf(decided).forEach((to, index) => {
      emitCommand({ context, to, from: [key, cause.id, index.toString()], cause });
    });
  }

  function decideCommand(input: InputRecord, context: ProcessorContext): void {
    const { envelope } = input;
    const { correlationId } = envelope;
    const { key, entry } = entryAt(context, { key: input.key, correlationId });
    // What was decided before the name led anywhere stands under the name itself.
    const before = key === input.key ? undefined : load(context, input.key);
    const recent = before === undefined ? entry.recent : [...entry.recent, ...before.recent];
    const repeated = answeredBefore({ recent, input, aggregateVersion: entry.version });
    if (repeated !== null) {
      emitOutcome({ topic: topics.outcomes, input, outcome: repeated, context });
      return;
    }
    const command = completed(context, input.payload);
    const place = decisionContext(context, key, entry.version, envelope);
    const decision = decider.decide(command, entry.state, place);
    const events = decision.kind === 'accepted' ? decision.events : [];
    const { actor, traceparent } = envelope;
    const cause: EventCause = { id: envelope.id, actor, correlationId, traceparent };
    const after = record(context, key, entry, events, cause);
    const outcome = outcomeOf({
      ...{ input, decision, events: after.written, aggregateVersion: after.entry.version },
      answer: () => decider.answer(after.entry.state, command, decision),
    });
    ask(context, { key, command, decision, state: after.entry.state }, cause);
    const recently = withOutcome(entry.recent, outcome, actor, options.remembersOfPeople);
    const saved = { ...after.entry, recent: recently };
    save(context, { key, before: entry.state, cause }, saved);
    emitOutcome({ topic: topics.outcomes, input, outcome, context });
  }

  /** A decision that nobody is answered: by time, or of what somebody else said. */
  function decideUnasked(
    context: ProcessorContext,
    at: { readonly key: string; readonly entry: AggregateEntry<State>; readonly command: Command },
    cause: EventCause,
  ): Decision<Event>['kind'] {
    const { key, entry, command } = at;
    const { state } = entry;
    const place = decisionContext(context, key, entry.version, cause);
    const decision = decider.decide(command, state, place);
    const events = decision.kind === 'accepted' ? decision.events : [];
    const after = record(context, key, entry, events, cause);
    ask(context, { key, command, decision, state: after.entry.state }, cause);
    save(context, { key, before: state, cause }, after.entry);
    return decision.kind;
  }

  function fire(timer: FiredTimer, context: ProcessorContext): void {
    const { key } = timer;
    const entry = load(context, key);
    invariant(entry !== undefined, `a timer without an aggregate: ${key}`);
    const { correlationId } = entry;
    const command = decider.onTimer(timer, entry.state);
    const id = `timer:${timer.name}:${timer.dueMs}`;
    const actor = `system:${task.topology}`;
    decideUnasked(
      context,
      { key, entry, command },
      { id, actor, correlationId, traceparent: null },
    );
  }

  function hear(input: InputRecord, context: ProcessorContext): void {
    const command = options.hears?.commandOf(input, context) ?? null;
    if (command === null) return;
    const { id, correlationId, traceparent } = input.envelope;
    const at = entryAt(context, { key: input.key, correlationId });
    const actor = `system:${task.topology}`;
    decideUnasked(context, { ...at, command }, { id, actor, correlationId, traceparent });
  }

  function beTold(told: ToldCommand, context: ProcessorContext): ToldAnswer {
    const { id, actor, correlationId, traceparent } = told;
    const at = entryAt(context, told);
    const command = completed(context, told.payload);
    return decideUnasked(context, { ...at, command }, { id, actor, correlationId, traceparent });
  }

  return {
    onTold: beTold,
    onRecord: (input, context) =>
      input.topic === topics.commands ? decideCommand(input, context) : hear(input, context),
    onTimer: fire,
  };
}

function keepIndex<State>(
  store: KeyValueStore<unknown>,
  index: AggregateIndex<State>,
  of: {
    readonly key: string;
    readonly cause: EventCause;
    readonly before: State;
    readonly after: State;
  },
): void {
  if (of.before === of.after) return;
  const had = index.partsOf(of.before);
  const wanted = index.partsOf(of.after);
  for (const key of had.keys()) if (!wanted.has(key)) store.delete(key);
  for (const [key, part] of wanted) {
    if (had.get(key) !== part) store.set(key, index.entryOf(part, of));
  }
}

function begin<State>(state: State, correlationId: string): AggregateEntry<State> {
  return { ...firstLink, correlationId, recent: [], state };
}

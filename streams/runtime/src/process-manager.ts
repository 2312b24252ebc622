import type { Payload, ProcessManager } from '@plumbline/kernel';
import { slotOfRecordKey } from '@plumbline/kernel';
import { emitCommand } from './routed-command.ts';
import type { InputRecord, Processor, ProcessorContext, Topology } from './topology.ts';
import { redrives } from './topology.ts';

export interface ProcessManagerOptions<State, Event extends Payload, Command extends Payload> {
  readonly name: string;
  readonly manager: ProcessManager<State, Event, Command>;
  readonly events: readonly string[];
  readonly topics: { readonly changelog: string; readonly deadLetters: string };
  /** Command topics that it may write to. */
  readonly commands: readonly string[];
  /** Topic, key and `ce_subject` of a command; the key is the event's unless it crosses keys. */
  route(command: Command, key: string): { topic: string; key: string; subject: string };
}

const store = 'managers';

/** Runs a process manager exactly once per event: its commands, state and position in one. */
export function processManagerTopology<State, Event extends Payload, Command extends Payload>(
  options: ProcessManagerOptions<State, Event, Command>,
): Topology {
  const { name, topics } = options;
  return {
    name,
    ordering: 'arrival',
    paceMs: 10,
    inputs: [...options.events.map((topic) => ({ kind: 'events', topic }) as const), redrives],
    outputs: options.commands,
    changelog: topics.changelog,
    deadLetters: topics.deadLetters,
    stores: [{ name: store }],
    owns: [],
    createProcessor: () => managerProcessor(options),
  };
}

function managerProcessor<State, Event extends Payload, Command extends Payload>(
  options: ProcessManagerOptions<State, Event, Command>,
): Processor {
  const { manager, name } = options;

  function onRecord(input: InputRecord, context: ProcessorContext): void {
    const states = context.store<State>(store);
    const before = states.get(input.key) ?? manager.initialState;
    // The codec has checked that the topics may carry this type; the catalogue ties it to Event.
    const event = input.payload as Event;
    const slot = slotOfRecordKey(input.key);
    const { envelope, key } = input;
    const place = { atMs: context.nowMs, slot, eventId: envelope.id, key };
    const commands = manager.react(event, before, place);
    const { id, correlationId, traceparent } = envelope;
    commands.forEach((command, index) => {
      const to = { ...options.route(command, key), payload: command };
      const from = [id, index.toString()];
      emitCommand({ context, to, from, cause: { id, correlationId, traceparent } });
    });
    const after = manager.evolve(before, event);
    if (after !== before) states.set(key, after);
  }

  return {
    onRecord,
    onTimer: (timer) => {
      throw new Error(`${name} sets no timers, and yet ${timer.name} fired`);
    },
  };
}

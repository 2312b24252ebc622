import type { Payload } from './decider.ts';
import type { Slot } from './ids.ts';

/** Where and when the event stands. The same at every replay. */
export interface ReactionContext {
  /** Broker append time of the event, epoch ms. */
  readonly atMs: number;
  readonly slot: Slot;
  /** Id and routing key of the event at hand. */
  readonly eventId: string;
  readonly key: string;
}

/**
 * The decider's mirror: events in, commands out. It has no clock and no I/O either; what it wants
 * done, it asks of those who decide it.
 */
export interface ProcessManager<State, Event extends Payload, Command extends Payload> {
  readonly initialState: State;
  react(event: Event, state: State, context: ReactionContext): readonly Command[];
  evolve(state: State, event: Event): State;
}

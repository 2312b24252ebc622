/**
 * The one shape in which this system decides (after Jérémie Chassaing's Decider).
 *
 *   command ──► decide(command, state, context) ──► events ──► evolve(state, event) ──► state
 *
 * All of it is plain data and plain functions: no clock, no randomness, no I/O. Whatever a decision
 * needs beside the state is on the command or in its context, which comes from the log.
 */

import type { Slot } from './ids.ts';

/** A JSON document. Amounts travel in it as strings of minor units, times as epoch milliseconds. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [k: string]: Json };

/** Something said on the log: a type and its data. */
export interface Payload {
  readonly type: string;
  readonly data: object;
}

/** A business refusal. A value, never an exception; the HTTP edge maps `code` to a status. */
export interface Rejection {
  /** From the context's closed table, UPPER_SNAKE_CASE; says what is wrong, not what to answer. */
  readonly code: string;
  readonly message: string;
  readonly details?: { readonly [k: string]: Json };
}

/** Where and when the command stands in the log. Everything here is the same at every replay. */
export interface DecisionContext {
  /** Broker append time of the command, epoch ms, as a running maximum over its partition. */
  readonly atMs: number;
  /** Offset of the command in its partition; for a timer, the offset of the next command. */
  readonly offset: bigint;
  /** `murmur2(record key) & 0xffff`, see ids.ts. */
  readonly slot: Slot;
  /** The same through everything that one request set off. */
  readonly correlationId: string;
  /** Who asks, as the envelope says it: `operator:…`; `system:…` of a timer and of what is heard. */
  readonly actor: string;
  /** The id that the decision's event with this index (from 0) will have. */
  eventId(index: number): string;
}

export type Decision<Event, Refusal extends Rejection = Rejection> =
  | { readonly kind: 'accepted'; readonly events: readonly [Event, ...Event[]] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'rejected'; readonly rejection: Refusal };

/** A point in broker time at which the aggregate wants to be asked again. */
export interface AggregateTimer {
  /** Unique within the aggregate. */
  readonly name: string;
  /** Epoch ms, broker time. */
  readonly dueMs: number;
}

export interface Decider<State, Command extends Payload, Event extends Payload> {
  readonly initialState: State;
  decide(command: Command, state: State, context: DecisionContext): Decision<Event>;
  evolve(state: State, event: Event): State;
  /**
   * What the answer to a command shows, from the state after it. Not asked for a rejection, whose
   * answer is the rejection itself.
   */
  answer(state: State, command: Command, decision: Decision<Event>): Json;
  /**
   * The timers that this state wants, all of them. They are a function of the state, so a timer can
   * neither be forgotten nor left behind.
   */
  timers(state: State): readonly AggregateTimer[];
  /** The command that a due timer stands for. */
  onTimer(timer: AggregateTimer, state: State): Command;
}

export const accepted = <E>(...events: [E, ...E[]]): Decision<E, never> => ({
  kind: 'accepted',
  events,
});

export const unchanged: Decision<never, never> = { kind: 'unchanged' };

export const rejected = <R extends Rejection>(rejection: R): Decision<never, R> => ({
  kind: 'rejected',
  rejection,
});

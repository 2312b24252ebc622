import type { Decider, Decision, DecisionContext, Payload } from '../decider.ts';
import type { Slot } from '../ids.ts';

/** A neutral context for tests: the first command of slot 0, at a fixed moment. */
export const anyContext: DecisionContext = {
  atMs: Date.UTC(2026, 0, 1),
  offset: 0n,
  slot: 0 as Slot,
  correlationId: 'correlation-1',
  actor: 'test:anybody',
  eventId: (index) => `event-${index}`,
};

export interface Specification<S, C, E> {
  readonly state: S;
  when(command: C, context?: Partial<DecisionContext>): Decided<S, E>;
}

export interface Decided<S, E> {
  readonly decision: Decision<E>;
  /** Events of an accepted decision; none otherwise. */
  readonly events: readonly E[];
  /** State after those events. */
  readonly state: S;
  readonly code: string | null;
}

/** `given(decider, events).when(command)`: the state after `events` meets `command`. */
export function given<S, C extends Payload, E extends Payload>(
  decider: Decider<S, C, E>,
  history: readonly E[] = [],
): Specification<S, C, E> {
  const fold = (state: S, events: readonly E[]): S =>
    events.reduce((s, e) => decider.evolve(s, e), state);
  const state = fold(decider.initialState, history);
  return {
    state,
    when(command, context = {}) {
      const decision = decider.decide(command, state, { ...anyContext, ...context });
      const events = decision.kind === 'accepted' ? decision.events : [];
      const code = decision.kind === 'rejected' ? decision.rejection.code : null;
      return { decision, events, state: fold(state, events), code };
    },
  };
}

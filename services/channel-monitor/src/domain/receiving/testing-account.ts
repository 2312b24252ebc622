import type { Decision, Json } from '@plumbline/kernel';
import { anyContext } from '@plumbline/kernel/testing';
import { receivingDecider as decider } from './account.ts';
import { evolve } from './evolve.ts';
import type { AccountCommand } from './commands.ts';
import type { AccountEvent } from './events.ts';
import type { AccountState } from './state.ts';

/** A command, and how many ms after the beginning it comes. */
export type Step = readonly [command: AccountCommand, afterMs?: number];

export interface Told {
  readonly decision: Decision<AccountEvent>;
  readonly events: readonly AccountEvent[];
  /** The refusal's code; `null` of what was not refused. */
  readonly code: string | null;
  readonly answer: Json;
  readonly state: AccountState;
}

/** An account that is told one thing after the other, with its timers in between. */
export function openAccount() {
  let state = decider.initialState;
  let atMs = anyContext.atMs;

  function take(command: AccountCommand): Told {
    const decision = decider.decide(command, state, { ...anyContext, atMs });
    const events = decision.kind === 'accepted' ? decision.events : [];
    state = events.reduce(evolve, state);
    const code = decision.kind === 'rejected' ? decision.rejection.code : null;
    const answer = code === null ? decider.answer(state, command, decision) : null;
    return { decision, events, code, answer, state };
  }

  /** Timers that are due before come first, as the runtime has it. */
  function tell(command: AccountCommand, afterMs = atMs - anyContext.atMs): Told {
    const untilMs = anyContext.atMs + afterMs;
    for (;;) {
      const [timer] = decider.timers(state);
      if (timer === undefined || timer.dueMs > untilMs) break;
      atMs = Math.max(atMs, timer.dueMs);
      const { state: after } = take(decider.onTimer(timer, state));
      const again = decider.timers(after).find(({ dueMs }) => dueMs === timer.dueMs);
      if (again !== undefined) throw new Error('a timer would fire for ever');
    }
    atMs = Math.max(atMs, untilMs);
    return take(command);
  }

  return {
    tell,
    state: () => state,
    atMs: () => atMs,
    timers: () => decider.timers(state),
  };
}

/** What the last of the steps led to. */
export function lastOf(...steps: readonly Step[]): Told {
  const account = openAccount();
  const [last] = steps.map(([command, afterMs]) => account.tell(command, afterMs)).slice(-1);
  if (last === undefined) throw new Error('no step');
  return last;
}

import { anyContext } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndpointCommand } from './commands.ts';
import type { EndpointEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { quietMs } from './limits.ts';
import type { EndpointState } from './state.ts';
import { alertAfterMs, change, decider, failing, gone, incidentsOf } from './testing-commands.ts';
import { overdue, pause, recovered, register, remove, resume } from './testing-commands.ts';
import { rotate, startMs, usedUp } from './testing-commands.ts';

const anyCommand: fc.Arbitrary<EndpointCommand> = fc.oneof(
  fc.constantFrom(register(), register({ url: 'https://x.example' }), pause, resume, gone),
  fc.constantFrom(change(), change({ inOrder: true }), rotate('s1'), rotate('s2'), overdue),
  fc.constantFrom(failing, recovered, usedUp('n1'), usedUp('n2', null)),
  { weight: 8, arbitrary: fc.constantFrom(failing, recovered, gone, resume, usedUp('n1')) },
  fc.oneof({ weight: 9, arbitrary: fc.constant(pause) }, fc.constant(remove)),
);
const anyWait = fc.constantFrom(0, 1, 60_000, alertAfterMs, quietMs);

interface Step {
  readonly before: EndpointState;
  readonly state: EndpointState;
  readonly command: EndpointCommand;
  readonly atMs: number;
  readonly events: readonly EndpointEvent[];
}

/** The commands, each a while after the one before, with every timer fired when it is due. */
function run(
  history: readonly (readonly [EndpointCommand, number])[],
  check: (step: Step) => void,
) {
  let state: EndpointState = decider.initialState;
  let atMs = startMs;
  const events: EndpointEvent[] = [];
  const take = (command: EndpointCommand): void => {
    const before = state;
    const eventId = (index: number): string => `event-${events.length + index}`;
    const decision = decider.decide(command, before, { ...anyContext, atMs, eventId });
    if (decision.kind === 'accepted') events.push(...decision.events);
    if (decision.kind === 'accepted') state = decision.events.reduce(evolve, state);
    check({ before, state, command, atMs, events });
  };
  for (const [command, elapsedMs] of history) {
    const until = atMs + elapsedMs;
    for (;;) {
      const [timer] = [...decider.timers(state)].sort((one, other) => one.dueMs - other.dueMs);
      if (timer === undefined || timer.dueMs >= until) break;
      atMs = Math.max(atMs, timer.dueMs);
      take(decider.onTimer(timer, state));
      // Or it would fire for ever.
      expect(decider.timers(state)).not.toContainEqual(timer);
    }
    atMs = until;
    take(command);
  }
}

const holds = (check: (step: Step) => void): void => {
  const step = fc.tuple(anyCommand, anyWait);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (history) => {
      run([[register(), 0], ...history], check);
    }),
    { numRuns: 200 },
  );
};

describe('whatever is asked of an endpoint, in whatever order, and whatever comes by time', () => {
  it('the same command twice makes no second event, and every answer is JSON', () => {
    holds(({ state, command, atMs }) => {
      const again = decider.decide(command, state, { ...anyContext, atMs });
      expect(again.kind).not.toBe('accepted');
      const answer = decider.answer(state, command, again);
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    });
  });

  it('one that is removed stays so, with no timer and nothing the matter', () => {
    holds(({ before, state }) => {
      if (before.status === 'REMOVED') expect(state).toEqual(before);
      if (state.status !== 'REMOVED') return;
      expect([decider.timers(state), incidentsOf(state)]).toEqual([[], []]);
    });
  });

  it('one that is disabled has an incident that says so, and no other has', () => {
    holds(({ state }) => {
      expect(incidentsOf(state).includes('GONE')).toBe(state.status === 'DISABLED');
    });
  });

  it('every incident that was opened is there or has ended, once, and no id comes again', () => {
    holds(({ state, events }) => {
      const idsOf = (type: EndpointEvent['type']) =>
        events.flatMap((each) =>
          each.type === type && 'incidentId' in each.data ? [each.data.incidentId] : [],
        );
      const [opened, ended] = [idsOf('EndpointIncidentOpened'), idsOf('EndpointIncidentEnded')];
      expect(new Set(opened).size).toBe(opened.length);
      const there = state.status === 'none' ? [] : state.incidents.map((each) => each.incidentId);
      expect([...ended, ...there].sort()).toEqual([...opened].sort());
      expect(new Set(incidentsOf(state)).size).toBe(there.length);
    });
  });

  it('none that only time ends is older than a day', () => {
    holds(({ state, atMs }) => {
      if (state.status === 'none') return;
      for (const each of state.incidents) {
        if (each.kind === 'EXHAUSTED' || each.kind === 'OVERDUE')
          expect(atMs - each.atMs).toBeLessThanOrEqual(quietMs);
      }
    });
  });

  it('one that fails for minutes is alerted about, unless it recovers', () => {
    holds(({ state, atMs }) => {
      if (state.status === 'none' || state.failing === null) return;
      const isLate = atMs > state.failing.seenAtMs + alertAfterMs;
      if (isLate) expect(incidentsOf(state)).toContain('FAILING');
    });
  });

  it('its settings are counted one by one', () => {
    holds(({ state, events }) => {
      const changes = events.filter(({ type }) => type === 'EndpointChanged').length;
      if (state.status !== 'none') expect(state.settingsVersion).toBe(1 + changes);
      expect(events.reduce(evolve, decider.initialState)).toEqual(state);
    });
  });
});

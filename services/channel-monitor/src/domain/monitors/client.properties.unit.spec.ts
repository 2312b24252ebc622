import { anyContext } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientDecider } from './client.ts';
import type { ClientCommand } from './commands.ts';
import type { ClientEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { keysMax } from './limits.ts';
import type { ClientState } from './state.ts';
import { change, hourMs, issue, keyIdOf, register, revoke, startMs } from './testing-commands.ts';

const steps = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.nat({ max: 40 }).map((at) => (atMs: number) => issue(at, atMs)) },
      { weight: 4, arbitrary: fc.constantFrom(register(), change({ aids: [] }), change()) },
      { weight: 2, arbitrary: fc.constantFrom(register({ pid: '2000' }), change({ name: '' })) },
      fc.constant(revoke),
    ),
    fc.constantFrom(0, 1, 1_800_000, hourMs),
    fc.constantFrom(0, hourMs, 5 * hourMs),
  ),
  { maxLength: 40, size: 'max' },
);

interface Step {
  readonly before: ClientState;
  readonly state: ClientState;
  readonly command: ClientCommand;
  readonly atMs: number;
  readonly events: readonly ClientEvent[];
}

const holds = (check: (step: Step) => void): void => {
  fc.assert(
    fc.property(steps, (history) => {
      let state: ClientState = clientDecider.initialState;
      let atMs = startMs;
      const events: ClientEvent[] = [];
      for (const [of, waitMs, overlapMs] of [[register(), 0, 0] as const, ...history]) {
        atMs += waitMs;
        const command = typeof of === 'function' ? of(atMs + overlapMs) : of;
        const before = state;
        const decision = clientDecider.decide(command, before, { ...anyContext, atMs });
        if (decision.kind === 'accepted') events.push(...decision.events);
        if (decision.kind === 'accepted') state = decision.events.reduce(evolve, state);
        check({ before, state, command, atMs, events });
      }
    }),
    { numRuns: 300 },
  );
};

/** When each key ends, by all that was said since. */
function endsOf(events: readonly ClientEvent[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const { type, data } of events) {
    if (type !== 'MonitorKeyIssued') continue;
    for (const [keyId, endMs] of ends)
      ends.set(keyId, Math.min(endMs, data.overlapUntil ?? data.issuedAt));
    ends.set(data.keyId, Infinity);
  }
  return ends;
}

describe('whatever is asked of a monitor client, in whatever order', () => {
  it('the same command twice makes no second event, and every answer is JSON', () => {
    holds(({ state, command, atMs }) => {
      const again = clientDecider.decide(command, state, { ...anyContext, atMs });
      expect(again.kind).not.toBe('accepted');
      const answer = clientDecider.answer(state, command, again);
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    });
  });

  it('one that is revoked stays as it was', () => {
    holds(({ before, state }) => {
      if (before.status === 'REVOKED') expect(state).toEqual(before);
    });
  });

  it('no key that is good is forgotten, and there are eight at most', () => {
    holds(({ state, atMs, events }) => {
      if (state.status === 'none') return;
      const good = [...endsOf(events)].filter(([, endMs]) => endMs > atMs).map(([keyId]) => keyId);
      const known = state.keys
        .filter(({ endsAtMs }) => endsAtMs === null || endsAtMs > atMs)
        .map(({ keyId }) => keyId);
      expect(new Set(known)).toEqual(new Set(good));
      expect(state.keys.length).toBeLessThanOrEqual(keysMax);
      expect(state.keys.filter(({ endsAtMs }) => endsAtMs === null).length).toBeLessThanOrEqual(1);
    });
  });

  it('its history leads to its state, whose keys have ids', () => {
    holds(({ state, events }) => {
      expect(events.reduce(evolve, clientDecider.initialState)).toEqual(state);
      if (state.status === 'none') return;
      const ids = Array.from({ length: 41 }, (_, at) => keyIdOf(at));
      for (const { keyId } of state.keys) expect(ids).toContain(keyId);
    });
  });
});

import { anyContext, given } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DeskCommand } from './commands.ts';
import { deskDecider } from './desk.ts';
import type { DeskEvent } from './events.ts';
import { hourMs, leave, resume, set, stop, yen } from './testing-commands.ts';

const anyCommand: fc.Arbitrary<DeskCommand> = fc.oneof(
  { arbitrary: fc.constantFrom(stop('C'), stop(null), resume('C'), resume(null)), weight: 1 },
  {
    arbitrary: fc
      .record({ perHourMax: fc.integer({ min: 1, max: 4 }), dryRun: fc.boolean() })
      .map((over) => set(over)),
    weight: 1,
  },
  {
    arbitrary: fc
      .record({
        remedyId: fc.integer({ min: 0, max: 30 }).map(String),
        amountMinor: fc.bigInt({ min: 0n, max: 6_000n }),
        approvals: fc.subarray(['operator:a', 'operator:b', 'system:x']),
      })
      .map(({ remedyId, ...over }) => leave(remedyId, over)),
    weight: 6,
  },
);

const anyHistory = fc.array(
  fc.record({ command: anyCommand, afterMs: fc.constantFrom(0, 1_000, 1_800_000, 3_599_999) }),
  { minLength: 1, maxLength: 60 },
);

it('never lets start more than the policy of the moment allows, nor after a stop, nor one twice', () => {
  fc.assert(
    fc.property(anyHistory, (steps) => {
      let atMs = hourMs;
      let history: readonly DeskEvent[] = [];
      /** Told independently of the decider: what stands, and what started in each hour. */
      let policy = { perHourMax: 0, dryRun: false };
      const stopped = new Set<string | null>();
      const started = new Map<number, { id: string; amountMinor: bigint }[]>();
      for (const { command, afterMs } of steps) {
        atMs += afterMs;
        const { events, state } = given(deskDecider, history).when(command, { atMs });
        history = [...history, ...events];
        for (const event of events) {
          if (event.type === 'RemedyPolicySet') policy = event.data.policy;
          if (event.type === 'RemediesStopped') stopped.add(event.data.rule);
          if (event.type === 'RemediesResumed') stopped.delete(event.data.rule);
          if (event.type !== 'LeaveGranted') continue;
          expect(stopped.size).toBe(0);
          if (event.data.dryRun) continue;
          const hour = Math.floor(atMs / 3_600_000);
          const own = started.get(hour) ?? [];
          expect(own.map(({ id }) => id)).not.toContain(event.data.remedyId);
          own.push({ id: event.data.remedyId, amountMinor: event.data.amountMinor });
          started.set(hour, own);
          expect(own.length).toBeLessThanOrEqual(policy.perHourMax);
          const sum = own.reduce((all, each) => all + each.amountMinor, 0n);
          expect(sum <= yen.perHourMinor).toBe(true);
          expect(event.data.amountMinor <= yen.perRemedyMinor).toBe(true);
          const persons = event.data.approvals.filter((each) => each.startsWith('operator:'));
          if (event.data.amountMinor > yen.secondPersonAboveMinor) expect(persons.length).toBe(2);
        }
        const again = deskDecider.decide(command, state, { ...anyContext, atMs });
        if (events.length > 0) expect(again.kind).not.toBe('accepted');
      }
    }),
    { numRuns: 300 },
  );
});

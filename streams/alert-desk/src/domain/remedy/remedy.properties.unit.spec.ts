import { anyContext, given } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RemedyEvent } from './events.ts';
import {
  remedyDecider,
  alertEnd,
  approve,
  held,
  leave,
  notRefunded,
  outcome,
} from './testing-commands.ts';
import { lingering, propose, refunded, refused, reject } from './testing-commands.ts';

const anyStep = fc.record({
  command: fc.constantFrom(
    ...[propose(), held(), held(2), leave('STARTED'), leave('DRY_RUN'), approve, reject],
    ...[refused, outcome(), refunded, notRefunded, alertEnd],
    ...[lingering(['P-1', 'P-2'], 3), lingering([])],
  ),
  actor: fc.constantFrom('operator:a', 'operator:b', 'system:x'),
});

const anyKind = fc.constantFrom(...(['REFUND', 'TELL_AGAIN', 'SWEEP_CHANNEL'] as const));

it('whatever comes in whatever order: one start, one end, and the same again changes nothing', () => {
  fc.assert(
    fc.property(anyKind, fc.array(anyStep, { maxLength: 40 }), (kind, steps) => {
      let history: readonly RemedyEvent[] = [];
      for (const { command, actor } of [{ command: propose(kind), actor: 'system:x' }, ...steps]) {
        const { events, state } = given(remedyDecider, history).when(command, { actor });
        history = [...history, ...events];
        const again = remedyDecider.decide(command, state, { ...anyContext, actor });
        // Said by one who has said so before, and held by something else than that, it asks again.
        if (command !== approve) expect(again.kind).not.toBe('accepted');
      }
      const count = (type: string) => history.filter((event) => event.type === type).length;
      expect(count('RemedyProposed')).toBe(1);
      expect(count('RemedyStarted')).toBeLessThanOrEqual(1);
      expect(count('RemedyEnded')).toBeLessThanOrEqual(1);
      expect(count('ChannelSwept')).toBeLessThanOrEqual(count('RemedyStarted'));
      expect(count('RemedyAlertEnded')).toBeLessThanOrEqual(1);
      const end = history.findIndex(({ type }) => type === 'RemedyEnded');
      if (end < 0) return;
      const after = history.slice(end + 1).map(({ type }) => type);
      expect(after.every((type) => type === 'RemedyAlertEnded')).toBe(true);
    }),
    { numRuns: 400 },
  );
});

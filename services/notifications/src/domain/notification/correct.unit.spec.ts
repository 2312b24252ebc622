import type { NotifiedStatus } from '@plumbline/events';
import { given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { NotificationCommand, Target } from './commands.ts';
import type { NotificationEvent } from './events.ts';
import { abandon, announce, create, decider, delivered } from './testing-commands.ts';
import { payNo, report, start, startMs, summaryOf, targetOf } from './testing-commands.ts';
import { tellAgain, told } from './testing-commands.ts';

/** A schedule of one wait, so that a used up one is near. */
const to = (id: string, over: Partial<Target> = {}): Target =>
  targetOf(id, { intervalsMs: [30_000], ...over });
const says = (status: NotifiedStatus, target: Target, others: readonly Target[] = []) =>
  announce(target, others, { status, sourceEventId: `of ${status}` });

const when = (history: readonly NotificationEvent[], command = tellAgain()) =>
  given(decider, history).when(command, { atMs: startMs + 60_000 });
const meets = (history: readonly NotificationEvent[], command?: NotificationCommand) => {
  const { code, events } = when(history, command);
  return code ?? events.map(({ type }) => type).join(' ');
};

/** The merchant took that it failed, and then the money came. */
const tookOther = [says('FAILED', to('n1')), delivered('n1', 1)] as const;
const usedUp = (id: string) =>
  [report(id, 1), [start(id, 2), 30_000] as const, report(id, 2)] as const;

describe('telling again how a payment ended (hyperswitch#9278)', () => {
  it('tries now what waits for its next attempt', () => {
    const history = told([...tookOther, says('SUCCESS', to('n2')), report('n2', 1)]);
    expect(when(history).events).toMatchObject([
      {
        type: 'NotificationAttemptDue',
        data: { notificationId: 'n2', attempt: 2, trigger: 'MANUAL', reason: 'rule U' },
      },
    ]);
  });

  it('begins the schedule anew of what was never taken', () => {
    const history = told([...tookOther, says('SUCCESS', to('n2')), ...usedUp('n2')]);
    expect(when(history).events).toMatchObject([
      {
        type: 'NotificationAttemptDue',
        data: { notificationId: 'n2', trigger: 'REPLAY', step: 0, content: { status: 'SUCCESS' } },
      },
    ]);
  });

  it('tells the truth under an id of its own where an endpoint was never told it', () => {
    const elsewhere = to('m1', { endpointId: 'ep-2' });
    const history = told([...tookOther, says('SUCCESS', elsewhere), delivered('m1', 1)]);
    const { events, state } = when(history);
    expect(events).toMatchObject([
      {
        type: 'NotificationCreated',
        data: {
          ...{ endpointId: 'ep-1', sequence: 3n, status: 'NOTIFYING', intervalsMs: [30_000] },
          content: { status: 'SUCCESS', sourceEventId: 'of SUCCESS', paymentId: payNo },
        },
      },
    ]);
    // And not twice, also where somebody asks for it under another id.
    for (const again of [tellAgain(), tellAgain({ correctionId: 'c-2' })])
      expect(given(decider, [...history, ...events]).when(again).code).toBe('NOTHING_TO_TELL');
    expect(summaryOf(state)).toContain('NOTIFYING');
  });

  it('does for each endpoint what it needs, and leaves those alone that know it', () => {
    const history = told([
      says('FAILED', to('a1'), [
        to('b1', { endpointId: 'ep-2' }),
        to('c1', { endpointId: 'ep-3' }),
      ]),
      ...[delivered('a1', 1), delivered('b1', 1), delivered('c1', 1)],
      says('SUCCESS', to('a2'), [to('b2', { endpointId: 'ep-2' })]),
      ...[report('a2', 1), delivered('b2', 1)],
    ]);
    const { events } = when(history);
    expect(events.map(({ type, data }) => [type, 'notificationId' in data])).toEqual([
      ...[['NotificationAttemptDue', true]],
      ...[['NotificationCreated', true]],
    ]);
    expect(events[1]).toMatchObject({ data: { endpointId: 'ep-3' } });
  });
});

describe('nothing is told again', () => {
  const refused = 'NOTHING_TO_TELL';
  it('where it is on its way, or was taken', () => {
    expect(meets(told([...tookOther, says('SUCCESS', to('n2'))]))).toBe(refused);
    const taken = [...tookOther, says('SUCCESS', to('n2')), delivered('n2', 1)];
    expect(meets(told(taken))).toBe(refused);
  });

  it('where a person has given it up', () => {
    const history = [...tookOther, says('SUCCESS', to('n2')), report('n2', 1), abandon('n2')];
    expect(meets(told(history))).toBe(refused);
  });

  it('of what was wrong and never taken', () => {
    const elsewhere = to('m1', { endpointId: 'ep-2' });
    const never = [says('FAILED', to('n1')), ...usedUp('n1')];
    const history = [...never, says('SUCCESS', elsewhere), delivered('m1', 1)];
    expect(meets(told(history))).toBe(refused);
  });

  it('on the word of a caller, of a refund, of what is under way, or of another payment', () => {
    const refund = { status: 'SUCCESS', refundId: 'r', sourceEventId: 'e-2' } as const;
    const others: readonly NotificationCommand[] = [
      create('u1', { status: 'SUCCESS' }),
      announce(to('n2'), [], refund),
      announce(to('n3'), [], { status: 'REFUNDED', refundId: 'r', sourceEventId: 'e-3' }),
      announce(to('n4'), [], { status: 'SUCCESS', paymentId: 'PAY0', sourceEventId: 'e-4' }),
      announce(to('n5'), [], { status: 'SUCCESS', sourceEventId: null }),
    ];
    for (const other of others) expect(meets(told([...tookOther, other]))).toBe(refused);
  });

  it('of a payment that nobody was told of', () => {
    expect(meets([])).toBe('PAYMENT_NOT_FOUND');
    expect(meets(told([create('u1')]))).toBe('PAYMENT_NOT_FOUND');
  });
});

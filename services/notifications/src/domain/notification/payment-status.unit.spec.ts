import { given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { NotificationEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { askedMax, keptAbandonedMs } from './limits.ts';
import { abandon, announce, callbackUrl, create, dayMs, decider } from './testing-commands.ts';
import { delivered, expire, payNo, policy, replay, report } from './testing-commands.ts';
import { retry, start, startMs, stateOf, summaryOf, targetOf, told } from './testing-commands.ts';
import { update } from './testing-commands.ts';

const { keepMs } = policy;
const processing = create('n1', { status: 'PROCESSING', transactionId: null });
const contentOf = (events: readonly NotificationEvent[], at: number) => {
  const state = stateOf(events);
  return state.status === 'none' ? null : state.notifications[at]?.content;
};

describe('a new status of a payment', () => {
  it('is told in the notification that waits, with its transaction', () => {
    const events = told([processing, [update('SUCCESS', 'T-9'), 5]]);
    expect(events.at(-1)).toEqual({
      type: 'NotificationStatusUpdated',
      data: {
        ...{ notificationId: 'n1', paymentStatus: 'SUCCESS', transactionId: 'T-9' },
        ...{ status: 'NOTIFYING', updatedAt: startMs + 5 },
      },
    });
    expect(summaryOf(stateOf(events))).toBe('n1 NOTIFYING 1');
    const news = { status: 'SUCCESS', transactionId: 'T-9', occurredAt: startMs + 5 };
    expect(contentOf(events, 0)).toMatchObject({ ...news, amountMinor: 10_000n });
  });

  it('that nobody is told of waits with it', () => {
    const events = told([processing, update('REFUNDING', 'T-9'), update('REFUNDED')]);
    expect(summaryOf(stateOf(events.slice(0, 2)))).toBe('n1 PENDING 0');
    expect(summaryOf(stateOf(events))).toBe('n1 NOTIFYING 1');
    expect(contentOf(events, 0)).toMatchObject({ status: 'REFUNDED', transactionId: 'T-9' });
  });

  it('is a notification of its own where the one before was told, to the same URL', () => {
    const events = told([create('n1'), update('REFUNDED')]);
    expect(events.at(-1)).toMatchObject({
      type: 'NotificationCreated',
      data: { callbackUrl, status: 'NOTIFYING', sequence: 2n, endpointId: null },
    });
    expect(contentOf(events, 1)).toMatchObject({
      ...{ status: 'REFUNDED', transactionId: 'T-1', paymentId: payNo },
    });
    const waits = told([create('n1'), update('REFUNDING'), update('REFUNDED')]);
    expect(waits.map(({ type }) => type)).toEqual([
      ...['NotificationCreated', 'NotificationCreated', 'NotificationStatusUpdated'],
    ]);
  });

  it('is one of its own whatever became of the one before', () => {
    const ends = [
      ...[[report('n1', 1)], [delivered('n1', 1)], [abandon('n1')]],
      [report('n1', 1), [start('n1', 2), 30_000] as const],
    ];
    for (const end of ends) {
      const events = told([create('n1'), ...end, update('CANCELLED')]);
      expect(events.at(-1)).toMatchObject({ type: 'NotificationCreated', data: { sequence: 2n } });
    }
  });

  it('that is known is no news; another transaction is', () => {
    const { decision } = given(decider, told([create('n1')])).when(update('SUCCESS'));
    expect(decision.kind).toBe('unchanged');
    expect(told([create('n1'), update('SUCCESS', 'T-1')])).toHaveLength(1);
    expect(told([create('n1'), update('SUCCESS', 'T-2')])).toHaveLength(2);
    // Once told, it is known too.
    expect(told([create('n1'), update('FAILED'), update('FAILED')])).toHaveLength(2);
  });

  it('of a payment whose events are in the log follows those', () => {
    const { code } = given(decider, told([announce(targetOf('n1'))])).when(update('FAILED'));
    expect(code).toBe('STATUS_FOLLOWS_LOG');
    const other = given(decider, told([create('n1')])).when(update('FAILED', null, 'other'));
    expect(other.code).toBe('PAYMENT_NOT_FOUND');
  });

  it('is told to who asked also where endpoints are told of the payment', () => {
    const events = told([processing, announce(targetOf('n2')), update('SUCCESS')]);
    expect(summaryOf(stateOf(events))).toBe('n1 NOTIFYING 1, n2 NOTIFYING 1');
  });

  it('and its transaction make no conflict of a repeat that names none', () => {
    const events = told([processing, update('SUCCESS', 'T-9')]);
    expect(given(decider, events).when(processing).decision.kind).toBe('unchanged');
    const other = create('n1', { status: 'PROCESSING', transactionId: 'T-1' });
    expect(given(decider, events).when(other).code).toBe('NOTIFICATION_CONFLICT');
  });
});

describe('notifications that callers ask for', () => {
  it('are so many at most, of which none is lost, and endpoints are told all the same', () => {
    let { state } = given(decider);
    for (let i = 1; i <= askedMax; i += 1) {
      const decision = decider.decide(create(`n${i}`), state, contextAt(0));
      if (decision.kind === 'accepted') state = decision.events.reduce(evolve, state);
    }
    const codeOf = (command: Parameters<typeof decider.decide>[0]) => {
      const decision = decider.decide(command, state, contextAt(0));
      return decision.kind === 'rejected' ? decision.rejection.code : decision.kind;
    };
    expect(codeOf(create('more'))).toBe('TOO_MANY_NOTIFICATIONS');
    expect(codeOf(update('FAILED'))).toBe('TOO_MANY_NOTIFICATIONS');
    expect(codeOf(create('n1'))).toBe('unchanged');
    expect(codeOf(announce(targetOf('other')))).toBe('accepted');
  });
});

const contextAt = (afterMs: number) => ({
  ...{ atMs: startMs + afterMs, offset: 0n, slot: 0 as never },
  ...{ correlationId: 'c', actor: 'test:anybody' },
  eventId: (index: number) => `event-${index}`,
});

describe('when the time of notifications is over', () => {
  it('those that ended are forgotten together, and the numbers go on', () => {
    const ended = [create('n1'), create('n2'), delivered('n1', 1), abandon('n2')];
    const events = told([...ended, [expire, keepMs]]);
    expect(events.at(-1)).toEqual({
      type: 'NotificationsForgotten',
      data: { notificationIds: ['n1', 'n2'], forgottenAt: startMs + keepMs },
    });
    expect(stateOf(events)).toEqual({ status: 'open', sequence: 2n, notifications: [] });
    expect(decider.timers(stateOf(events))).toEqual([]);
    const next = told([...ended, [expire, keepMs], [create('n1'), keepMs + 1]]);
    expect(next.at(-1)).toMatchObject({ data: { sequence: 3n, createdAt: startMs + keepMs + 1 } });
  });

  it('those that did not end are given up, and forgotten a week later', () => {
    const events = told([create('n1'), [expire, keepMs]]);
    expect(events.at(-1)).toEqual({
      type: 'NotificationAbandoned',
      data: {
        ...{ notificationId: 'n1', reason: 'it was not delivered in its time' },
        abandonedAt: startMs + keepMs,
      },
    });
    const forgetMs = keepMs + keptAbandonedMs;
    const timer = { name: 'expire', dueMs: startMs + forgetMs };
    expect(decider.timers(stateOf(events))).toEqual([timer]);
    const early = given(decider, events).when(expire, { atMs: timer.dueMs - 1 });
    expect(early.decision.kind).toBe('unchanged');
    const all = told([create('n1'), [expire, keepMs], [expire, forgetMs]]);
    expect(all.at(-1)?.type).toBe('NotificationsForgotten');
  });

  it('one that is given up early is kept until its own time', () => {
    const events = told([create('n1'), [abandon('n1'), dayMs]]);
    const dueMs = startMs + keepMs;
    expect(decider.timers(stateOf(events))).toEqual([{ name: 'expire', dueMs }]);
  });

  it('each has its own, and one timer is for the first', () => {
    const two = [create('n1'), delivered('n1', 1), [create('n2'), dayMs]] as const;
    const dueMs = startMs + keepMs;
    expect(decider.timers(stateOf(told(two)))).toEqual([{ name: 'expire', dueMs }]);
    expect(decider.onTimer({ name: 'expire', dueMs }, stateOf(told(two)))).toEqual(expire);
    const after = stateOf(told([...two, [expire, keepMs]]));
    expect(summaryOf(after)).toBe('n2 NOTIFYING 1');
    expect(decider.timers(after)).toEqual([{ name: 'expire', dueMs: dueMs + dayMs }]);
  });

  it('one that is forgotten is not found any more', () => {
    const events = told([create('n1'), delivered('n1', 1), [expire, keepMs]]);
    const codeOf = (command: Parameters<typeof told>[0][number]) =>
      'type' in command ? given(decider, events).when(command).code : null;
    for (const command of [retry('n1'), abandon('n1'), replay('n1')])
      expect(codeOf(command)).toBe('NOTIFICATION_NOT_FOUND');
    expect([codeOf(retry(null)), codeOf(update('FAILED'))]).toEqual([
      ...['PAYMENT_NOT_FOUND', 'PAYMENT_NOT_FOUND'],
    ]);
  });
});

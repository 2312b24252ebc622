import { describe, expect, it } from 'vitest';
import { abandon, announce, announceInOrder, create, decider } from './testing-commands.ts';
import {
  dayMs,
  delivered,
  expire,
  gone,
  policy,
  replay,
  report,
  retry,
  start,
} from './testing-commands.ts';
import { startMs, stateOf, summaryOf, targetOf, told } from './testing-commands.ts';

const three = ['n1', 'n2', 'n3'].map(announceInOrder);
const after = (...commands: Parameters<typeof told>[0]) =>
  summaryOf(stateOf(told([...three, ...commands])));

describe('an endpoint that is told in order', () => {
  it('is told of one at a time, the oldest first', () => {
    expect(after()).toBe('n1 NOTIFYING 1, n2 PENDING 0, n3 PENDING 0');
    expect(after(delivered('n1', 1))).toBe('n1 SUCCESS 1, n2 NOTIFYING 1, n3 PENDING 0');
    const all = ['n1', 'n2', 'n3'].map((id) => delivered(id, 1));
    expect(after(...all)).toBe('n1 SUCCESS 1, n2 SUCCESS 1, n3 SUCCESS 1');
    expect(told([...three, delivered('n1', 1)]).at(-1)).toMatchObject({
      type: 'NotificationAttemptDue',
      data: { notificationId: 'n2', trigger: 'ORDER', attempt: 1, status: 'NOTIFYING' },
    });
  });

  it('is told of the next when the one before has no attempt left, and not while it waits', () => {
    const none = (id: string) => announce(targetOf(id, { inOrder: true, intervalsMs: [30_000] }));
    const failed = told([none('n1'), none('n2'), report('n1', 1)]);
    expect(summaryOf(stateOf(failed))).toBe('n1 FAILED 1, n2 PENDING 0');
    const over = told([none('n1'), none('n2'), report('n1', 1), [start('n1', 2), 30_000]]);
    expect(summaryOf(stateOf(over))).toBe('n1 RETRYING 2, n2 PENDING 0');
    const ended = [none('n1'), none('n2'), report('n1', 1), [start('n1', 2), 30_000] as const];
    const events = told([...ended, [report('n1', 2), 31_000]]);
    expect(summaryOf(stateOf(events))).toBe('n1 RETRY_FAILED 2, n2 NOTIFYING 1');
  });

  it('is told of the next when the one before is given up, by hand or with its endpoint', () => {
    expect(after(abandon('n1'))).toBe('n1 ABANDONED 1, n2 NOTIFYING 1, n3 PENDING 0');
    const removed = { outcome: 'UNDELIVERABLE', code: 'ENDPOINT_REMOVED' } as const;
    const ends = ['n1', 'n2', 'n3'].map((id) => report(id, 1, removed));
    expect(after(...ends)).toBe('n1 ABANDONED 1, n2 ABANDONED 1, n3 ABANDONED 1');
  });

  it('is told of nothing sooner when one that waits is given up', () => {
    expect(after(abandon('n2'))).toBe('n1 NOTIFYING 1, n2 ABANDONED 0, n3 PENDING 0');
    expect(after(abandon('n2'), delivered('n1', 1))).toBe(
      'n1 SUCCESS 1, n2 ABANDONED 0, n3 NOTIFYING 1',
    );
  });

  it('is told of nothing else while one is replayed', () => {
    const replayed = [delivered('n1', 1), replay('n1')];
    expect(after(...replayed)).toBe('n1 RETRYING 2, n2 NOTIFYING 1, n3 PENDING 0');
    const both = 'n1 RETRYING 2, n2 SUCCESS 1, n3 PENDING 0';
    expect(after(...replayed, delivered('n2', 1))).toBe(both);
    expect(after(...replayed, delivered('n1', 2))).toBe(
      'n1 SUCCESS 2, n2 NOTIFYING 1, n3 PENDING 0',
    );
    expect(after(...replayed, delivered('n2', 1), delivered('n1', 2))).toBe(
      'n1 SUCCESS 2, n2 SUCCESS 1, n3 NOTIFYING 1',
    );
  });

  it('is told at once of one that a person retries, and the others wait for that too', () => {
    expect(after(retry('n2'))).toBe('n1 NOTIFYING 1, n2 NOTIFYING 1, n3 PENDING 0');
    expect(after(retry('n2'), delivered('n1', 1))).toBe(
      'n1 SUCCESS 1, n2 NOTIFYING 1, n3 PENDING 0',
    );
    expect(after(retry('n2'), delivered('n1', 1), delivered('n2', 1))).toBe(
      'n1 SUCCESS 1, n2 SUCCESS 1, n3 NOTIFYING 1',
    );
  });

  it('keeps what waits while it is gone', () => {
    expect(after(gone('n1', 1))).toBe('n1 RETRYING 2, n2 PENDING 0, n3 PENDING 0');
  });

  it('is told of the next when the time of the one before is over', () => {
    const later = policy.keepMs - dayMs;
    const commands = [announceInOrder('n1'), [announceInOrder('n2'), later]] as const;
    const events = told([...commands, [announceInOrder('n3'), later], [expire, policy.keepMs]]);
    expect(summaryOf(stateOf(events))).toBe('n1 ABANDONED 1, n2 NOTIFYING 1, n3 PENDING 0');
    const timer = { name: 'expire', dueMs: startMs + policy.keepMs + 7 * dayMs };
    expect(decider.timers(stateOf(events))).toContainEqual({
      ...timer,
      dueMs: Math.min(timer.dueMs, startMs + later + policy.keepMs),
    });
  });

  it('is not told of what is over itself when the time of all is over', () => {
    expect(after([expire, policy.keepMs])).toBe('n1 ABANDONED 1, n2 ABANDONED 0, n3 ABANDONED 0');
  });

  it('does not wait for notifications to others', () => {
    const other = announce(targetOf('x1', { inOrder: true, endpointId: 'ep-2' }));
    expect(after(other)).toMatch(/x1 NOTIFYING 1$/);
    const ends = after(other, delivered('x1', 1));
    expect(ends).toBe('n1 NOTIFYING 1, n2 PENDING 0, n3 PENDING 0, x1 SUCCESS 1');
  });
});

describe('an endpoint whose order was switched', () => {
  it('on, waits for what was on its way before', () => {
    const events = told([
      announce(targetOf('n1')),
      announce(targetOf('n2')),
      announceInOrder('n3'),
    ]);
    expect(summaryOf(stateOf(events))).toBe('n1 NOTIFYING 1, n2 NOTIFYING 1, n3 PENDING 0');
    const ends = told([
      ...[announce(targetOf('n1')), announce(targetOf('n2')), announceInOrder('n3')],
      ...[delivered('n2', 1), delivered('n1', 1)],
    ]);
    expect(summaryOf(stateOf(ends))).toBe('n1 SUCCESS 1, n2 SUCCESS 1, n3 NOTIFYING 1');
  });

  it('off, is told of the new at once, and of what waits in its turn', () => {
    const off = announce(targetOf('n4'));
    expect(after(off)).toBe('n1 NOTIFYING 1, n2 PENDING 0, n3 PENDING 0, n4 NOTIFYING 1');
    expect(after(off, delivered('n1', 1), delivered('n4', 1))).toBe(
      'n1 SUCCESS 1, n2 NOTIFYING 1, n3 PENDING 0, n4 SUCCESS 1',
    );
  });
});

it('whatever goes to a URL of its own waits for nothing', () => {
  const toUrls = ['n1', 'n2', 'n3'].map((id) => create(id));
  expect(summaryOf(stateOf(told(toUrls)))).toBe('n1 NOTIFYING 1, n2 NOTIFYING 1, n3 NOTIFYING 1');
});

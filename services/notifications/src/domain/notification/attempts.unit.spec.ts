import { given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { NotificationEvent } from './events.ts';
import { waitMsMax } from './limits.ts';
import { createNotificationDecider } from './notification.ts';
import type { Timed } from './testing-commands.ts';
import { abandon, announce, create, decider, delivered, gone } from './testing-commands.ts';
import { levelsMs, policy, replay, report, retry, retryDue, start } from './testing-commands.ts';
import { startMs, stateOf, summaryOf, targetOf, told } from './testing-commands.ts';

const withWaits = (...intervalsMs: readonly number[]) => announce(targetOf('n1', { intervalsMs }));

/** What the last event says, and when after the start it says so. */
const lastOf = (events: readonly NotificationEvent[]) => events.at(-1)?.data;

/** The timers of retries, by how long after the start they are due. */
const retriesOf = (events: readonly NotificationEvent[]) =>
  decider
    .timers(stateOf(events))
    .filter(({ name }) => name !== 'expire')
    .map(({ name, dueMs }) => [name, dueMs - startMs]);

describe('a schedule', () => {
  it('of five waits makes six attempts in 51.5 minutes, each begun by its own topic', () => {
    const commands: Timed[] = [[create('n1'), 0]];
    let afterMs = 0;
    for (const [index, levelMs] of levelsMs.entries()) {
      commands.push([report('n1', index + 1), afterMs]);
      expect(lastOf(told(commands))).toMatchObject({
        ...{ status: 'FAILED', attempt: index + 1, levelMs, step: index + 1 },
        nextDueAt: startMs + afterMs + levelMs,
      });
      expect(retriesOf(told(commands))).toEqual([]);
      afterMs += levelMs;
      commands.push([start('n1', index + 2), afterMs]);
      expect(lastOf(told(commands))).toMatchObject({
        ...{ attempt: index + 2, trigger: 'SCHEDULE', status: 'RETRYING', step: index + 1 },
        ...{ dueAt: startMs + afterMs, startedAt: startMs + afterMs, content: null },
      });
    }
    expect(afterMs).toBe(51.5 * 60_000);
    commands.push([report('n1', 6), afterMs]);
    expect(lastOf(told(commands))).toMatchObject({ status: 'RETRY_FAILED', nextDueAt: null });
    expect(summaryOf(stateOf(told(commands)))).toBe('n1 RETRY_FAILED 6');
  });

  it('without a wait has one attempt', () => {
    const events = told([withWaits(), report('n1', 1)]);
    expect(summaryOf(stateOf(events))).toBe('n1 RETRY_FAILED 1');
    expect(lastOf(events)).toMatchObject({ levelMs: null, nextDueAt: null, step: 0 });
  });

  it('waits by a timer for what no topic keeps, and by the topic for what one keeps', () => {
    const first = [withWaits(45_000, 60_000), report('n1', 1)];
    expect(lastOf(told(first))).toMatchObject({ nextDueAt: startMs + 45_000, levelMs: null });
    expect(retriesOf(told(first))).toEqual([['retry:n1:2', 45_000]]);
    const timer = { name: 'retry:n1:2', dueMs: startMs + 45_000 };
    expect(decider.onTimer(timer, stateOf(told(first)))).toEqual(retryDue('n1', 2));
    const second: Timed[] = [
      [retryDue('n1', 2), 45_000],
      [report('n1', 2), 46_000],
    ];
    const events = told([...first, ...second]);
    expect(lastOf(events)).toMatchObject({ nextDueAt: startMs + 106_000, levelMs: 60_000 });
    expect(retriesOf(events)).toEqual([]);
  });

  it('is by timers alone where there are no delay topics', () => {
    const without = createNotificationDecider({ ...policy, levelsMs: [] });
    expect(lastOf(told([create('n1'), report('n1', 1)], without))).toMatchObject({ levelMs: null });
  });

  it('has as many timers as notifications that wait, under names of their own', () => {
    const others = ['a:b:7', 'retry:x:1'].map((id) => targetOf(id, { intervalsMs: [45_000] }));
    const first = targetOf('n1', { intervalsMs: [45_000] });
    const ids = [first, ...others].map(({ notificationId }) => notificationId);
    const events = told([announce(first, others), ...ids.map((id) => report(id, 1))]);
    const timers = decider.timers(stateOf(events)).filter(({ name }) => name !== 'expire');
    expect(timers.map((timer) => decider.onTimer(timer, stateOf(events)))).toEqual(
      ids.map((id) => retryDue(id, 2)),
    );
  });

  it('knows no other timer', () => {
    const timer = { name: 'retry', dueMs: startMs };
    expect(() => decider.onTimer(timer, decider.initialState)).toThrow('not a timer');
  });
});

describe('what the endpoint asks to wait', () => {
  const after = (retryAfterMs: number | null, intervalMs = 60_000) => {
    const events = told([withWaits(intervalMs), report('n1', 1, { retryAfterMs })]);
    const failed = events.at(-1);
    if (failed?.type !== 'NotificationAttemptFailed') throw new Error('no failure');
    return [(failed.data.nextDueAt ?? 0) - startMs, failed.data.levelMs];
  };

  it('counts where it is more than the schedule', () => {
    expect(after(null)).toEqual([60_000, 60_000]);
    expect(after(0)).toEqual([60_000, 60_000]);
    expect(after(59_999)).toEqual([60_000, 60_000]);
    expect(after(60_001)).toEqual([60_001, null]);
    expect(after(300_000)).toEqual([300_000, 300_000]);
  });

  it('counts up to three days', () => {
    expect(waitMsMax).toBe(72 * 3_600_000);
    expect(after(waitMsMax - 1)).toEqual([waitMsMax - 1, null]);
    expect(after(waitMsMax)).toEqual([waitMsMax, null]);
    expect(after(waitMsMax + 1)).toEqual([waitMsMax, null]);
    expect(after(Number.MAX_SAFE_INTEGER)).toEqual([waitMsMax, null]);
  });
});

describe('an attempt that begins', () => {
  const failed = [create('n1'), report('n1', 1)];

  it('is never early, and what came too early may come again', () => {
    for (const command of [start('n1', 2), retryDue('n1', 2)]) {
      expect(told([...failed, [command, 29_999]])).toHaveLength(2);
      expect(told([...failed, [command, 29_999], [command, 30_000]])).toHaveLength(3);
    }
  });

  it('begins once, however often it is said', () => {
    const commands: Timed[] = [30_000, 30_001, 90_000].map((ms) => [start('n1', 2), ms]);
    expect(summaryOf(stateOf(told([...failed, ...commands])))).toBe('n1 RETRYING 2');
    expect(told([...failed, ...commands])).toHaveLength(3);
  });

  it('says who found it overdue', () => {
    const found = start('n1', 2, { trigger: 'SWEEP' });
    const dueAt = startMs + 30_000;
    expect(lastOf(told([...failed, [found, 99_000]]))).toMatchObject({
      ...{ trigger: 'SWEEP', dueAt, startedAt: startMs + 99_000, reason: null },
    });
  });
});

describe('a retry by hand', () => {
  const failed = [create('n1'), report('n1', 1)];
  const byHand: Timed = [retry('n1'), 10_000];

  it('supersedes the attempt that waited, which then comes to nothing', () => {
    const events = told([...failed, byHand]);
    expect(lastOf(events)).toMatchObject({
      ...{ trigger: 'MANUAL', attempt: 2, dueAt: startMs + 10_000, status: 'RETRYING', step: 1 },
      ...{ reason: 'they asked for it' },
    });
    const late: Timed = [start('n1', 2), 30_000];
    expect(told([...failed, byHand, late])).toEqual(events);
    // Nor does it begin the attempt after the one by hand.
    const again = told([...failed, byHand, [report('n1', 2), 11_000], late]);
    expect(summaryOf(stateOf(again))).toBe('n1 FAILED 2');
    expect(lastOf(again)).toMatchObject({ nextDueAt: startMs + 71_000, levelMs: 60_000 });
  });

  it('takes its timer away', () => {
    const waiting = [withWaits(45_000, 45_000), report('n1', 1)];
    expect(retriesOf(told([...waiting, byHand]))).toEqual([]);
  });

  it('delivers what waits for a status as it is', () => {
    const events = told([create('n1', { status: 'PROCESSING' }), retry('n1')]);
    expect(lastOf(events)).toMatchObject({ status: 'NOTIFYING', attempt: 1, trigger: 'MANUAL' });
    expect(summaryOf(stateOf(events))).toBe('n1 NOTIFYING 1');
  });

  it('is of the newest of the payment, or of none', () => {
    const two = [create('n1'), report('n1', 1), create('n2'), report('n2', 1)];
    expect(lastOf(told([...two, retry(null)]))).toMatchObject({ notificationId: 'n2' });
    const { code } = given(decider, told(two)).when(retry(null, 'another payment'));
    expect(code).toBe('PAYMENT_NOT_FOUND');
    const { decision } = given(decider, told([create('n1')])).when(retry(null));
    expect(decision).toMatchObject({ rejection: { details: { status: 'NOTIFYING' } } });
  });
});

describe('a report that comes late', () => {
  const changesNothing = (history: Parameters<typeof told>[0], ...late: readonly Timed[]) =>
    expect(told([...history, ...late])).toEqual(told(history));

  it('changes nothing when it was given up', () => {
    const history = [create('n1'), abandon('n1')];
    changesNothing(history, [delivered('n1', 1), 5], [report('n1', 1), 5], [gone('n1', 1), 5]);
    const waited = [create('n1'), report('n1', 1), abandon('n1')];
    changesNothing(waited, [start('n1', 2), 30_000], [retryDue('n1', 2), 30_000]);
    expect(summaryOf(stateOf(told(waited)))).toBe('n1 ABANDONED 1');
  });

  it('changes nothing when the next attempt has begun', () => {
    const history = [create('n1'), report('n1', 1), [start('n1', 2), 30_000] as const];
    changesNothing(history, [delivered('n1', 1), 30_001], [report('n1', 1), 30_001]);
  });

  it('changes nothing when it is delivered, or replayed', () => {
    const done = [create('n1'), delivered('n1', 1)];
    changesNothing(done, [delivered('n1', 1), 5], [report('n1', 1), 5]);
    changesNothing([...done, replay('n1')], [report('n1', 1), 5], [delivered('n1', 1), 5]);
  });

  it('of an attempt that nobody began changes nothing', () => {
    changesNothing([create('n1')], [delivered('n1', 2), 5], [delivered('n1', 0), 5]);
    changesNothing([create('n1', { status: 'PROCESSING' })], [delivered('n1', 0), 5]);
    changesNothing([create('n1')], [delivered('n2', 1), 5]);
  });
});

describe('an endpoint that is gone', () => {
  it('uses up no wait: the next attempt is due, and waits for it', () => {
    const events = told([withWaits(45_000), gone('n1', 1), gone('n1', 2), report('n1', 3)]);
    expect(events.slice(1, 3)).toMatchObject([
      { data: { status: 'RETRYING', attempt: 1, nextDueAt: startMs, levelMs: null, step: 0 } },
      { data: { status: 'RETRYING', attempt: 2, step: 0 } },
    ]);
    expect(lastOf(events)).toMatchObject({ status: 'FAILED', attempt: 3, step: 1 });
    expect(summaryOf(stateOf(events.slice(0, 3)))).toBe('n1 RETRYING 3');
  });

  it('keeps its notification also when no wait is left', () => {
    expect(summaryOf(stateOf(told([withWaits(), gone('n1', 1)])))).toBe('n1 RETRYING 2');
  });

  it('but not at a URL, where nothing could be resumed', () => {
    const events = told([create('n1'), gone('n1', 1)]);
    expect(lastOf(events)).toMatchObject({ status: 'FAILED', levelMs: 30_000, step: 1 });
  });
});

describe('an attempt that could not be made', () => {
  const undeliverable = (code: string) => report('n1', 1, { outcome: 'UNDELIVERABLE', code });

  it('is a failure like others', () => {
    const events = told([withWaits(30_000), undeliverable('TEMPLATE_FAILED')]);
    expect(lastOf(events)).toMatchObject({ status: 'FAILED', levelMs: 30_000 });
    const unknown = told([withWaits(30_000), report('n1', 1, { outcome: 'UNKNOWN' })]);
    expect(lastOf(unknown)).toMatchObject({ status: 'FAILED', levelMs: 30_000 });
  });

  it('since the endpoint was removed ends the notification', () => {
    const events = told([withWaits(30_000), undeliverable('ENDPOINT_REMOVED')]);
    const reason = 'the endpoint was removed';
    expect(events.at(-1)).toMatchObject({ type: 'NotificationAbandoned', data: { reason } });
    expect(summaryOf(stateOf(events))).toBe('n1 ABANDONED 1');
  });
});

describe('a replay', () => {
  const ended = [withWaits(30_000), report('n1', 1), [start('n1', 2), 30_000] as const];

  it('says again what is told, and has all waits of the schedule again', () => {
    for (const end of [report('n1', 2), delivered('n1', 2)]) {
      const events = told([...ended, [end, 31_000], [replay('n1'), 99_000]]);
      expect(lastOf(events)).toMatchObject({
        ...{ trigger: 'REPLAY', status: 'RETRYING', attempt: 3, step: 0, sequence: 1n },
        ...{ dueAt: startMs + 99_000, reason: 'it is there again', endpointId: 'ep-1' },
        ...{ callbackUrl: null, content: { paymentId: 'PAY176722560000000000000000001' } },
      });
    }
    const again = told([
      ...ended,
      ...[report('n1', 2), replay('n1'), report('n1', 3)].map((each) => [each, 31_000] as const),
    ]);
    expect(lastOf(again)).toMatchObject({ status: 'FAILED', attempt: 3, step: 1 });
  });

  it('is not of one that was given up, nor of one that has not ended', () => {
    const codeOf = (events: readonly NotificationEvent[]) =>
      given(decider, events).when(replay('n1'));
    expect(codeOf(told([create('n1'), abandon('n1')])).decision).toMatchObject({
      rejection: { code: 'REPLAY_NOT_ALLOWED', details: { status: 'ABANDONED' } },
    });
    expect(codeOf(told([create('n1')])).code).toBe('REPLAY_NOT_ALLOWED');
  });
});

describe('giving up', () => {
  it('keeps the first reason', () => {
    const events = told([create('n1'), abandon('n1', 'first')]);
    const { decision } = given(decider, events).when(abandon('n1', 'second'));
    const details = { status: 'ABANDONED', reason: 'first' };
    expect(decision).toMatchObject({ rejection: { code: 'ABANDON_NOT_ALLOWED', details } });
    expect(given(decider, events).when(abandon('n1', 'first')).decision.kind).toBe('unchanged');
  });

  it('takes the timer of the next attempt away', () => {
    expect(retriesOf(told([withWaits(45_000), report('n1', 1), abandon('n1')]))).toEqual([]);
  });
});

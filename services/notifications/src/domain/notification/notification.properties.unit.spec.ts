import { anyContext } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NotificationEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { Notification, NotificationsState } from './state.ts';
import { hasEnded, notificationsOf } from './state.ts';
import type { History, Step } from '../../testing/notification-history.ts';
import {
  anyHistory,
  endings,
  quickDecider,
  quickPolicy,
  runHistory,
} from '../../testing/notification-history.ts';

const numRuns = 200;
const [seed = 0] = fc.sample(fc.integer(), 1);

function stepsOf(history: History): readonly Step[] {
  const steps: Step[] = [];
  // What has happened grows while the history runs; a step has it as far as it had come.
  runHistory(history, (step) => steps.push({ ...step, events: [...step.events] }));
  return steps;
}

/** Other ones in each run, and the same for every property: they are run once and looked at often. */
const allSteps = fc.sample(anyHistory, { numRuns, seed }).flatMap(stepsOf);

/** Where one fails, they are run again, which finds the shortest and names the seed. */
function holds(check: (step: Step) => void): void {
  try {
    for (const step of allSteps) check(step);
  } catch (error) {
    const property = fc.property(anyHistory, (history) => {
      runHistory(history, check);
    });
    fc.assert(property, { numRuns, seed });
    throw error;
  }
}

/** Events of one notification since it was made; it may have been forgotten and made again. */
function since(events: readonly NotificationEvent[], id: string): readonly NotificationEvent[] {
  const own = events.filter(({ data }) => 'notificationId' in data && data.notificationId === id);
  return own.slice(own.findLastIndex(({ type }) => type === 'NotificationCreated'));
}

const isByHand = ({ type, data }: NotificationEvent): boolean =>
  type === 'NotificationAttemptDue' && (data.trigger === 'MANUAL' || data.trigger === 'REPLAY');

const isHeld = (one: Notification): boolean => one.status === 'PENDING' && one.held;
const inOrder = (state: NotificationsState): readonly Notification[] =>
  notificationsOf(state).filter((one) => one.endpointId === 'ep-1' && !hasEnded(one));

describe('whatever is asked of notifications, in whatever order, and whatever comes by time', () => {
  it('the same command twice makes no second event, and every answer is JSON', () => {
    holds(({ state, command, atMs }) => {
      const again = quickDecider.decide(command, state, { ...anyContext, atMs });
      expect(again.kind).not.toBe('accepted');
      const answer = quickDecider.answer(state, command, again);
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    });
  });

  it('attempts count up by one, and only the one at hand is reported', () => {
    holds(({ before, news }) => {
      for (const event of news) {
        const { type, data } = event;
        if (!('notificationId' in data) || type === 'NotificationCreated') continue;
        const known = notificationsOf(before).find(
          ({ notificationId }) => notificationId === data.notificationId,
        );
        if (type === 'NotificationAttemptDue') expect(data.attempt).toBe((known?.attempt ?? 0) + 1);
        else if ('attempt' in data) expect(data.attempt).toBe(known?.attempt);
      }
    });
  });

  it('none begins before its time but by hand', () => {
    holds(({ before, news, atMs }) => {
      for (const { type, data } of news) {
        if (type !== 'NotificationAttemptDue' || data.trigger !== 'SCHEDULE') continue;
        const known = notificationsOf(before).find(
          ({ notificationId }) => notificationId === data.notificationId,
        );
        expect(known?.status === 'FAILED' && atMs >= known.nextDueMs).toBe(true);
        expect(data.dueAt).toBe(known?.status === 'FAILED' ? known.nextDueMs : null);
      }
    });
  });

  it('no more attempts fail than the schedule has, and one, since it began', () => {
    holds(({ state, events }) => {
      for (const { notificationId, intervalsMs, attempt, step } of notificationsOf(state)) {
        const own = since(events, notificationId);
        const replayed = own.findLastIndex(
          ({ type, data }) => type === 'NotificationAttemptDue' && data.trigger === 'REPLAY',
        );
        const failures = own
          .slice(replayed + 1)
          .filter((each) => each.type === 'NotificationAttemptFailed')
          .filter(({ data }) => data.status !== 'RETRYING');
        expect(failures.length).toBeLessThanOrEqual(1 + intervalsMs.length);
        expect(step).toBeLessThanOrEqual(intervalsMs.length);
        const isGone = own.some(
          (each) => each.type === 'NotificationAttemptFailed' && each.data.status === 'RETRYING',
        );
        const isUsual = !isGone && !own.some(isByHand);
        if (isUsual) expect(attempt).toBeLessThanOrEqual(1 + intervalsMs.length);
      }
    });
  });

  it('one that failed waits for a timer or in a topic, of the two exactly one', () => {
    holds(({ state }) => {
      const timers = new Map(quickDecider.timers(state).map(({ name, dueMs }) => [name, dueMs]));
      timers.delete('expire');
      for (const one of notificationsOf(state)) {
        const name = `retry:${one.notificationId}:${one.attempt + 1}`;
        const dueMs = timers.get(name);
        timers.delete(name);
        if (one.status !== 'FAILED') expect(dueMs).toBeUndefined();
        else if (one.levelMs === null) expect(dueMs).toBe(one.nextDueMs);
        else expect([dueMs, quickPolicy.levelsMs.includes(one.levelMs)]).toEqual([undefined, true]);
      }
      expect([...timers]).toEqual([]);
    });
  });

  it('one that was given up stays so, for its reason, until it is forgotten', () => {
    holds(({ before, state }) => {
      for (const one of notificationsOf(before)) {
        if (one.status !== 'ABANDONED') continue;
        const after = notificationsOf(state).find(
          ({ notificationId }) => notificationId === one.notificationId,
        );
        if (after !== undefined) expect(after).toEqual(one);
      }
    });
  });

  it('they are numbered from 1 without a gap', () => {
    holds(({ state, events }) => {
      const made = events.filter((event) => event.type === 'NotificationCreated');
      expect(made.map(({ data }) => data.sequence)).toEqual(
        made.map((_each, at) => BigInt(at + 1)),
      );
      if (state.status === 'open') expect(state.sequence).toBe(BigInt(made.length));
    });
  });

  it('the state is what the events say, and no id stands in it twice', () => {
    holds(({ state, events }) => {
      expect(events.reduce(evolve, quickDecider.initialState)).toEqual(state);
      const ids = notificationsOf(state).map(({ notificationId }) => notificationId);
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  it('an endpoint that is told in order is told of one at a time, unless a person asks', () => {
    holds(({ state, events }) => {
      const open = inOrder(state);
      const usual = open.filter(
        (one) => !isHeld(one) && !since(events, one.notificationId).some(isByHand),
      );
      expect(usual.length).toBeLessThanOrEqual(1);
      const byHand = open.filter((one) => !isHeld(one)).length - usual.length;
      const isAsked = events.some(isByHand);
      if (!isAsked) expect(byHand).toBe(0);
    });
  });

  it('none waits for its turn where nothing is before it', () => {
    holds(({ state }) => {
      const open = inOrder(state);
      if (open.length > 0) expect(open.every(isHeld)).toBe(false);
    });
  });

  it('what is taken at last comes to its end, all of it', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const rounds = Array.from({ length: 6 }, () => endings).flat();
        const state = runHistory([...history, ...rounds], () => undefined);
        const open = notificationsOf(state).filter((one) => !hasEnded(one));
        // A status that nobody is told of may wait for another for ever.
        for (const one of open)
          expect([one.status, one.endpointId, isHeld(one)]).toEqual(['PENDING', null, false]);
      }),
      { numRuns: 200 },
    );
  });
});

it('the histories reach every status and every event', () => {
  const statuses = new Set<string>();
  const types = new Set<string>();
  const triggers = new Set<string>();
  fc.assert(
    fc.property(anyHistory, (history) => {
      runHistory(history, ({ state, news }) => {
        for (const { status } of notificationsOf(state)) statuses.add(status);
        for (const { type, data } of news) {
          types.add(type);
          if ('trigger' in data) triggers.add(data.trigger);
        }
      });
    }),
    { numRuns: 300, seed: 1 },
  );
  const ends = ['SUCCESS', 'RETRY_FAILED', 'ABANDONED'];
  expect(statuses).toEqual(new Set(['PENDING', 'NOTIFYING', 'FAILED', 'RETRYING', ...ends]));
  expect(types.size).toBe(7);
  expect(triggers).toEqual(new Set(['SCHEDULE', 'MANUAL', 'REPLAY', 'ORDER']));
});

import type { AttemptOutcome, NotifiedStatus, StartAttempt } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import { anyContext } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import type { NotificationCommand } from '../domain/notification/commands.ts';
import type { NotificationPolicy } from '../domain/notification/create.ts';
import type { NotificationEvent } from '../domain/notification/events.ts';
import { evolve } from '../domain/notification/evolve.ts';
import { createNotificationDecider } from '../domain/notification/notification.ts';
import type { NotificationsState } from '../domain/notification/state.ts';
import { findNotification, notificationsOf } from '../domain/notification/state.ts';
import {
  abandon,
  announce,
  create,
  dayMs,
  delivered,
  expire,
} from '../domain/notification/testing-commands.ts';
import {
  minuteMs,
  replay,
  report,
  retry,
  start,
  startMs,
  targetOf,
} from '../domain/notification/testing-commands.ts';
import { tellAgain, update } from '../domain/notification/testing-commands.ts';

/** Two waits that a topic keeps and one that a timer does; over soon, so that much expires. */
export const quickPolicy: NotificationPolicy = {
  intervalsMs: [30_000, 45_000, minuteMs],
  levelsMs: [30_000, minuteMs],
  keepMs: 180 * minuteMs,
};
export const quickDecider = createNotificationDecider(quickPolicy);

/** To `ep-1` in order, to `ep-2` as they come, to `ep-3` without a retry. */
const targets = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((id) =>
  targetOf(id, {
    endpointId: id.startsWith('a') ? 'ep-1' : id.startsWith('b') ? 'ep-2' : 'ep-3',
    inOrder: id.startsWith('a'),
    intervalsMs: id === 'c1' ? [] : id === 'b2' ? [45_000, 45_000] : null,
  }),
);
const asked = ['u1', 'u2'];
const statuses: readonly NotifiedStatus[] = ['PROCESSING', 'SUCCESS', 'REFUNDING', 'REFUNDED'];
const outcomes: readonly AttemptOutcome[] = ['DELIVERED', 'FAILED', 'GONE', 'UNDELIVERABLE'];

/** A command that depends on what is there, so that it often means something. */
type Move = (state: NotificationsState) => NotificationCommand;

/** Mostly the attempt at hand, or the next one. */
const offset = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constantFrom(-1, 1, 2));
const anyId = fc.constantFrom(...targets.map(({ notificationId }) => notificationId), ...asked);
const anyTarget = fc.constantFrom(...targets);
const anyStatus = fc.constantFrom(...statuses);

/** Mostly one that is there, else that id. */
function oneOf(state: NotificationsState, id: string, at: number): string {
  const all = notificationsOf(state);
  return (at === 0 ? undefined : all[at % all.length]?.notificationId) ?? id;
}
const attemptOf = (state: NotificationsState, id: string): number =>
  findNotification(state, id)?.attempt ?? 0;

const picks = fc.record({
  ...{ id: anyId, at: fc.nat({ max: 11 }), by: offset, status: anyStatus },
  ...{ asked: fc.constantFrom(...asked), one: anyTarget, other: anyTarget },
  outcome: fc.constantFrom(...outcomes, 'FAILED' as const, 'FAILED' as const),
  retryAfterMs: fc.constantFrom(null, null, 100, minuteMs, 50_000),
});
type Picks = typeof picks extends fc.Arbitrary<infer Value> ? Value : never;
type Make = (state: NotificationsState, picked: Picks) => NotificationCommand;

const reported: Make = (state, { id, at, by, outcome, retryAfterMs }) => {
  const one = oneOf(state, id, at);
  const attempt = attemptOf(state, one) + by;
  if (outcome === 'DELIVERED') return delivered(one, attempt);
  return report(one, attempt, { outcome, retryAfterMs });
};
const announced: Make = (_state, { one, other }) =>
  announce(one, other.endpointId === one.endpointId ? [] : [other]);
const started: Make = (state, { id, at, by }) => {
  const one = oneOf(state, id, at);
  return start(one, attemptOf(state, one) + 1 + by);
};
/** That one, or the newest of the payment. */
const oneOrNewest = (state: NotificationsState, { id, at }: Picks): string | null =>
  at === 11 ? null : oneOf(state, id, at);

const makes: readonly Make[] = [
  ...Array<Make>(6).fill(reported),
  ...Array<Make>(3).fill(announced),
  started,
  (_state, picked) => create(picked.asked, { status: picked.status }),
  (_state, { status }) => update(status),
  (state, picked) => retry(oneOrNewest(state, picked)),
  (state, picked) => abandon(oneOrNewest(state, picked), `reason ${picked.by}`),
  (state, { id, at }) => replay(oneOf(state, id, at)),
  () => tellAgain(),
  () => expire,
];

const anyMove: fc.Arbitrary<Move> = fc.tuple(fc.constantFrom(...makes), picks).map(
  ([make, picked]): Move =>
    (state) =>
      make(state, picked),
);

const anyWait = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, 1_000, 30_000) },
  { weight: 3, arbitrary: fc.constantFrom(45_000, minuteMs, 5 * minuteMs) },
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(100 * minuteMs, 8 * dayMs)),
);

export type History = readonly (readonly [move: Move, elapsedMs: number])[];
export const anyHistory: fc.Arbitrary<History> = fc.array(fc.tuple(anyMove, anyWait), {
  ...{ maxLength: 60, size: 'max' },
});

export interface Step {
  readonly before: NotificationsState;
  readonly state: NotificationsState;
  readonly command: NotificationCommand;
  readonly atMs: number;
  readonly news: readonly NotificationEvent[];
  /** All that happened so far. */
  readonly events: readonly NotificationEvent[];
}

/** What a delay topic was asked to say. */
const startsOf = (news: readonly NotificationEvent[]): readonly StartAttempt[] =>
  news.flatMap((event) => {
    if (event.type !== 'NotificationAttemptFailed') return [];
    const { notificationId, attempt, nextDueAt: dueAt, levelMs } = event.data;
    if (dueAt === null || levelMs === null) return [];
    return [{ notificationId, attempt: attempt + 1, dueAt, trigger: 'SCHEDULE' as const }];
  });

/**
 * The commands, each a while after the one before. Timers fire when they are due, and what delay
 * topics keep comes when it is due, twice. Returns the state at the end.
 */
export function runHistory(history: History, check: (step: Step) => void): NotificationsState {
  let state: NotificationsState = quickDecider.initialState;
  let atMs = startMs;
  let waiting: readonly StartAttempt[] = [];
  const events: NotificationEvent[] = [];
  const take = (command: NotificationCommand): void => {
    const before = state;
    const decision = quickDecider.decide(command, before, { ...anyContext, atMs });
    const news = decision.kind === 'accepted' ? decision.events : [];
    events.push(...news);
    state = news.reduce(evolve, before);
    waiting = [...waiting, ...startsOf(news)];
    check({ before, state, command, atMs, news, events });
  };
  const passUntil = (untilMs: number): void => {
    for (;;) {
      const timers = quickDecider.timers(state).map(({ name, dueMs }) => ({ name, dueMs }));
      const [timer] = timers.sort((one, other) => one.dueMs - other.dueMs);
      const next = [...waiting].sort((one, other) => one.dueAt - other.dueAt)[0];
      const dueMs = Math.min(timer?.dueMs ?? untilMs, next?.dueAt ?? untilMs);
      // A timer fires after the records of its own millisecond.
      if (dueMs >= untilMs) break;
      atMs = Math.max(atMs, dueMs);
      if (next?.dueAt === dueMs) {
        waiting = waiting.filter((each) => each !== next);
        for (let i = 0; i < 2; i += 1) take({ type: 'StartAttempt', data: next });
      } else if (timer !== undefined) {
        take(quickDecider.onTimer(timer, state));
        const isLeft = quickDecider
          .timers(state)
          .some(({ name, dueMs: at }) => name === timer.name && at === timer.dueMs);
        invariant(!isLeft, `${timer.name} would fire for ever`);
      }
    }
    atMs = untilMs;
  };
  for (const [move, elapsedMs] of history) {
    passUntil(atMs + elapsedMs);
    take(move(state));
  }
  return state;
}

/** Moves that bring whatever is under way to its end, whichever it is. */
export const endings: History = Array.from({ length: 12 }, (_each, at) => [
  (state: NotificationsState) => {
    const due = notificationsOf(state).find(
      ({ status }) => status === 'NOTIFYING' || status === 'RETRYING',
    );
    const one = due ?? notificationsOf(state)[0];
    return one === undefined ? expire : delivered(one.notificationId, one.attempt);
  },
  at % 3 === 0 ? 2 * minuteMs : 0,
]);

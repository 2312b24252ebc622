import type { EndpointsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { outcomesIn, ownEntries } from '../history/history.ts';
import * as limits from '../limits.ts';
import type { Told, ToldStep } from '../oracles/told.ts';
import { endBy, toldOf } from '../oracles/told.ts';
import type { Checker } from './checker.ts';
import { forgottenIn } from './outcomes.ts';

/** I9 */
export const operatorsChecker: Checker = {
  name: 'operators',
  title: 'what operators ask of notifications holds: retried, replayed, given up, kept back',
  check: (history) => [
    ...asked(history),
    ...[...toldOf(history).values()].flatMap((told) => [
      ...permitted(told),
      ...givenUp(history, told),
    ]),
    ...keptBack(history),
  ],
};

/** What a person can ask for, and the event that it leads to. */
const wanted: Readonly<Record<string, string>> = {
  RetryNotification: 'MANUAL',
  ReplayNotification: 'REPLAY',
  AbandonNotification: 'ABANDONED',
};

const wishOf = ({ event }: ToldStep): string | null => {
  if (event.type === 'NotificationAbandoned') return 'ABANDONED';
  if (event.type !== 'NotificationAttemptDue') return null;
  const { trigger } = event.data;
  return trigger === 'MANUAL' || trigger === 'REPLAY' ? trigger : null;
};

/** Each that was accepted led to what it asks for, once; and nothing of the kind came by itself. */
function asked(history: History): readonly Violation[] {
  const done = new Map<string, string[]>();
  for (const told of toldOf(history).values())
    for (const step of told.steps) {
      const wish = wishOf(step);
      const by = step.causationId ?? '';
      if (wish !== null) done.set(by, [...(done.get(by) ?? []), wish]);
    }
  const found: Violation[] = [];
  const commands = new Set<string>();
  const forgotten = forgottenIn(history, {
    commands: topics.notificationsCommands.name,
    outcomes: topics.notificationsOutcomes.name,
  });
  const types = new Map(history.sent.map(({ id, type }) => [id, type]));
  for (const { commandId, status } of outcomesIn(history, topics.notificationsOutcomes.name)) {
    const type = types.get(commandId) ?? '';
    const wish = wanted[type];
    if (wish === undefined) continue;
    commands.add(commandId);
    if (status !== 'ACCEPTED') continue;
    const led = done.get(commandId) ?? [];
    const times = forgotten.has(commandId) ? 2 : 1;
    if (led.length < 1 || led.length > times || led.some((each) => each !== wish))
      found.push(violation('I9', `${type} ${commandId} led to ${led.join() || 'nothing'}`));
  }
  for (const [id, wishes] of done) {
    const isByHand = wishes.some((wish) => wish !== 'ABANDONED');
    if (isByHand && !commands.has(id))
      found.push(violation('I9', `nobody asked for ${wishes.join()}, said by ${id}`));
  }
  return found;
}

type Status = 'waits' | 'due' | 'ended' | 'over';

/** Only what waits is retried, only what ended is replayed, and nothing follows what was given up. */
function permitted({ created, steps }: Told): readonly Violation[] {
  let status: Status = created.status === 'PENDING' ? 'waits' : 'due';
  return steps.flatMap((step) => {
    const before = status;
    status = after(step, before);
    const wish = wishOf(step);
    const isWrong =
      before === 'over' ||
      (wish === 'MANUAL' && before !== 'waits') ||
      (wish === 'REPLAY' && before !== 'ended') ||
      (wish === 'ABANDONED' && before === 'ended');
    if (!isWrong) return [];
    return [violation('I9', `${created.notificationId}: ${step.event.type}, and it is ${before}`)];
  });
}

function after(step: ToldStep, before: Status): Status {
  const { event } = step;
  switch (event.type) {
    case 'NotificationAttemptDue':
      return 'due';
    case 'NotificationAttemptFailed':
      if (endBy(step) !== null) return 'ended';
      // Of who is gone the next attempt is due at once.
      return event.data.status === 'FAILED' ? 'waits' : 'due';
    case 'NotificationDelivered':
      return 'ended';
    case 'NotificationAbandoned':
      return 'over';
    case 'NotificationCreated':
    case 'NotificationStatusUpdated':
    case 'NotificationsForgotten':
      return before;
    default:
      return unreachable(event);
  }
}

/** By then everybody who delivers knows what stands in the log. */
const knownMs = ({ calm, healedMs }: History, atMs: number): number =>
  calm ? atMs + limits.noticedCalmMaxMs : Math.max(atMs, healedMs) + limits.noticedMaxMs;

/**
 * Nothing is sent of what was given up, by whoever knows: the task that decided it at once, a process
 * that does not know yet that it has lost the task when it notices.
 */
function givenUp(history: History, { created, steps, deliveries }: Told): readonly Violation[] {
  const end = steps.find((step) => endBy(step) === 'ABANDONED');
  if (end === undefined) return [];
  const late = deliveries.filter(({ atMs }) => atMs > knownMs(history, end.atMs));
  return late.map(({ attempt, atMs }) => {
    const afterMs = Math.round(atMs - end.atMs);
    const what = `attempt ${attempt} came ${afterMs} ms after it had been given up`;
    return violation('I9', `${created.notificationId}: ${what}`);
  });
}

/** To an endpoint that is paused, disabled or removed nothing is sent. */
function keptBack(history: History): readonly Violation[] {
  const spans = new Map<string, { fromMs: number; toMs: number; why: string }[]>();
  for (const { payload, record } of ownEntries(history, topics.endpointsEvents.name)) {
    const { type, data } = payload as EndpointsEvent;
    const own = spans.get(data.endpointId) ?? [];
    spans.set(data.endpointId, own);
    const { timestampMs } = record;
    const last = own.at(-1);
    if (type === 'EndpointResumed' && last !== undefined) last.toMs = timestampMs;
    if (type === 'EndpointPaused' || type === 'EndpointDisabled' || type === 'EndpointRemoved')
      own.push({ fromMs: knownMs(history, timestampMs), toMs: Infinity, why: type });
  }
  return history.deliveries.flatMap(({ id, endpointId, attempt, atMs }) => {
    const span = spans.get(endpointId)?.find(({ fromMs, toMs }) => atMs > fromMs && atMs < toMs);
    if (span === undefined) return [];
    return [
      violation('I9', `${endpointId} was sent attempt ${attempt} of ${id} after ${span.why}`),
    ];
  });
}

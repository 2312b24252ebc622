import { topics } from '@plumbline/events';
import { calm } from '@plumbline/runtime/simulation';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry, History } from '../history/history.ts';
import { ownEntries } from '../history/history.ts';
import { operationKinds } from '../plan/operations.ts';
import { planOf } from '../plan/run-plan.ts';
import { stories } from '../plan/stories.ts';
import { playToTheEnd } from '../play.ts';
import { openStage } from '../stage/open-stage.ts';
import type { BookedDelivery } from '../stage/sim-merchants.ts';
import { attemptsChecker } from './attempts.ts';
import { checkHistory } from './checkers.ts';
import { healthChecker } from './health.ts';
import { notificationsChecker } from './notifications.ts';
import { operatorsChecker } from './operators.ts';

let sound: History;
const { notificationsEvents, endpointsEvents } = topics;

/** One run without faults of ours, with merchants that fail in every way. */
beforeAll(async () => {
  const kinds = ['in-order', 'failing', 'busy', 'wavering', 'picky'] as const;
  const plan = { ...planOf(2, {}, calm, kinds), isListening: false };
  const operations = Array.from({ length: 16 }, (_, index) => ({
    ...{ index, kind: operationKinds[index % operationKinds.length] ?? 'retry' },
    atMs: 2_500 + index * 1_100,
  }));
  const told = stories
    .slice(0, 12)
    .map((story, index) => ({ index, story, startMs: 500 + index * 200 }));
  const shaped = { ...plan, operations, partitions: 2, stories: told, poison: [] };
  const stage = await openStage(shaped, null);
  sound = await playToTheEnd(stage);
}, 60_000);

const withTopic = (
  topic: string,
  change: (entries: readonly Entry[]) => readonly Entry[],
): History => {
  const changed = change(sound.committed(topic));
  return {
    ...sound,
    committed: (name) => (name === topic ? changed : sound.committed(name)),
  };
};

const without = (topic: string, isLeftOut: (entry: Entry) => boolean): History =>
  withTopic(topic, (entries) => {
    const at = entries.findIndex(isLeftOut);
    expect(at).toBeGreaterThanOrEqual(0);
    return entries.filter((_, index) => index !== at);
  });

const dataOf = ({ payload }: Entry): Readonly<Record<string, unknown>> =>
  (payload?.data ?? {}) as Readonly<Record<string, unknown>>;
const isOf = (type: string) => (entry: Entry) => entry.payload?.type === type;

/** The first of a type with other data. */
const altered = (type: string, over: object): History =>
  withTopic(notificationsEvents.name, (entries) => {
    const at = entries.findIndex(isOf(type));
    expect(at).toBeGreaterThanOrEqual(0);
    return entries.map((entry, index) =>
      index === at ? { ...entry, payload: { type, data: { ...dataOf(entry), ...over } } } : entry,
    );
  });

/** Each of a type with other data. */
const eachOf = (type: string, over: (data: Readonly<Record<string, unknown>>) => object): History =>
  withTopic(notificationsEvents.name, (entries) =>
    entries.map((entry) => {
      if (!isOf(type)(entry)) return entry;
      const data = dataOf(entry);
      return { ...entry, payload: { type, data: { ...data, ...over(data) } } };
    }),
  );

const withTrigger =
  (trigger: string) =>
  (entry: Entry): boolean =>
    dataOf(entry)['trigger'] === trigger;

/** Each with its broker time moved. */
const moved = (type: string, byMs: number): History =>
  withTopic(notificationsEvents.name, (entries) =>
    entries.map((entry) => {
      if (!isOf(type)(entry)) return entry;
      const { record } = entry;
      return { ...entry, record: { ...record, timestampMs: record.timestampMs + byMs } };
    }),
  );

const delivered = (
  change: (all: readonly BookedDelivery[]) => readonly BookedDelivery[],
): History => ({ ...sound, deliveries: change(sound.deliveries) });

const eachDelivery = (over: (one: BookedDelivery) => Partial<BookedDelivery>): History =>
  delivered((all) => all.map((one) => ({ ...one, ...over(one) })));

const firstDelivered = (): string => {
  const events = ownEntries(sound, notificationsEvents.name);
  const first = events.find(({ payload }) => payload.type === 'NotificationDelivered');
  return (first?.payload.data as { readonly notificationId: string }).notificationId;
};

/** The end of something that was replayed. */
const endsBeforeReplay = (entry: Entry): boolean => {
  const replayed = ownEntries(sound, notificationsEvents.name).find(withTrigger('REPLAY'));
  const { notificationId, status } = dataOf(entry);
  const isEnd = isOf('NotificationDelivered')(entry) || status === 'RETRY_FAILED';
  return isEnd && replayed !== undefined && notificationId === dataOf(replayed)['notificationId'];
};

const problems = async (history: History): Promise<string> => {
  const all = [
    ...(await notificationsChecker.check(history)),
    ...(await attemptsChecker.check(history)),
    ...(await operatorsChecker.check(history)),
    ...(await healthChecker.check(history)),
  ];
  return all.map(({ what }) => what).join('\n');
};

describe('the checkers of what merchants are told', () => {
  it('find nothing in a sound history', async () => {
    expect(await checkHistory(sound)).toEqual([]);
    const types = new Set(
      ownEntries(sound, notificationsEvents.name).map(({ payload }) => payload.type),
    );
    expect([...types].sort()).toEqual([
      ...['NotificationAbandoned', 'NotificationAttemptDue', 'NotificationAttemptFailed'],
      ...['NotificationCreated', 'NotificationDelivered'],
    ]);
    expect(sound.deliveries.length).toBeGreaterThan(20);
  });

  it.each<[string, RegExp, () => History]>([
    [
      'an event that was never announced',
      /was never announced/,
      () => without(notificationsEvents.name, isOf('NotificationCreated')),
    ],
    [
      'a notification that nothing calls for',
      /nothing calls for/,
      () => without(topics.paymentsEvents.name, isOf('PaymentSucceeded')),
    ],
    [
      'a notification of another event',
      /was announced as/,
      () => altered('NotificationCreated', { endpointId: 'another' }),
    ],
    ['a delivery that never came', /was delivered to nobody/, () => delivered(() => [])],
    [
      'a failure that nobody answered',
      /nobody answered/,
      () => eachDelivery(() => ({ isHeard: false })),
    ],
    [
      'a delivery under another id',
      /which nobody knows/,
      () => eachDelivery(({ id }) => ({ id: `${id}-2` })),
    ],
    [
      'a delivery to somebody else',
      /which is somebody else's/,
      () => eachDelivery(() => ({ endpointId: 'another' })),
    ],
    ['a body of another id', /says of itself/, () => eachDelivery(() => ({ body: '{"id":"x"}' }))],
    [
      'an order that was not kept',
      /began before number/,
      () => eachOf('NotificationCreated', () => ({ status: 'NOTIFYING' })),
    ],
    ['a delivery that came early', /ms early/, () => eachDelivery(() => ({ atMs: 0 }))],
    ['a retry before its time', /before its time/, () => moved('NotificationAttemptDue', -700)],
    [
      'a notification that has no end',
      /is stuck/,
      () =>
        withTopic(notificationsEvents.name, (entries) =>
          entries.filter((entry) => !isOf('NotificationDelivered')(entry)),
        ),
    ],
    [
      'an attempt that was skipped',
      /attempt 3 after 1/,
      () => altered('NotificationAttemptDue', { attempt: 3 }),
    ],
    [
      'a schedule that goes on',
      /and goes on/,
      () =>
        withTopic(notificationsEvents.name, (entries) =>
          entries.map((entry) => {
            if (dataOf(entry)['status'] !== 'RETRY_FAILED' || entry.payload === null) return entry;
            const data = { ...dataOf(entry), status: 'FAILED' };
            return { ...entry, payload: { ...entry.payload, data } };
          }),
        ),
    ],
    [
      'a used-up schedule that nobody sees',
      /there is no incident/,
      () =>
        withTopic(endpointsEvents.name, (entries) =>
          entries.filter((entry) => dataOf(entry)['kind'] !== 'EXHAUSTED'),
        ),
    ],
    [
      'something that follows what was given up',
      /and it is over/,
      () => eachOf('NotificationAbandoned', () => ({ notificationId: firstDelivered() })),
    ],
    [
      'a replay of what has not ended',
      /it is (due|waits)/,
      () => without(notificationsEvents.name, (entry) => endsBeforeReplay(entry)),
    ],
    [
      'a retry by hand that led to nothing',
      /RetryNotification .* led to nothing/,
      () => without(notificationsEvents.name, withTrigger('MANUAL')),
    ],
    [
      'a replay that nobody asked for',
      /nobody asked for REPLAY/,
      () => withTopic(topics.notificationsOutcomes.name, () => []),
    ],
    [
      'a delivery long after it was given up',
      /after it had been given up/,
      () => eachDelivery(({ atMs }) => ({ atMs: atMs + 3_600_000 })),
    ],
    [
      'a delivery to an endpoint that is paused',
      /after EndpointPaused/,
      () =>
        withTopic(endpointsEvents.name, (entries) =>
          entries.filter(({ payload }) => payload?.type !== 'EndpointResumed'),
        ),
    ],
    [
      'an endpoint that fails and nobody knows',
      /in a row, and nobody knows/,
      () => without(endpointsEvents.name, isOf('EndpointFailing')),
    ],
    [
      'an endpoint that is well and said to fail',
      /is still said to fail/,
      () =>
        withTopic(endpointsEvents.name, (entries) =>
          entries.filter(({ payload }) => payload?.type !== 'EndpointRecovered'),
        ),
    ],
  ])('find %s', async (_, what, history) => {
    expect(await problems(history())).toMatch(what);
  });
});

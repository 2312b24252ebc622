import type { AlertRaised, CommandOutcome } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { calm } from '@plumbline/runtime/simulation';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry, History } from '../history/history.ts';
import { ownEntries, placeOf } from '../history/history.ts';
import { planOf } from '../plan/run-plan.ts';
import { stories } from '../plan/stories.ts';
import { playToTheEnd } from '../play.ts';
import { openStage } from '../stage/open-stage.ts';
import type { BookedPayment } from '../stage/sim-gateway.ts';
import { checkHistory, checkers } from './checkers.ts';

let sound: History;
const refund = { refundReference: 'another', amountMinor: 1n, status: 'done' } as const;

/** One calm run in which every story is told, and a gateway gives one number to several payments. */
beforeAll(async () => {
  const plan = planOf(2, {}, calm);
  const told = stories.map((story, index) => ({ index, story, startMs: 500 + index * 200 }));
  const poison = [
    { index: 0, atMs: 2_000, kind: 'truncated', target: 'ordersEvents', ofStory: null },
    { index: 1, atMs: 2_000, kind: 'garbage', target: 'paymentsCommands', ofStory: null },
  ] as const;
  const shaped = { ...plan, partitions: 2, stories: told, poison, isListening: false };
  const stage = await openStage(shaped, null);
  sound = await playToTheEnd(stage);
}, 60_000);

const { ordersEvents, ordersOutcomes, ordersCommands, paymentsEvents, alertsEvents } = topics;
const { paymentsCommands, transactionsEvents, resultsEvents } = topics;
const { ordersChangelog, ordersDeadLetters, checkoutDeadLetters } = topics;

/** The same history, with other records in one topic. */
const withTopic = (
  topic: string,
  change: (entries: readonly Entry[]) => readonly Entry[],
): History => {
  // At once: what goes wrong here must not be taken for the finding of a checker that broke.
  const changed = change(sound.committed(topic));
  return {
    ...sound,
    committed: (name) => (name === topic ? changed : sound.committed(name)),
  };
};

const dropFirst = (topic: string, type: string): History =>
  withTopic(topic, (entries) => {
    const at = entries.findIndex(({ payload }) => payload?.type === type);
    expect(at).toBeGreaterThanOrEqual(0);
    return [...entries.slice(0, at), ...entries.slice(at + 1)];
  });

const twice = (topic: string, type: string): History =>
  withTopic(topic, (entries) =>
    entries.flatMap((entry) => (entry.payload?.type === type ? [entry, entry] : [entry])),
  );

/** The deletion of a timer. */
const isTakenAway = ({ record }: Entry): boolean =>
  record.value === null && record.key?.toString().startsWith('t/') === true;

/** The first of a type with other data. */
const altered = (topic: string, type: string, over: object): History =>
  withTopic(topic, (entries) => {
    const at = entries.findIndex(({ payload }) => payload?.type === type);
    return entries.map((entry, index) => {
      if (index !== at || entry.payload === null) return entry;
      return { ...entry, payload: { type, data: { ...entry.payload.data, ...over } } };
    });
  });

/** Every record with other data. */
const throughout = (topic: string, over: object): History =>
  withTopic(topic, (entries) =>
    entries.map((entry) => {
      const { payload } = entry;
      if (payload === null) return entry;
      return { ...entry, payload: { ...payload, data: { ...payload.data, ...over } } };
    }),
  );

const found = async (history: History): Promise<readonly string[]> => [
  ...new Set((await checkHistory(history)).map(({ checker }) => checker)),
];

describe('the checkers', () => {
  it('find nothing in a sound history', async () => {
    expect(await checkHistory(sound)).toEqual([]);
    expect(sound.committed(alertsEvents.name).length).toBeGreaterThan(6);
    const raised = ownEntries(sound, alertsEvents.name).flatMap(({ payload }) =>
      payload.type === 'AlertRaised' ? [(payload.data as AlertRaised).rule] : [],
    );
    expect([...new Set(raised)].sort()).toEqual(['B', 'C', 'D', 'F', 'J', 'K', 'M', 'P', 'Z']);
    expect(sound.localCopies.length).toBeGreaterThan(0);
  });

  it.each<[string, string, () => History]>([
    [
      'an outcome that is missing',
      'outcomes',
      () => withTopic(ordersOutcomes.name, (e) => e.slice(1)),
    ],
    ['an event that is missing', 'outcomes', () => dropFirst(ordersEvents.name, 'OrderPaid')],
    [
      'a step of an alert that was not noted',
      'incidents',
      () => dropFirst(topics.incidentsAlerts.name, 'AlertNoted'),
    ],
    [
      'an incident that was not opened',
      'incidents',
      () => dropFirst(topics.incidentsEvents.name, 'IncidentOpened'),
    ],
    [
      'an incident without its alerts',
      'incidents',
      () => altered(topics.incidentsEvents.name, 'IncidentOpened', { joined: [] }),
    ],
    ['an outcome that came twice', 'outcomes', () => twice(ordersOutcomes.name, 'CommandOutcome')],
    [
      'an acknowledged command that is gone',
      'outcomes',
      () => withTopic(ordersCommands.name, (e) => e.slice(1)),
    ],
    ['an outcome of nothing', 'causes', () => withTopic(ordersCommands.name, (e) => e.slice(1))],
    [
      'an event that no outcome lists',
      'causes',
      () => altered(ordersOutcomes.name, 'CommandOutcome', { events: [] }),
    ],
    [
      'a reaction that is missing',
      'causes',
      () => dropFirst(ordersCommands.name, 'ConfirmPayment'),
    ],
    [
      'a payment that succeeded twice',
      'effects',
      () => twice(paymentsEvents.name, 'PaymentSucceeded'),
    ],
    [
      'an order that is not shown',
      'read-models',
      () => dropFirst(ordersEvents.name, 'OrderCreated'),
    ],
    ['a gap in the versions', 'chains', () => dropFirst(ordersEvents.name, 'OrderAwaitingPayment')],
    ['a move that there is not', 'transitions', () => twice(ordersEvents.name, 'OrderPaid')],
    [
      'an amount that is another',
      'money',
      () => altered(paymentsEvents.name, 'PaymentSucceeded', { amountMinor: 1n }),
    ],
    [
      'a claim of a transaction that is missing',
      'transactions',
      () => dropFirst(transactionsEvents.name, 'GatewayTransactionClaimed'),
    ],
    [
      'a second claimant who was not told',
      'transactions',
      () => dropFirst(paymentsCommands.name, 'ReportTransactionConflict'),
    ],
    [
      'a conflict that is recorded twice',
      'transactions',
      () => twice(paymentsEvents.name, 'PaymentTransactionConflicted'),
    ],
    [
      'a callback of which nothing is said',
      'callbacks',
      () => dropFirst(topics.callbacksEvents.name, 'CallbackUnclaimed'),
    ],
    [
      'a claimed callback of which it is said twice',
      'callbacks',
      () => twice(topics.callbacksEvents.name, 'CallbacksClaimed'),
    ],
    ['a result that is missing', 'results', () => dropFirst(resultsEvents.name, 'PaymentResult')],
    ['a result that came twice', 'results', () => twice(resultsEvents.name, 'RefundResult')],
    [
      'a result in other words',
      'results',
      () => altered(resultsEvents.name, 'PaymentResult', { oldStatus: 'succeeded' }),
    ],
    [
      'a result with the number of another transaction',
      'results',
      () => throughout(resultsEvents.name, { gatewayTransactionId: 'another' }),
    ],
    [
      'results in another order',
      'results',
      () => withTopic(resultsEvents.name, (entries) => [...entries].reverse()),
    ],
    [
      'results of orders that are kept here',
      'results',
      () => throughout(paymentsEvents.name, { merchant: null }),
    ],
    ['an alert that is missing', 'alerts', () => dropFirst(alertsEvents.name, 'AlertRaised')],
    [
      'an alert that nothing calls for',
      'alerts',
      () => dropFirst(paymentsEvents.name, 'PaymentReportContradicted'),
    ],
    [
      'a dead letter that is missing',
      'nothing-skipped',
      () => withTopic(checkoutDeadLetters.name, () => []),
    ],
    [
      'a refusal that had an effect',
      'refusals',
      () => altered(ordersOutcomes.name, 'CommandOutcome', { status: 'REJECTED' }),
    ],
    [
      'a state that was never written',
      'state',
      () =>
        withTopic(ordersChangelog.name, (e) =>
          e.filter(({ record }) => record.key?.toString() !== 's/aggregates/main/S000'),
        ),
    ],
    [
      'a timer that was taken away twice',
      'state',
      () =>
        withTopic(ordersChangelog.name, (e) =>
          e.flatMap((each) => (isTakenAway(each) ? [each, each] : [each])),
        ),
    ],
    ['a replay that writes more', 'replay', () => dropFirst(ordersEvents.name, 'OrderPaid')],
    [
      'a record that was read and is not there',
      'committed-reads',
      () => withTopic(ordersEvents.name, (entries) => entries.slice(0, -1)),
    ],
    [
      'a record that was never read',
      'committed-reads',
      () => ({ ...sound, sightings: sound.sightings.slice(1) }),
    ],
    [
      'reads out of order',
      'committed-reads',
      () => ({ ...sound, sightings: [...sound.sightings].reverse() }),
    ],
    [
      'a record that nobody took',
      'nothing-skipped',
      () => ({ ...sound, taken: sound.taken.slice(1) }),
    ],
    [
      'a transaction that nobody ends',
      'nothing-skipped',
      () => ({
        ...sound,
        ends: (topic, partition) => ({ ...sound.ends(topic, partition), lastStableOffset: -1n }),
      }),
    ],
    [
      'somebody who has not caught up',
      'lag',
      () => ({ ...sound, behind: [{ who: 'x', topic: 't', partition: 0, from: 0n, to: 1n }] }),
    ],
    [
      'a local copy that is not the changelog',
      'state',
      () => ({
        ...sound,
        localCopies: sound.localCopies.map((copy) => ({ ...copy, values: new Map() })),
      }),
    ],
    [
      'alerts that came too late',
      'alerts',
      () =>
        withTopic(alertsEvents.name, (entries) =>
          entries.map((entry) => ({
            ...entry,
            record: { ...entry.record, timestampMs: entry.record.timestampMs + 5_000 },
          })),
        ),
    ],
    [
      'alerts that came too early',
      'alerts',
      () =>
        withTopic(alertsEvents.name, (entries) =>
          entries.map((entry) => ({ ...entry, record: { ...entry.record, timestampMs: 0 } })),
        ),
    ],
  ])('find %s', async (_what, name, plant) => {
    // Only the one that has to: all of them take half a second.
    const checker = checkers.find((each) => each.name === name);
    expect(await checker?.check(plant())).not.toEqual([]);
    expect(checker).toBeDefined();
  });

  it('find an answer that a client was given and that does not stand', async () => {
    const at = sound.sent.findIndex(({ answer }) => answer?.status === 'ACCEPTED');
    const told = sound.sent[at];
    const answer: CommandOutcome = { ...(told?.answer as CommandOutcome), status: 'REJECTED' };
    const sent = sound.sent.map((each, index) => (index === at ? { ...each, answer } : each));
    expect(await found({ ...sound, sent })).toEqual(['outcomes']);
  });

  it.each<[string, (booked: BookedPayment) => BookedPayment]>([
    ['is not paid', (booked) => ({ ...booked, status: 'pending' })],
    ['is paid', (booked) => ({ ...booked, status: 'paid' })],
    ['went back', (booked) => ({ ...booked, refunds: new Map([['another', refund]]) })],
    ['went back beyond what was paid', (booked) => ({ ...booked, amountMinor: -1n })],
  ])('find money that %s by the books of the gateway', async (_what, change) => {
    const statuses = new Set([...sound.books.values()].map(({ status }) => status));
    expect([...statuses]).toEqual(expect.arrayContaining(['closed', 'paid']));
    const books = new Map([...sound.books].map(([name, booked]) => [name, change(booked)]));
    expect(await found({ ...sound, books })).toEqual(['gateway']);
  });

  it('find a payment at the gateway that never ended', async () => {
    const closed = withTopic(paymentsEvents.name, (entries) =>
      entries.filter(({ payload }) => payload?.type !== 'PaymentClosed'),
    );
    expect(await found(closed)).toContain('gateway');
  });

  it('know the record that was planted from those of the system', () => {
    const planted = sound.committed(ordersEvents.name).filter((entry) => entry.planted !== null);
    expect(planted.map((entry) => entry.planted)).toEqual(['truncated']);
    expect(sound.committed(ordersDeadLetters.name).map(({ record }) => placeOf(record))).toEqual(
      [],
    );
  });
});

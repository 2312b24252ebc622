import { topics } from '@plumbline/events';
import { calm } from '@plumbline/runtime/simulation';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry, History } from '../history/history.ts';
import { ownEntries } from '../history/history.ts';
import { reachedIn } from '../history/reached.ts';
import { planOf } from '../plan/run-plan.ts';
import { playToTheEnd } from '../play.ts';
import { openStage } from '../stage/open-stage.ts';
import { checkHistory, checkers } from './checkers.ts';

let sound: History;

/** One calm run in which accounts are paid into, and nothing else happens. */
beforeAll(async () => {
  const plan = { ...planOf(7, {}, calm, [], ['accounts are paid into']), isListening: false };
  const stories = plan.receiving?.stories ?? [];
  const stage = await openStage({ ...plan, partitions: 2, stories, poison: [] }, null);
  sound = await playToTheEnd(stage);
}, 60_000);

const events = topics.receivingEvents.name;

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

const without = (topic: string, type: string): History =>
  withTopic(topic, (entries) => {
    expect(entries.some(({ payload }) => payload?.type === type)).toBe(true);
    return entries.filter(({ payload }) => payload?.type !== type);
  });

const twice = (type: string): History =>
  withTopic(events, (entries) =>
    entries.flatMap((entry) => (entry.payload?.type === type ? [entry, entry] : [entry])),
  );

/** All of a type with other data. */
const altered = (topic: string, type: string, over: object): History =>
  withTopic(topic, (entries) =>
    entries.map((entry) =>
      entry.payload?.type === type
        ? { ...entry, payload: { type, data: { ...entry.payload.data, ...over } } }
        : entry,
    ),
  );

const withoutKept = (prefix: string): History =>
  withTopic(topics.receivingChangelog.name, (entries) =>
    entries.filter(
      ({ record }) => record.value !== null || record.key?.toString().startsWith(prefix) !== true,
    ),
  );

const found = async (name: string, history: History): Promise<readonly string[]> => {
  const checker = checkers.find((each) => each.name === name);
  return ((await checker?.check(history)) ?? []).map(({ what }) => what);
};

describe('the checkers of personal accounts', () => {
  it('find nothing in a sound history, in which money was matched, was late and was nobody’s', async () => {
    expect(await checkHistory(sound)).toEqual([]);
    const types = new Set(ownEntries(sound, events).map(({ payload }) => payload.type));
    for (const type of ['OrderActivated', 'OrderDeactivated', 'MoneyMatched', 'MoneyUnmatched'])
      expect(types).toContain(type);
    expect(sound.money.size).toBeGreaterThan(4);
    expect([...reachedIn(sound).keys()]).toContain('alert K raised');
  });

  it.each<[string, string, () => History]>([
    ['money that was matched twice', 'receiving', () => twice('MoneyMatched')],
    ['money that was nobody’s twice', 'receiving', () => twice('MoneyUnmatched')],
    [
      'money that was reported and is nowhere',
      'receiving',
      () => without(events, 'MoneyUnmatched'),
    ],
    ['an order that was waited for twice', 'receiving', () => twice('OrderActivated')],
    ['an order that asks for too much', 'receiving', () => dearer()],
    ['an order that ended before its time', 'receiving', () => early()],
    ['a guess', 'receiving', () => withoutOthers()],
    [
      'late money that is said to have come on time',
      'receiving',
      () => altered(events, 'MoneyMatched', { kind: 'LATE' }),
    ],
    [
      'a match that never got to its payment',
      'receiving',
      () => without(topics.paymentsEvents.name, 'GatewayCallbackRecorded'),
    ],
    [
      'a payment that succeeded by nobody’s money',
      'receiving',
      () => altered(topics.paymentsEvents.name, 'PaymentSucceeded', { channelTradeNo: 'wx' }),
    ],
    ['an order that is still shown', 'receiving', () => withoutKept('s/active/')],
    ['a timer that is left over', 'receiving', () => withoutKept('t/')],
    ['an order that is not shown', 'receiving', () => without(events, 'OrderDeactivated')],
    [
      'money that the read model shows otherwise',
      'receiving',
      () => without(events, 'MoneySetAside'),
    ],
    ['money that did not come in', 'received', () => ({ ...sound, money: new Map() })],
    ['money that came in and is nowhere', 'received', () => without(events, 'MoneyUnmatched')],
    [
      'money of another amount',
      'received',
      () => altered(events, 'MoneyMatched', { amountMinor: 1n }),
    ],
    [
      'money that was told otherwise than it was asked for',
      'received',
      () => altered(events, 'MoneyMatched', { toldMinor: 1n, kind: 'ON_TIME' }),
    ],
    [
      'a payment that was paid before its money came',
      'received',
      () => ({ ...sound, money: later() }),
    ],
    [
      'a payment that never ended',
      'received',
      () => without(topics.paymentsEvents.name, 'PaymentSucceeded'),
    ],
    [
      'money of which nobody was told',
      'alerts',
      () => without(topics.alertsEvents.name, 'AlertRaised'),
    ],
    [
      'an alert of money that stands',
      'alerts',
      () => without(topics.alertsEvents.name, 'AlertResolved'),
    ],
  ])('find %s', async (_what, name, plant) => {
    expect(await found(name, plant())).not.toEqual([]);
  });
});

const dearer = (): History =>
  withTopic(events, (entries) =>
    entries.map((entry) => {
      if (entry.payload?.type !== 'OrderActivated') return entry;
      const data = entry.payload.data as { readonly payableMinor: bigint };
      const over = { payableMinor: data.payableMinor + 50n };
      return { ...entry, payload: { ...entry.payload, data: { ...data, ...over } } };
    }),
  );

const early = (): History => altered(events, 'OrderDeactivated', { end: 'EXPIRED', endedAt: 1 });

/** Of what was nobody's the account says that it is the first order's that there was. */
const withoutOthers = (): History =>
  withTopic(events, (entries) => {
    const [match] = entries.filter(({ payload }) => payload?.type === 'MoneyMatched');
    return entries.map((entry) => {
      if (entry.payload?.type !== 'MoneyUnmatched' || match?.payload === undefined) return entry;
      const data = { ...match.payload?.data, ...entry.payload.data, kind: 'ON_TIME' };
      return { ...entry, payload: { type: 'MoneyMatched', data } };
    });
  });

const later = (): History['money'] =>
  new Map([...sound.money].map(([name, each]) => [name, { ...each, cameAtMs: Infinity }]));

import { topics } from '@plumbline/events';
import { calm } from '@plumbline/runtime/simulation';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry, History } from '../history/history.ts';
import { planOf } from '../plan/run-plan.ts';
import type { PlannedRedrive } from '../plan/redrives.ts';
import { stories } from '../plan/stories.ts';
import { playToTheEnd } from '../play.ts';
import { openStage } from '../stage/open-stage.ts';
import { checkHistory } from './checkers.ts';
import { overdueChecker } from './overdue.ts';
import { redrivesChecker } from './redrives.ts';
import { relaysChecker } from './relays.ts';

let sound: History;

/** A calm run in which the first two orders wait, one for ever; nobody relays for a while. */
beforeAll(async () => {
  const plan = { ...planOf(2, {}, calm, ['steady', 'failing']), isListening: false };
  const told = stories
    .slice(0, 4)
    .map((story, index) => ({ index, story, startMs: 500 + index * 100 }));
  const spoilt = { kind: 'garbage', target: 'paymentsEvents' } as const;
  const poison = [0, 1].map((ofStory) => ({ ...spoilt, index: ofStory, atMs: 100, ofStory }));
  const asked = { index: 0, target: 'paymentsEvents', ofStory: 0, againAtMs: null } as const;
  const redrives: readonly PlannedRedrive[] = [
    { ...asked, atMs: plan.stormMs, mode: 'REDRIVE' },
    {
      ...{ ...asked, index: 1, mode: 'SKIP_FIRST' },
      ...{ atMs: plan.stormMs + 1_000, againAtMs: plan.stormMs + 1_500 },
    },
    { ...asked, index: 2, atMs: plan.stormMs + 2_000, mode: 'DISCARD' },
    { ...asked, index: 3, atMs: plan.stormMs + 3_000, mode: 'REDRIVE', ofStory: 1 },
  ];
  const relayAway = { fromMs: 1_000, toMs: 12_000 };
  const shaped = { ...plan, partitions: 2, stories: told, operations: [], relayAway };
  const stage = await openStage({ ...shaped, poison, redrives }, null);
  sound = await playToTheEnd(stage);
}, 60_000);

const withTopic = (
  topic: string,
  change: (entries: readonly Entry[]) => readonly Entry[],
): History => {
  const changed = change(sound.committed(topic));
  return { ...sound, committed: (name) => (name === topic ? changed : sound.committed(name)) };
};

const { deadLettersOutcomes, notificationsCommands, notificationsDeadLetters } = topics;
const { endpointsEvents, notificationsEvents } = topics;

/** The answers to redrives, saying something else. */
const answered = (over: object, which: (answer: object) => boolean = () => true): History =>
  withTopic(deadLettersOutcomes.name, (entries) =>
    entries.map((entry) => {
      const data = entry.payload?.data as { readonly answer: string };
      const told = JSON.parse(data.answer) as object;
      if (entry.payload === null || !which(told)) return entry;
      const answer = JSON.stringify({ ...told, ...over });
      return { ...entry, payload: { ...entry.payload, data: { ...data, answer } } };
    }),
  );

const isTaking = (answer: object): boolean => (answer as { redriven: number }).redriven > 0;

/** What was sent on, with its broker time moved. */
const relayedAt = (byMs: number): History =>
  withTopic(notificationsCommands.name, (entries) =>
    entries.map((entry) => {
      const { record, envelope } = entry;
      if (envelope?.actor !== 'system:delays') return entry;
      return { ...entry, record: { ...record, timestampMs: record.timestampMs + byMs } };
    }),
  );

/** What was sent on, at the beginning of its partition. */
const relayedFirst = (): History =>
  withTopic(notificationsCommands.name, (entries) =>
    entries.map((entry) => {
      const { record } = entry;
      return isRelayed(entry) ? { ...entry, record: { ...record, offset: -1n } } : entry;
    }),
  );

/** Retries that the sweeper began, otherwise. */
const swept = (byMs: number, over: object = {}): History =>
  withTopic(notificationsEvents.name, (entries) =>
    entries.map((entry) => {
      const { payload, record } = entry;
      const data = (payload?.data ?? {}) as { readonly trigger?: string };
      if (payload === null || data.trigger !== 'SWEEP') return entry;
      const moved = { ...record, timestampMs: record.timestampMs + byMs };
      return { ...entry, record: moved, payload: { ...payload, data: { ...data, ...over } } };
    }),
  );

const isIncident = ({ payload }: Entry): boolean => payload?.type === 'EndpointIncidentOpened';

const isRelayed = ({ envelope }: Entry): boolean => envelope?.actor === 'system:delays';

const problems = async (history: History): Promise<string> => {
  const all = [
    ...(await redrivesChecker.check(history)),
    ...(await relaysChecker.check(history)),
    ...(await overdueChecker.check(history)),
  ];
  return all.map(({ what }) => what).join('\n');
};

describe('the checkers of what waits, and goes on', () => {
  it('find nothing in a sound history', async () => {
    expect(await checkHistory(sound)).toEqual([]);
    const told = sound.committed(deadLettersOutcomes.name).map(({ payload }) => {
      const { status, answer } = payload?.data as { status: string; answer: string };
      return { status, ...(JSON.parse(answer) as { redriven: number; stoppedBy: string | null }) };
    });
    expect(told.map(({ status }) => status).sort()).toEqual([
      ...['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'UNCHANGED'],
    ]);
    // One and its repeat.
    expect(told.filter(isTaking)).toHaveLength(2);
    expect(told.filter(({ stoppedBy }) => stoppedBy !== null)).toHaveLength(2);
    expect(sound.committed(notificationsCommands.name).some(isRelayed)).toBe(true);
  });

  it.each<[string, RegExp, () => History]>([
    [
      'a redrive without an answer',
      /has 0 answers/,
      () => withTopic(deadLettersOutcomes.name, () => []),
    ],
    ['a redrive that dropped what it should not', /dropped 2/, () => answered({ dropped: 2 })],
    ['one that took what is spoilt', /which is spoilt/, () => answered({ redriven: 1 })],
    [
      'one that took less than it let go on',
      /waits behind nothing/,
      () => answered({ redriven: 0 }, isTaking),
    ],
    [
      'one that says that nothing was changed',
      /changed nothing, and did/,
      () => answered({ remaining: 1 }),
    ],
    [
      'one of what never waited',
      /nothing waited/,
      () => withTopic(notificationsDeadLetters.name, () => []),
    ],
    [
      'a repeat that was done once more',
      /redrive-1 was ACCEPTED .*, and again ACCEPTED/,
      () => {
        let before = 0;
        return answered({ redriven: 0 }, (told) => isTaking(told) && (before += 1) > 1);
      },
    ],
    [
      'what was let go on and not taken',
      /let go on and not taken/,
      () => ({ ...sound, taken: [] }),
    ],
    [
      'what was taken in another order',
      /came after what follows/,
      () => ({ ...sound, taken: sound.taken.map((each) => ({ ...each, last: -each.last })) }),
    ],
    [
      'what was never sent on',
      /was never sent on/,
      () =>
        withTopic(notificationsCommands.name, (entries) =>
          entries.filter((each) => !isRelayed(each)),
        ),
    ],
    ['what was sent on early', /ms early/, () => relayedAt(-60_000)],
    [
      'what was sent on twice',
      /was sent on 2 times/,
      () =>
        withTopic(notificationsCommands.name, (entries) =>
          entries.flatMap((each) => (isRelayed(each) ? [each, each] : [each])),
        ),
    ],
    ['what the sweeper began too soon', /was swept up -?\d+ ms after it/, () => swept(-60_000)],
    ['what nobody looked for', /was left alone/, () => swept(60_000, { trigger: 'SCHEDULE' })],
    ['what was relayed and swept up', /was relayed at offset -1/, relayedFirst],
    [
      'what was swept up although all were there',
      /nothing was away/,
      () => ({ ...sound, isRelayAway: false }),
    ],
    [
      'what was swept up in silence',
      /nobody is told/,
      () =>
        withTopic(endpointsEvents.name, (entries) => entries.filter((each) => !isIncident(each))),
    ],
    [
      'an endpoint that hears what is not so',
      /nobody had to begin it/,
      () => swept(0, { trigger: 'SCHEDULE' }),
    ],
  ])('find %s', async (_, what, history) => {
    expect(await problems(history())).toMatch(what);
  });
});

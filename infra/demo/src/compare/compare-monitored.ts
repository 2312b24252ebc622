import type { MonitoredJournal } from '../driver/play-monitored.ts';
import { monitoredStories } from '../plan/monitored-stories.ts';
import type { Difference, FoundAlert } from './compare.ts';

/** What became of the money on a personal account. */
export interface MonitoredResult {
  readonly stories: readonly MonitoredTotals[];
  readonly rules: readonly MonitoredAlerts[];
  readonly differences: readonly Difference[];
}

export interface MonitoredTotals {
  readonly what: string;
  readonly answers: string;
  readonly end: string;
  readonly slowestMs: number;
  readonly expected: number;
  readonly found: number;
}

export interface MonitoredAlerts {
  readonly rule: string;
  readonly expected: readonly [raised: number, resolved: number];
  readonly found: readonly [raised: number, resolved: number];
}

/** Every story is looked at by itself, the alerts of all of them together. */
export function compareMonitored(of: {
  readonly journals: readonly MonitoredJournal[];
  /** By order number. */
  readonly statuses: ReadonlyMap<string, string>;
  /** Those about the account and its orders. */
  readonly alerts: readonly FoundAlert[];
}): MonitoredResult {
  const perJournal = of.journals.map((journal) => ({
    journal,
    differences: differencesOf(journal, of.statuses),
  }));
  const rules = compareAlerts(of.journals, of.alerts);
  return {
    stories: monitoredStories.map((story) => {
      const told = perJournal.filter(({ journal }) => journal.story.name === story.name);
      return {
        ...{ what: story.what, answers: story.results.join(', '), expected: story.count },
        end: story.statuses.join(', ') || '–',
        slowestMs: Math.max(0, ...told.map(({ journal }) => journal.answeredMs ?? 0)),
        found: told.filter(({ differences }) => differences.length === 0).length,
      };
    }),
    rules,
    differences: [
      ...perJournal.flatMap(({ differences }) => differences),
      ...rules
        .filter(({ expected, found }) => expected.join() !== found.join())
        .map(({ rule, expected, found }) => ({
          ...{ orderNo: null, story: null, what: `rule ${rule} about the account` },
          ...{ expected: raisedAndResolved(expected), found: raisedAndResolved(found) },
        })),
    ],
  };
}

/** A second answer that nobody waited for: a demo that cannot fail shows nothing. */
export function withPlantedMoney(
  journals: readonly MonitoredJournal[],
): readonly MonitoredJournal[] {
  return journals.map((journal, index) => {
    const { story } = journal;
    if (index > 0) return journal;
    return { ...journal, story: { ...story, results: [...story.results, 'MATCHED'] } };
  });
}

const raisedAndResolved = ([raised, resolved]: readonly [number, number]): string =>
  `${raised} raised, ${resolved} resolved`;

function differencesOf(
  { story, orderNos, results, wrong }: MonitoredJournal,
  statuses: ReadonlyMap<string, string>,
): readonly Difference[] {
  const at = { orderNo: orderNos[0] ?? null, story: story.what };
  const ends = orderNos.map((orderNo) => statuses.get(orderNo) ?? 'not found');
  const compared = [
    { what: 'answers', expected: story.results.join(', '), found: wrong ?? results.join(', ') },
    { what: 'orders', expected: story.statuses.join(', '), found: ends.join(', ') },
  ];
  return compared
    .filter(({ expected, found }) => expected !== found)
    .map((difference) => ({ ...at, ...difference }));
}

function compareAlerts(
  journals: readonly MonitoredJournal[],
  alerts: readonly FoundAlert[],
): readonly MonitoredAlerts[] {
  const expected = new Map<string, [number, number]>();
  for (const { story } of journals)
    for (const [rule, [raised, resolved]] of Object.entries(story.alerts)) {
      const [before, over] = expected.get(rule) ?? [0, 0];
      expected.set(rule, [before + raised, over + resolved]);
    }
  const rules = new Set([...expected.keys(), ...alerts.map(({ rule }) => rule)]);
  const count = (rule: string, kind: FoundAlert['kind']): number =>
    alerts.filter((alert) => alert.rule === rule && alert.kind === kind).length;
  return [...rules].sort().map((rule) => ({
    rule,
    expected: expected.get(rule) ?? [0, 0],
    found: [count(rule, 'raised'), count(rule, 'resolved')],
  }));
}

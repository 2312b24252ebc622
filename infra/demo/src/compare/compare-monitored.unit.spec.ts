import { expect, it } from 'vitest';
import type { MonitoredJournal } from '../driver/play-monitored.ts';
import { monitoredStories, ordersOf } from '../plan/monitored-stories.ts';
import type { FoundAlert } from './compare.ts';
import { compareMonitored } from './compare-monitored.ts';

/** As it goes when all is well. */
const journals: readonly MonitoredJournal[] = monitoredStories.flatMap((story) =>
  Array.from({ length: story.count }, (_, time) => ({
    ...{ story, results: story.results, wrong: null, answeredMs: 10 + time },
    orderNos: Array.from({ length: ordersOf(story) }, (_, at) => `${story.name}-${time}-${at}`),
  })),
);
const statuses = new Map(
  journals.flatMap(({ story, orderNos }) =>
    orderNos.map((orderNo, at) => [orderNo, story.statuses[at] ?? ''] as const),
  ),
);
const alert = (rule: string, kind: FoundAlert['kind'], alertId: string): FoundAlert => ({
  ...{ rule, kind, alertId, orderNo: 'acct' },
});
const alerts = [
  ...[alert('K', 'raised', '1'), alert('K', 'raised', '2'), alert('C', 'raised', '3')],
  ...[alert('K', 'resolved', '1'), alert('K', 'resolved', '2')],
];
const right = { journals, statuses, alerts };

it('finds nothing where everything went as it must', () => {
  const { stories, differences } = compareMonitored(right);
  expect(differences).toEqual([]);
  expect(stories.map(({ expected, found }) => found - expected)).toEqual([0, 0, 0, 0, 0]);
  expect(stories[0]).toMatchObject({ what: 'paid, and matched to its order', slowestMs: 13 });
});

it.each([
  ['an answer', { journals: withResult('paid', ['UNMATCHED']) }, 'answers'],
  ['a missing answer', { journals: withResult('repeated', ['MATCHED']) }, 'answers'],
  ['an order', { statuses: new Map([...statuses, ['late-0-0', 'PAID']]) }, 'orders'],
  ['an alert that is missing', { alerts: alerts.slice(1) }, 'rule K about the account'],
  ['one too many', { alerts: [...alerts, alert('A', 'raised', '9')] }, 'rule A about the account'],
])('finds %s that is not as it must be', (_, wrong, what) => {
  const { differences } = compareMonitored({ ...right, ...wrong });
  expect(differences.map((difference) => difference.what)).toEqual([what]);
});

function withResult(name: string, results: readonly string[]): readonly MonitoredJournal[] {
  const at = journals.findIndex(({ story }) => story.name === name);
  return journals.map((journal, index) => (index === at ? { ...journal, results } : journal));
}

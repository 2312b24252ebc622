import { allTopics, topics } from '@plumbline/events';
import type { TimelineEntry } from './read-timeline.ts';
import { isRead } from './read-timeline.ts';

/** What an entry is about, by which a page is filtered; in the order in which they are listed. */
export const kinds = {
  order: 'order',
  checkout: 'checkout',
  payment: 'payment',
  refund: 'refunds',
  call: 'calls to the gateway',
  webhook: 'webhooks in',
  unverified: 'webhooks refused, not verified',
  stock: 'stock',
  account: 'accounts',
  notification: 'notifications',
  alert: 'alerts',
  incident: 'incidents',
  remedy: 'remedies',
  result: 'results',
  outcome: 'answers to commands',
  'dead-letter': 'dead letters',
  other: 'other',
} as const;

export type EntryKind = keyof typeof kinds;

const byTopic: ReadonlyMap<string, EntryKind> = new Map([
  [topics.ordersEvents.name, 'order'],
  [topics.checkoutEvents.name, 'checkout'],
  [topics.inventoryEvents.name, 'stock'],
  [topics.accountsEvents.name, 'account'],
  [topics.notificationsEvents.name, 'notification'],
  [topics.alertsEvents.name, 'alert'],
  [topics.incidentsEvents.name, 'incident'],
  [topics.remediesEvents.name, 'remedy'],
  [topics.resultsEvents.name, 'result'],
  [topics.paymentsInbox.name, 'unverified'],
]);

const ofPayments: readonly (readonly [RegExp, EntryKind])[] = [
  [/^Refund/, 'refund'],
  [/^Gateway(Call(Requested|Started|Reported)|QueryDeferred)$/, 'call'],
  [/^(Gateway|Payment)CallbackRecorded$/, 'webhook'],
];

const topicKinds = new Map(allTopics.map(({ name, kind }) => [name, kind]));

export function kindOf(entry: TimelineEntry): EntryKind {
  const { topic } = entry;
  const topicKind = topicKinds.get(topic);
  if (topicKind === 'outcomes') return 'outcome';
  if (topicKind === 'dead-letters') return 'dead-letter';
  if (topic !== topics.paymentsEvents.name) return byTopic.get(topic) ?? 'other';
  const type = isRead(entry) ? entry.payload.type : '';
  return ofPayments.find(([form]) => form.test(type))?.[1] ?? 'payment';
}

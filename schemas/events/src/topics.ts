import { accountsCommandNames, accountsEventNames } from './generated/accounts.ts';
import { alertsCommandNames, alertsEventNames } from './generated/alerts.ts';
import { callbacksEventNames } from './generated/callbacks.ts';
import { changesEventNames } from './generated/changes.ts';
import { checkoutCommandNames, checkoutEventNames } from './generated/checkout.ts';
import { defaultDelayLevelsMs, defaultDelayPrefix, delayTopicSpecs } from './delay-topics.ts';
import {
  endpointsCommandNames,
  endpointsEventNames,
  endpointsRecordNames,
} from './generated/endpoints.ts';
import { erasuresEventNames } from './generated/erasures.ts';
import { incidentsEventNames, incidentsRecordNames } from './generated/incidents.ts';
import { desksCommandNames, desksEventNames, desksRecordNames } from './generated/desks.ts';
import { inventoryCommandNames, inventoryEventNames } from './generated/inventory.ts';
import { notificationsCommandNames, notificationsEventNames } from './generated/notifications.ts';
import { monitorsCommandNames, monitorsEventNames } from './generated/monitors.ts';
import { ordersCommandNames, ordersEventNames } from './generated/orders.ts';
import {
  paymentsCommandNames,
  paymentsEventNames,
  paymentsInboxNames,
} from './generated/payments.ts';
import { receivingCommandNames, receivingEventNames } from './generated/receiving.ts';
import { remediesCommandNames, remediesEventNames } from './generated/remedies.ts';
import { resultsEventNames } from './generated/results.ts';
import { runtimeCommandNames } from './generated/runtime.ts';
import { signalsEventNames, signalsRecordNames } from './generated/signals.ts';
import { transactionsEventNames } from './generated/transactions.ts';

export type TopicKind =
  | 'commands'
  | 'events'
  | 'outcomes'
  | 'inbox'
  | 'copies'
  | 'delays'
  | 'changelog'
  | 'dead-letters'
  | 'clock';

/** A topic and everything that has to be true of it. */
export interface TopicSpec {
  readonly name: string;
  readonly kind: TopicKind;
  /** The only topology or process that writes it; `anyone` and `everyone` where that is the point. */
  readonly writer: string;
  /** Full names of the records that may stand in it; none where it carries no Avro. */
  readonly records: readonly string[];
  /** Kafka's own topic settings. */
  readonly config: Readonly<Record<string, string>>;
  /** `shared`: as many as every topic that concerns orders, for the life of the log. */
  readonly partitions: 'shared' | 1;
  readonly description: string;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const appendTime = { 'message.timestamp.type': 'LogAppendTime' };
const deletedAfter = (retentionMs: number) => ({
  ...appendTime,
  'cleanup.policy': 'delete',
  'retention.ms': String(retentionMs),
});
/** Neither time nor size may delete: both limits are off, whatever the broker's defaults are. */
const keptForEver = { ...deletedAfter(-1), 'retention.bytes': '-1' };
const compacted = {
  ...appendTime,
  'cleanup.policy': 'compact',
  'delete.retention.ms': String(7 * dayMs),
};

const outcome = ['plumbline.runtime.CommandOutcome'] as const;
const deadLetter = ['plumbline.runtime.DeadLettered'] as const;

const commands = (context: string, records: readonly string[]): TopicSpec => ({
  name: `${context}.commands.v1`,
  kind: 'commands',
  writer: 'anyone',
  records,
  config: deletedAfter(30 * dayMs),
  partitions: 'shared',
  description: `What ${context} is asked to do.`,
});

const events = (context: string, records: readonly string[]): TopicSpec => ({
  name: `${context}.events.v1`,
  kind: 'events',
  writer: context,
  records,
  config: keptForEver,
  partitions: 'shared',
  description: `What happened in ${context}.`,
});

const outcomes = (context: string, writer: string): TopicSpec => ({
  name: `${context}.outcomes.v1`,
  kind: 'outcomes',
  writer,
  records: outcome,
  config: deletedAfter(30 * dayMs),
  partitions: 'shared',
  description: `What became of each command to ${context}.`,
});

const changelog = (topology: string): TopicSpec => ({
  name: `${topology}-state.v1-changelog`,
  kind: 'changelog',
  writer: topology,
  records: [],
  config: compacted,
  partitions: 'shared',
  description: `State, timers, parked keys and positions of the ${topology} tasks.`,
});

const deadLetters = (topology: string): TopicSpec => ({
  name: `${topology}.dead-letters.v1`,
  kind: 'dead-letters',
  writer: topology,
  records: deadLetter,
  config: keptForEver,
  partitions: 'shared',
  description: `Records that ${topology} could not process, with reason and origin.`,
});

/** Every topic of the system. Nowhere else is a topic named. */
export const topics = {
  ordersCommands: commands('orders', ordersCommandNames),
  paymentsCommands: commands('payments', paymentsCommandNames),
  alertsCommands: {
    ...commands('alerts', alertsCommandNames),
    // Alerts are derived again from their inputs, and this is one of them.
    config: keptForEver,
  },
  inventoryCommands: commands('inventory', inventoryCommandNames),
  accountsCommands: commands('accounts', accountsCommandNames),
  checkoutCommands: commands('checkout', checkoutCommandNames),
  notificationsCommands: commands('notifications', notificationsCommandNames),
  endpointsCommands: commands('endpoints', endpointsCommandNames),
  receivingCommands: commands('receiving', receivingCommandNames),
  monitorsCommands: commands('monitors', monitorsCommandNames),
  remediesCommands: commands('remedies', remediesCommandNames),
  desksCommands: {
    ...commands('desks', desksCommandNames),
    description: 'What is to be done about alerts, and what may start.',
  },
  ordersEvents: events('orders', ordersEventNames),
  paymentsEvents: events('payments', paymentsEventNames),
  inventoryEvents: events('inventory', inventoryEventNames),
  accountsEvents: events('accounts', accountsEventNames),
  checkoutEvents: {
    ...events('checkout', checkoutEventNames),
    writer: 'checkout-saga',
    description: 'How purchases are led to goods and money, or back.',
  },
  notificationsEvents: events('notifications', notificationsEventNames),
  endpointsEvents: events('endpoints', endpointsEventNames),
  receivingEvents: events('receiving', receivingEventNames),
  monitorsEvents: events('monitors', monitorsEventNames),
  remediesEvents: {
    ...events('remedies', remediesEventNames),
    description: 'What is done about alerts, and what came of it.',
  },
  desksEvents: {
    ...events('desks', desksEventNames),
    description: 'Under which policies remedies start, and which did.',
  },
  desksCopies: {
    ...events('desks', desksRecordNames),
    name: 'desks.copies.v1',
    kind: 'copies',
    description: "A tenant's policies as they are, once for each partition.",
  },
  endpointsCopies: {
    ...events('endpoints', endpointsRecordNames),
    name: 'endpoints.copies.v1',
    kind: 'copies',
    description:
      'Every endpoint as it is, once for each partition: what a task knows of endpoints.',
  },
  alertsEvents: {
    ...events('alerts', alertsEventNames),
    name: 'alerts.order_payment_inconsistency.v1',
    writer: 'consistency-alerts',
    description: 'Where orders and payments disagree, and since when they agree again.',
  },
  incidentsAlerts: {
    ...events('incidents', incidentsRecordNames),
    name: 'incidents.alerts.v1',
    kind: 'copies',
    writer: 'incident-alerts',
    description: 'What becomes of alerts, keyed by tenant and rule.',
  },
  incidentsEvents: {
    ...events('incidents', incidentsEventNames),
    description: 'Alerts of one rule that came together, as one matter.',
  },
  signalsCounts: {
    ...events('signals', signalsRecordNames),
    name: 'signals.counts.v1',
    kind: 'copies',
    writer: 'channel-counts',
    description: 'What happened to the payments of a channel, by partition and minute.',
  },
  signalsEvents: {
    ...events('signals', signalsEventNames),
    writer: 'channel-signals',
    description: 'That payments of a channel do not succeed as they usually do, and do again.',
  },
  transactionsEvents: {
    ...events('transactions', transactionsEventNames),
    writer: 'gateway-calls',
    description: 'Which transaction of a gateway paid which payment, keyed by the transaction.',
  },
  callbacksEvents: {
    ...events('callbacks', callbacksEventNames),
    writer: 'gateway-calls',
    description: 'That callbacks wait for a payment which nobody has created, and find it.',
  },
  erasuresEvents: {
    ...events('erasures', erasuresEventNames),
    writer: 'anyone',
    description:
      'Whose keys of personal data were erased, so that a restored vault forgets them too.',
  },
  resultsEvents: {
    ...events('results', resultsEventNames),
    writer: 'merchant-results',
    description: "How merchants' payment orders and refunds went on, in their own words.",
  },
  changesEvents: {
    ...events('changes', changesEventNames),
    // Derived from the other events, for pages that are open now.
    config: { ...deletedAfter(dayMs), 'segment.ms': String(dayMs / 4) },
    description: 'That something about an order changed, for the pages that show it.',
  },
  ordersOutcomes: outcomes('orders', 'orders'),
  paymentsOutcomes: outcomes('payments', 'payments'),
  inventoryOutcomes: outcomes('inventory', 'inventory'),
  accountsOutcomes: outcomes('accounts', 'accounts'),
  checkoutOutcomes: outcomes('checkout', 'checkout-saga'),
  notificationsOutcomes: outcomes('notifications', 'notifications'),
  endpointsOutcomes: outcomes('endpoints', 'endpoints'),
  receivingOutcomes: outcomes('receiving', 'receiving'),
  monitorsOutcomes: outcomes('monitors', 'monitors'),
  remediesOutcomes: outcomes('remedies', 'remedies'),
  desksOutcomes: outcomes('desks', 'desks'),
  alertsOutcomes: outcomes('alerts', 'consistency-alerts'),
  paymentsInbox: {
    name: 'payments.inbox-unverified.v1',
    kind: 'inbox',
    writer: 'payments-edge',
    records: paymentsInboxNames,
    config: {
      ...deletedAfter(3 * dayMs),
      // Anybody can post to the webhook: 256 MiB a partition are 1 GiB locally, 8 GiB in production.
      'retention.bytes': String(256 * 1_024 * 1_024),
      'segment.bytes': String(32 * 1_024 * 1_024),
      'segment.ms': String(dayMs / 4),
    },
    partitions: 'shared',
    description: 'Callbacks that were refused at the edge. Nothing in it is verified.',
  },
  ordersChangelog: changelog('orders'),
  paymentsChangelog: changelog('payments'),
  checkoutChangelog: changelog('checkout'),
  checkoutSagaChangelog: changelog('checkout-saga'),
  inventoryChangelog: changelog('inventory'),
  accountsChangelog: changelog('accounts'),
  purchasePaymentsChangelog: changelog('purchase-payments'),
  consistencyAlertsChangelog: changelog('consistency-alerts'),
  incidentAlertsChangelog: changelog('incident-alerts'),
  channelCountsChangelog: changelog('channel-counts'),
  channelSignalsChangelog: changelog('channel-signals'),
  incidentsChangelog: changelog('incidents'),
  gatewayCallsChangelog: changelog('gateway-calls'),
  channelSweepsChangelog: changelog('channel-sweeps'),
  gatewayTransactionsChangelog: changelog('gateway-transactions'),
  merchantResultsChangelog: changelog('merchant-results'),
  notificationsChangelog: changelog('notifications'),
  endpointsChangelog: changelog('endpoints'),
  receivingChangelog: changelog('receiving'),
  monitorsChangelog: changelog('monitors'),
  remediesChangelog: changelog('remedies'),
  desksChangelog: changelog('desks'),
  delaysChangelog: changelog('delays'),
  changesChangelog: changelog('changes'),
  ordersDeadLetters: deadLetters('orders'),
  paymentsDeadLetters: deadLetters('payments'),
  checkoutDeadLetters: deadLetters('checkout'),
  checkoutSagaDeadLetters: deadLetters('checkout-saga'),
  inventoryDeadLetters: deadLetters('inventory'),
  accountsDeadLetters: deadLetters('accounts'),
  purchasePaymentsDeadLetters: deadLetters('purchase-payments'),
  consistencyAlertsDeadLetters: deadLetters('consistency-alerts'),
  incidentAlertsDeadLetters: deadLetters('incident-alerts'),
  channelCountsDeadLetters: deadLetters('channel-counts'),
  channelSignalsDeadLetters: deadLetters('channel-signals'),
  incidentsDeadLetters: deadLetters('incidents'),
  gatewayCallsDeadLetters: deadLetters('gateway-calls'),
  channelSweepsDeadLetters: deadLetters('channel-sweeps'),
  gatewayTransactionsDeadLetters: deadLetters('gateway-transactions'),
  merchantResultsDeadLetters: deadLetters('merchant-results'),
  notificationsDeadLetters: deadLetters('notifications'),
  endpointsDeadLetters: deadLetters('endpoints'),
  receivingDeadLetters: deadLetters('receiving'),
  monitorsDeadLetters: deadLetters('monitors'),
  remediesDeadLetters: deadLetters('remedies'),
  desksDeadLetters: deadLetters('desks'),
  delaysDeadLetters: deadLetters('delays'),
  changesDeadLetters: deadLetters('changes'),
  projectionsDeadLetters: deadLetters('projections'),
  deadLettersCommands: {
    ...commands('dead-letters', runtimeCommandNames),
    // What a redrive let through is derived again from the inputs, and this is one of them.
    config: keptForEver,
    description: 'Which parked keys are to go on, and how.',
  },
  deadLettersOutcomes: {
    ...outcomes('dead-letters', 'topologies; the tool for projections'),
    // With the commands the record of who let what through; how often a record came back is read here.
    config: keptForEver,
    description: 'What became of each command to let a parked key go on.',
  },
  platformClock: {
    name: 'platform.clock.v1',
    kind: 'clock',
    writer: 'everyone',
    records: [],
    config: { ...deletedAfter(hourMs), 'segment.ms': String(hourMs / 4) },
    partitions: 1,
    description: "Written to learn the broker's time from the answer; nobody reads it.",
  },
} as const satisfies Readonly<Record<string, TopicSpec>>;

/** What may wait in a delay topic. */
export const delayedRecords: readonly string[] = ['plumbline.notifications.StartAttempt'];

/** Where nothing else is configured: a topic for each wait of the notification contract. */
const defaultDelayTopics = delayTopicSpecs({
  ...{ prefix: defaultDelayPrefix, levelsMs: defaultDelayLevelsMs, records: delayedRecords },
});

export const allTopics: readonly TopicSpec[] = [...Object.values(topics), ...defaultDelayTopics];

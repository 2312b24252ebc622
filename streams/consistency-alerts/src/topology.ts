import { topics } from '@plumbline/events';
import type { Topology } from '@plumbline/runtime';
import { redrives } from '@plumbline/runtime';
import { createAlertProcessor } from './processor.ts';
import { reservationsStore } from './reservations.ts';
import { alertsStore, chainsStore, parametersStore, watchedStore } from './stores.ts';
import { watchedCodec } from './watched-codec.ts';

/**
 * Orders, payments, checkouts, notifications, endpoints, accounts that are paid into, channels, the
 * stock and callbacks that no payment claims, merged by broker time, so that a backlog delays an alert and never falsifies one, and a replay raises the same ids.
 * Parameters come first within a millisecond: an event is judged by the rules that were in force
 * when it was written.
 */
export const consistencyAlerts: Topology = {
  name: 'consistency-alerts',
  ordering: 'time',
  paceMs: 25,
  inputs: [
    {
      kind: 'commands',
      topic: topics.alertsCommands.name,
      outcomes: topics.alertsOutcomes.name,
    },
    { kind: 'events', topic: topics.ordersEvents.name },
    { kind: 'events', topic: topics.paymentsEvents.name },
    { kind: 'events', topic: topics.checkoutEvents.name },
    { kind: 'events', topic: topics.endpointsEvents.name },
    { kind: 'events', topic: topics.receivingEvents.name },
    { kind: 'events', topic: topics.signalsEvents.name },
    { kind: 'events', topic: topics.notificationsEvents.name },
    { kind: 'events', topic: topics.inventoryEvents.name },
    { kind: 'events', topic: topics.callbacksEvents.name },
    redrives,
  ],
  outputs: [topics.alertsEvents.name, topics.alertsOutcomes.name],
  changelog: topics.consistencyAlertsChangelog.name,
  deadLetters: topics.consistencyAlertsDeadLetters.name,
  stores: [
    { name: watchedStore, codec: watchedCodec },
    { name: parametersStore },
    { name: chainsStore },
    { name: alertsStore },
    { name: reservationsStore },
  ],
  owns: [topics.alertsEvents.name],
  createProcessor: createAlertProcessor,
};

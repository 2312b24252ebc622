import { topics } from '@plumbline/events';
import type { Buried, Entry, History } from '../history/history.ts';
import { deadLettersIn, keyOf, placeOf } from '../history/history.ts';

/**
 * The entries of an input of events that a topology can have taken in: not the unreadable ones, and
 * of their keys nothing that comes later. What `isPassedOver` concerned nobody there by its headers, so
 * that nobody tried to read it, and parks no key.
 */
export function takenIn(
  history: History,
  topic: string,
  isPassedOver: (entry: Entry) => boolean = () => false,
): readonly Entry[] {
  const parked = new Set<string>();
  return history.committed(topic).filter((entry) => {
    const { partition, key } = entry.record;
    const where = `${partition} ${keyOf(entry)}`;
    if (key !== null && parked.has(where)) return false;
    if (!isPoison(entry)) return true;
    if (isPassedOver(entry)) return false;
    if (key !== null) parked.add(where);
    return false;
  });
}

/** What no topology can process. A planted record that can be read is none of it. */
export const isPoison = ({ planted }: Entry): boolean =>
  planted !== null && planted !== 'impossible';

/** The dead letters of a topology, by the topic and place of the record that they hold. */
export function lettersByOrigin(
  history: History,
  deadLetters: string,
): ReadonlyMap<string, Buried[]> {
  const found = new Map<string, Buried[]>();
  for (const buried of deadLettersIn(history, deadLetters)) {
    const { originTopic, originPartition, originOffset } = buried.letter;
    const origin = `${originTopic} ${placeOf({ partition: originPartition, offset: originOffset })}`;
    found.set(origin, [...(found.get(origin) ?? []), buried]);
  }
  return found;
}

/** The contexts that decide. */
export const contexts = [
  {
    name: 'orders',
    commands: topics.ordersCommands.name,
    events: topics.ordersEvents.name,
    outcomes: topics.ordersOutcomes.name,
    deadLetters: topics.ordersDeadLetters.name,
  },
  {
    name: 'payments',
    commands: topics.paymentsCommands.name,
    events: topics.paymentsEvents.name,
    outcomes: topics.paymentsOutcomes.name,
    deadLetters: topics.paymentsDeadLetters.name,
  },
  {
    name: 'alerts',
    commands: topics.alertsCommands.name,
    events: topics.alertsEvents.name,
    outcomes: topics.alertsOutcomes.name,
    deadLetters: topics.consistencyAlertsDeadLetters.name,
  },
  {
    name: 'inventory',
    commands: topics.inventoryCommands.name,
    events: topics.inventoryEvents.name,
    outcomes: topics.inventoryOutcomes.name,
    deadLetters: topics.inventoryDeadLetters.name,
  },
  {
    name: 'accounts',
    commands: topics.accountsCommands.name,
    events: topics.accountsEvents.name,
    outcomes: topics.accountsOutcomes.name,
    deadLetters: topics.accountsDeadLetters.name,
  },
  {
    name: 'checkout',
    commands: topics.checkoutCommands.name,
    events: topics.checkoutEvents.name,
    outcomes: topics.checkoutOutcomes.name,
    deadLetters: topics.checkoutSagaDeadLetters.name,
  },
  {
    name: 'notifications',
    commands: topics.notificationsCommands.name,
    events: topics.notificationsEvents.name,
    outcomes: topics.notificationsOutcomes.name,
    deadLetters: topics.notificationsDeadLetters.name,
  },
  {
    name: 'endpoints',
    commands: topics.endpointsCommands.name,
    events: topics.endpointsEvents.name,
    outcomes: topics.endpointsOutcomes.name,
    deadLetters: topics.endpointsDeadLetters.name,
  },
  {
    name: 'receiving',
    commands: topics.receivingCommands.name,
    events: topics.receivingEvents.name,
    outcomes: topics.receivingOutcomes.name,
    deadLetters: topics.receivingDeadLetters.name,
  },
  {
    name: 'desks',
    commands: topics.desksCommands.name,
    events: topics.desksEvents.name,
    outcomes: topics.desksOutcomes.name,
    deadLetters: topics.desksDeadLetters.name,
  },
  {
    name: 'remedies',
    commands: topics.remediesCommands.name,
    events: topics.remediesEvents.name,
    outcomes: topics.remediesOutcomes.name,
    deadLetters: topics.remediesDeadLetters.name,
  },
] as const;

/** Where keys that wait are let go on, by whichever topology they wait in. */
export const redriving = {
  commands: topics.deadLettersCommands.name,
  outcomes: topics.deadLettersOutcomes.name,
} as const;

/** Everybody who answers commands. */
export const answering: readonly { readonly commands: string; readonly outcomes: string }[] = [
  ...contexts,
  redriving,
];

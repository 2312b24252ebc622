import { accountDecider } from '@plumbline/accounts';
import { evolveRemedies, findRemedy, noRemedies } from '@plumbline/alert-desk';
import { receivingDecider } from '@plumbline/channel-monitor';
import { sagaDecider } from '@plumbline/checkout';
import { topics } from '@plumbline/events';
import { itemDecider } from '@plumbline/inventory';
import type { Payload } from '@plumbline/kernel';
import { routingKey, slotOfPayNo, slotOfUuid } from '@plumbline/kernel';
import {
  endpointKeyOf,
  evolveEndpoint,
  evolveNotifications,
  findNotification,
  noEndpoint,
  noNotifications,
} from '@plumbline/notifications';
import { orderDecider } from '@plumbline/orders';
import { paymentDecider } from '@plumbline/payments';
import { usageFailure } from '../session/failure.ts';
import { alertFileOf } from './alert-file.ts';

/** What makes a state of an aggregate's events: its decider's own `evolve`, and no other. */
export interface Fold {
  readonly initialState: unknown;
  evolve(state: unknown, event: Payload): unknown;
  /** What is shown of a state; null where nothing of that id is in it. */
  shown(state: unknown): object | null;
}

/** A kind of aggregate: on which topic it stands, under which key, and how its state comes about. */
export interface Aggregate {
  readonly topic: string;
  /** What its id is called, and where it is found. */
  readonly idName: string;
  readonly idMeaning: string;
  /** An id that works in an example. */
  readonly idExample: string;
  /** Whether its id is its own only within a tenant. */
  readonly ofTenant: boolean;
  /**
   * The record key; null where the id tells no more than the slot, and the key is that of the first
   * record with the id as its subject. @throws CliFailure for what cannot be such an id
   */
  keyOf(id: string, tenant: string): string | null;
  foldOf(id: string): Fold;
}

/** A topic has the events of its decider and no others: the codec checks their types. */
const foldBy = <State>(of: {
  readonly initialState: State;
  evolve(state: State, event: Payload): State;
  shown(state: State): object | null;
}): Fold => ({
  initialState: of.initialState,
  evolve: (state, event) => of.evolve(state as State, event),
  shown: (state) => of.shown(state as State),
});

interface Standing {
  readonly status: string;
}

const foldOfDecider = <State extends Standing>(decider: {
  readonly initialState: State;
  evolve(state: State, event: Payload): State;
}): Fold =>
  foldBy<State>({
    initialState: decider.initialState,
    evolve: (state, event) => decider.evolve(state, event),
    shown: (state) => (state.status === 'none' ? null : state),
  });

const named = (what: string) => (id: string, tenant: string) => {
  if (id === '') throw usageFailure(`${what} is not empty`);
  return routingKey(tenant, id);
};

const byUuid = (what: string) => (id: string) => {
  if (slotOfUuid(id) === null) throw usageFailure(`${id} is no id of ${what}: a UUID of version 8`);
  return null;
};

const purchase = { idName: 'orderNo', idMeaning: 'number of the order', idExample: 'H1001' };

/** Everything of which there is a state at any moment. */
export const aggregates = {
  order: {
    ...{ topic: topics.ordersEvents.name, ...purchase, ofTenant: true },
    keyOf: named('an order number'),
    foldOf: () => foldOfDecider(orderDecider),
  },
  checkout: {
    ...{ topic: topics.checkoutEvents.name, ...purchase, ofTenant: true },
    keyOf: named('an order number'),
    foldOf: () => foldOfDecider(sagaDecider),
  },
  payment: {
    ...{ topic: topics.paymentsEvents.name, idName: 'payNo', idExample: 'PAY…' },
    ...{ idMeaning: 'number of the payment', ofTenant: false },
    keyOf: (payNo) => {
      if (slotOfPayNo(payNo) !== null) return null;
      throw usageFailure(`${payNo} is no number of a payment: PAY and 27 digits`);
    },
    foldOf: () => foldOfDecider(paymentDecider),
  },
  stock: {
    ...{ topic: topics.inventoryEvents.name, idName: 'sku', idExample: 'BOOK-1' },
    ...{ idMeaning: 'the item', ofTenant: true },
    keyOf: named('a SKU'),
    foldOf: () => foldOfDecider(itemDecider),
  },
  account: {
    ...{ topic: topics.accountsEvents.name, idName: 'account', idExample: 'demo' },
    ...{ idMeaning: 'whose account', ofTenant: true },
    keyOf: named('an account'),
    foldOf: () => foldOfDecider(accountDecider),
  },
  notification: {
    ...{ topic: topics.notificationsEvents.name, idName: 'notificationId', idExample: '1c0f…' },
    ...{ idMeaning: 'as notification list shows it; webhook-id of the delivery', ofTenant: false },
    keyOf: byUuid('a notification'),
    foldOf: (id) =>
      foldBy({
        initialState: noNotifications,
        evolve: evolveNotifications,
        shown: (state) => findNotification(state, id),
      }),
  },
  endpoint: {
    ...{ topic: topics.endpointsEvents.name, idName: 'endpointId', idExample: 'ep_…' },
    ...{ idMeaning: 'as endpoint list shows it', ofTenant: false },
    keyOf: (endpointId) => {
      const key = endpointKeyOf(endpointId);
      if (key !== endpointId) return key;
      throw usageFailure(`${endpointId} is no id of an endpoint: ep_<tenant>_<24 hex digits>`);
    },
    foldOf: () => foldOfDecider({ initialState: noEndpoint, evolve: evolveEndpoint }),
  },
  alert: {
    ...{ topic: topics.alertsEvents.name, idName: 'alertId', idExample: '2f0c…' },
    ...{ idMeaning: 'as alerts list --json and the timeline show it', ofTenant: false },
    keyOf: byUuid('an alert'),
    foldOf: (id) => foldBy(alertFileOf(id)),
  },
  remedy: {
    ...{ topic: topics.remediesEvents.name, idName: 'remedyId', idExample: '2f0c…' },
    ...{ idMeaning: 'as remedies list shows it', ofTenant: false },
    keyOf: byUuid('a remedy'),
    foldOf: (id) =>
      foldBy({
        initialState: noRemedies,
        evolve: evolveRemedies,
        shown: (state) => findRemedy(state, id),
      }),
  },
  'receiving account': {
    ...{ topic: topics.receivingEvents.name, idName: 'account', idExample: '1000.1' },
    ...{ idMeaning: 'pid and aid, as 1000.1', ofTenant: true },
    keyOf: (account, tenant) => {
      if (/^[^.]+\.[^.]+$/.test(account)) return routingKey(tenant, account);
      throw usageFailure(`an account is named by pid and aid, such as 1000.1, not "${account}"`);
    },
    foldOf: () => foldOfDecider(receivingDecider),
  },
} as const satisfies Readonly<Record<string, Aggregate>>;

export type AggregateKind = keyof typeof aggregates;

export const aggregateOf = (kind: AggregateKind): Aggregate => aggregates[kind];

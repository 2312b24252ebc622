import { derivedUuid, slotOf } from '@plumbline/kernel';
import type { ChainLink, ProcessorContext, RecentCommand } from '@plumbline/runtime';
import type { Lives } from './life/life.ts';
import type { ActiveParameters } from './rules/parameters.ts';
import { defaultParameters } from './rules/parameters.ts';
import type { JoinedView } from './rules/view.ts';
import type { Watches } from './rules/watch.ts';

/** Everything that the log has said of one order, and what is watched because of it. */
export interface WatchedOrder {
  readonly view: JoinedView;
  readonly watches: Watches;
  readonly chain: ChainLink;
  /** Of the newest event, for what a timer says. */
  readonly correlationId: string;
}

/** What became of an order's alerts; of most orders there is nothing. */
export interface OrderAlerts {
  readonly lives: Lives;
  readonly recent: readonly RecentCommand[];
}

/** By routing key: {@link WatchedOrder}. Written with nearly every record. */
export const watchedStore = 'watched';
/** By routing key: {@link OrderAlerts}. Written when an alert ends, or a person says something. */
export const alertsStore = 'alerts';
/** Under one key: {@link ActiveParameters}. */
export const parametersStore = 'parameters';
/** By record key: the chains of `RulesActivated`. */
export const chainsStore = 'chains';

export const parametersKey = 'active';

export const watchedOf = (context: ProcessorContext, key: string): WatchedOrder | undefined =>
  context.store<WatchedOrder>(watchedStore).get(key);

const noAlerts: OrderAlerts = { lives: [], recent: [] };

export const alertsOf = (context: ProcessorContext, key: string): OrderAlerts =>
  context.store<OrderAlerts>(alertsStore).get(key) ?? noAlerts;

export const parametersOf = (context: ProcessorContext): ActiveParameters =>
  context.store<ActiveParameters>(parametersStore).get(parametersKey) ?? defaultParameters;

/** The id of an alert: a function of rule, order and the triggering event (ALERTS.md). */
export const alertIdOf = (rule: string, key: string, triggerEventId: string): string =>
  derivedUuid(slotOf(key), 'alert', rule, key, triggerEventId);

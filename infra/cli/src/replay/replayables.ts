import { checkoutSagaTopology } from '@plumbline/checkout';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { topics } from '@plumbline/events';
import { ordersTopology } from '@plumbline/orders';
import { paymentsTopology } from '@plumbline/payments';
import type { Topology } from '@plumbline/runtime';

/** A topology whose steps are a function of the log alone, with the outputs that are only its own. */
export interface Replayable {
  readonly topology: Topology;
  readonly topics: readonly string[];
}

/** Deciders take one input in its order; the alerts merge theirs by broker time. */
export const replayables: readonly Replayable[] = [
  { topology: ordersTopology, topics: [topics.ordersEvents.name, topics.ordersOutcomes.name] },
  {
    topology: paymentsTopology,
    topics: [topics.paymentsEvents.name, topics.paymentsOutcomes.name],
  },
  {
    topology: checkoutSagaTopology,
    topics: [topics.checkoutEvents.name, topics.checkoutOutcomes.name],
  },
  { topology: consistencyAlerts, topics: [topics.alertsEvents.name] },
];

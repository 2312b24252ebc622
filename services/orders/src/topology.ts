import { topics } from '@plumbline/events';
import type { Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import { orderDecider } from './domain/order/order.ts';
import { upcastOrder } from './domain/order/state.ts';

/** Orders, one aggregate per routing key. */
export const ordersTopology: Topology = aggregateTopology({
  name: 'orders',
  decider: orderDecider,
  topics: {
    commands: topics.ordersCommands.name,
    events: topics.ordersEvents.name,
    outcomes: topics.ordersOutcomes.name,
    changelog: topics.ordersChangelog.name,
    deadLetters: topics.ordersDeadLetters.name,
  },
  subjectOf: ({ data }) => data.orderNo,
  upcastState: upcastOrder,
});

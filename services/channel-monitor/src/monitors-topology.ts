import { topics } from '@plumbline/events';
import type { Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import { clientDecider } from './domain/monitors/client.ts';

/** Monitor clients, one aggregate each, under `routingKey(tenant, clientId)`. */
export const monitorsTopology: Topology = aggregateTopology({
  name: 'monitors',
  decider: clientDecider,
  topics: {
    commands: topics.monitorsCommands.name,
    events: topics.monitorsEvents.name,
    outcomes: topics.monitorsOutcomes.name,
    changelog: topics.monitorsChangelog.name,
    deadLetters: topics.monitorsDeadLetters.name,
  },
  subjectOf: ({ data }) => data.clientId,
});

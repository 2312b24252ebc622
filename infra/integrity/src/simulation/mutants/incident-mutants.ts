import type { AlertNoted } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Mutant } from './mutant.ts';
import { withEmitted } from './wrap-topology.ts';

/** Incidents that have other alerts, or other numbers, than they should. */
export const incidentMutants: readonly Mutant[] = [
  {
    name: 'ends-not-noted',
    what: 'the end of an alert is sometimes not said to its incident',
    expected: ['incidents'],
    topology: (topology, { random }) =>
      withEmitted(topology, (message) => {
        if (message.topic !== topics.incidentsAlerts.name) return [message];
        const { step } = message.payload.data as AlertNoted;
        return step === 'ENDED' && random.chance(0.3) ? [] : [message];
      }),
  },
  {
    name: 'member-left-out',
    what: 'an incident does not name an alert that it has',
    expected: ['incidents'],
    topology: (topology) =>
      withEmitted(topology, (message) => {
        const { type, data } = message.payload;
        if (type !== 'IncidentOpened') return [message];
        const { joined } = data as { readonly joined: readonly string[] };
        const { topic, key, envelope } = message;
        const payload = { type, data: { ...data, joined: joined.slice(1) } };
        return [{ topic, key, envelope, payload }];
      }),
  },
];

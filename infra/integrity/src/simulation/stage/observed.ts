import type { Topology, TopologyInput } from '@plumbline/runtime';
import type { Taken } from '../history/history.ts';
import type { Journal } from './journal.ts';

/**
 * The same topology; what its processor took to its end is written down, and what concerned nobody
 * there.
 */
export function observed(topology: Topology, journal: Journal): Topology {
  function note({ topic, partition, offset }: Omit<Taken, 'topology' | 'first' | 'last'>): void {
    const place = `${topology.name} ${topic} ${partition}/${offset}`;
    journal.takes += 1;
    const { takes } = journal;
    journal.taken.set(place, {
      ...{ topology: topology.name, topic, partition, offset },
      ...{ first: journal.taken.get(place)?.first ?? takes, last: takes },
    });
  }
  const inputs = topology.inputs.map((input): TopologyInput => {
    if (input.kind !== 'events' || input.concerns === undefined) return input;
    const { concerns } = input;
    return {
      ...input,
      concerns(head, context) {
        const isWanted = concerns(head, context);
        if (!isWanted) note(head);
        return isWanted;
      },
    };
  });
  return {
    ...{ ...topology, inputs },
    createProcessor(task) {
      const processor = topology.createProcessor(task);
      return {
        ...processor,
        onRecord(record, context) {
          processor.onRecord(record, context);
          note(record);
        },
      };
    },
  };
}

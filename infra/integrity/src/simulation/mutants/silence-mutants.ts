import type { ChannelCounted } from '@plumbline/events';
import type { Mutant } from './mutant.ts';
import { given, withEmitted } from './wrap-topology.ts';

const certain = ['channels are listened to'] as const;

/** What is told of channels, and heard: wrong. */
export const silenceMutants: readonly Mutant[] = [
  {
    name: 'empty-minute-untold',
    what: 'a partition says nothing of a minute in which nothing came, so that nobody misses it',
    expected: ['silence'],
    certain,
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'ChannelCounted') return [message];
        const { counts } = message.payload.data as ChannelCounted;
        return Object.values(counts).every((count) => count === 0) ? [] : [message];
      }),
  },
  {
    name: 'silent-for-ever',
    what: 'a channel that speaks again is not said to',
    expected: ['silence'],
    certain,
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) =>
        message.payload.type === 'ChannelSpeaks' ? [] : [message],
      ),
  },
  {
    name: 'silence-unheard',
    what: 'that a channel fell silent is no alert',
    expected: ['alerts'],
    certain,
    faults: {},
    topology: (topology) =>
      given(topology, 'consistency-alerts', (said) =>
        said.payload.type === 'ChannelSilent' ? null : said,
      ),
  },
];

import type { CallbacksEvent } from '@plumbline/events';
import type { Topology } from '@plumbline/runtime';
import type { Mutant } from './mutant.ts';
import { given, withEmitted } from './wrap-topology.ts';

type Word = CallbacksEvent['type'];

const unsaid = (word: Word) => (topology: Topology) =>
  withEmitted(topology, (message) => (message.payload.type === word ? [] : [message]));

const unheard = (word: Word) => (topology: Topology) =>
  given(topology, 'consistency-alerts', (said) => (said.payload.type === word ? null : said));

const bug = (
  name: string,
  checker: 'callbacks' | 'alerts',
  what: string,
  topology: (topology: Topology) => Topology,
): Mutant => ({ name, what, expected: [checker], faults: {}, topology });

/** What is said of callbacks that no payment claims, and heard: wrong. */
export const callbackMutants: readonly Mutant[] = [
  bug(
    'unclaimed-untold',
    'callbacks',
    'that a callback waits for a payment which nobody has created is not said',
    unsaid('CallbackUnclaimed'),
  ),
  bug(
    'unclaimed-for-ever',
    'callbacks',
    'that the payment is there for which callbacks waited is not said',
    unsaid('CallbacksClaimed'),
  ),
  bug(
    'unclaimed-astray',
    'callbacks',
    'what is said of a number stands where its order would, and the alert task never sees it there',
    (topology) =>
      withEmitted(topology, (message) =>
        message.payload.type === 'CallbackUnclaimed'
          ? [{ ...message, key: message.envelope.subject }]
          : [message],
      ),
  ),
  bug(
    'unclaimed-unheard',
    'alerts',
    'that nobody created a payment which was paid is no alert',
    unheard('CallbackUnclaimed'),
  ),
  bug(
    'claimed-unheard',
    'alerts',
    'that the payment came after all ends no alert, and keeps none away',
    unheard('CallbacksClaimed'),
  ),
];

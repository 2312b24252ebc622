import type { Mutant } from './mutant.ts';
import { given, withEmitted } from './wrap-topology.ts';

/** What is said of callbacks that no payment claims, and heard: wrong. */
export const callbackMutants: readonly Mutant[] = [
  {
    name: 'unclaimed-untold',
    what: 'that a callback waits for a payment which nobody has created is not said',
    expected: ['callbacks'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) =>
        message.payload.type === 'CallbackUnclaimed' ? [] : [message],
      ),
  },
  {
    name: 'unclaimed-for-ever',
    what: 'that the payment is there for which callbacks waited is not said',
    expected: ['callbacks'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) =>
        message.payload.type === 'CallbacksClaimed' ? [] : [message],
      ),
  },
  {
    name: 'unclaimed-astray',
    what: 'what is said of a number stands where its order would, and the alert task never sees it there',
    expected: ['callbacks'],
    faults: {},
    topology: (topology) =>
      withEmitted(topology, (message) =>
        message.payload.type === 'CallbackUnclaimed'
          ? [{ ...message, key: message.envelope.subject }]
          : [message],
      ),
  },
  {
    name: 'unclaimed-unheard',
    what: 'that nobody created a payment which was paid is no alert',
    expected: ['alerts'],
    faults: {},
    topology: (topology) =>
      given(topology, 'consistency-alerts', (said) =>
        said.payload.type === 'CallbackUnclaimed' ? null : said,
      ),
  },
  {
    name: 'claimed-unheard',
    what: 'that the payment came after all ends no alert, and keeps none away',
    expected: ['alerts'],
    faults: {},
    topology: (topology) =>
      given(topology, 'consistency-alerts', (said) =>
        said.payload.type === 'CallbacksClaimed' ? null : said,
      ),
  },
];

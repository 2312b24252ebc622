import type { ProcessorContext, Topology } from '@plumbline/runtime';
import type { Mutant } from './mutant.ts';
import { given, inContext, withContext, withEmitted, withProcessor } from './wrap-topology.ts';

/** As far as the changelog keeps it of a desk. */
interface KeptDesk {
  readonly state: {
    readonly isStopped?: boolean;
    readonly rules?: Readonly<Record<string, object>>;
  };
}

/** The desks, which keep something else than they decided. */
const keeping = (topology: Topology, change: (desk: KeptDesk) => KeptDesk): Topology =>
  topology.name !== 'desks'
    ? topology
    : withProcessor(topology, (processor) =>
        inContext(processor, (context: ProcessorContext) =>
          withContext(context, {
            store<V>(name: string) {
              const store = context.store<V>(name);
              if (name !== 'aggregates') return store;
              return {
                get: (key: string) => store.get(key),
                delete: (key: string) => store.delete(key),
                set: (key: string, value: V) =>
                  store.set(key, change(value as KeptDesk) as unknown as V),
              };
            },
          }),
        ),
      );

const nothingSpent = { hourMs: 0, ids: [], minor: {} };

const sweeping = ['alerts are mended', 'channels are listened to'] as const;

/** What starts by itself: wrong. */
export const remedyMutants: readonly Mutant[] = [
  {
    name: 'stop-forgotten',
    what: 'a desk says that remedies are stopped, and does not keep it',
    expected: ['remedies'],
    certain: ['alerts are mended'],
    faults: {},
    topology: (topology) =>
      keeping(topology, (desk) => ({ ...desk, state: { ...desk.state, isStopped: false } })),
  },
  {
    name: 'leave-uncounted',
    what: 'what starts is not counted against the limits of its hour',
    expected: ['remedies'],
    certain: ['alerts are mended'],
    faults: {},
    topology: (topology) =>
      keeping(topology, (desk) => {
        const rules = Object.entries(desk.state.rules ?? {});
        const uncounted = rules.map(([rule, own]) => [rule, { ...own, spent: nothingSpent }]);
        const kept = Object.fromEntries(uncounted) as Record<string, object>;
        return { ...desk, state: { ...desk.state, rules: kept } };
      }),
  },
  {
    name: 'remedy-sent-twice',
    what: 'the command of a remedy is written twice',
    expected: ['remedies'],
    certain: ['alerts are mended'],
    faults: {},
    topology: (topology) =>
      topology.name !== 'desks'
        ? topology
        : withEmitted(topology, (message) => {
            const isEffect = ['RefundPayment', 'ConfirmPayment'].includes(message.payload.type);
            return isEffect ? [message, message] : [message];
          }),
  },
  {
    name: 'sweep-asks-too-few',
    what: 'a sweep says that it asked about a payment, and did not',
    expected: ['remedies'],
    certain: sweeping,
    faults: {},
    topology: (topology) =>
      topology.name !== 'remedies'
        ? topology
        : withEmitted(topology, (message) =>
            message.payload.type === 'QueryPayment' ? [] : [message],
          ),
  },
  {
    name: 'sweep-unheard',
    what: 'nobody tells a sweep what lingers at its channel',
    expected: ['remedies'],
    certain: sweeping,
    faults: {},
    topology: (topology) =>
      given(topology, 'channel-sweeps', (said) =>
        said.payload.type === 'RemedyStarted' ? null : said,
      ),
  },
];

import type { WriteOffAlert } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { KeyValueStore, ProcessorContext, Topology } from '@plumbline/runtime';
import type { Mutant } from './mutant.ts';
import { given, toldBy, withContext, withProcessor } from './wrap-topology.ts';

const alertTask = 'consistency-alerts';

/** A context that knows nothing of what people have said. */
const withoutLives = (context: ProcessorContext): ProcessorContext =>
  withContext(context, {
    store<V>(name: string): KeyValueStore<V> {
      const store = context.store<V>(name);
      if (name !== 'alerts') return store;
      return {
        get: () => undefined,
        set: (key, value) => store.set(key, value),
        delete: (key) => store.delete(key),
      };
    },
  });

/** What people say of alerts: wrong. */
export const lifeMutants = [
  {
    name: 'suppressed-for-ever',
    what: 'the time of a suppression passes, and the alert does not stand again',
    expected: ['lives'],
    topology: (topology: Topology) =>
      topology.name !== alertTask
        ? topology
        : withProcessor(topology, (processor) => ({
            onRecord: (record, context) => processor.onRecord(record, context),
            onTimer(timer, context) {
              if (timer.name !== 'suppression') processor.onTimer(timer, context);
            },
            ...toldBy(processor, (told) => told),
          })),
  },
  {
    name: 'part-written-off-as-whole',
    what: 'whoever writes off a part of the money loses all of it',
    expected: ['lives'],
    topology: (topology: Topology) =>
      given(topology, alertTask, (said) => {
        if (said.payload.type !== 'WriteOffAlert') return said;
        const data = { ...(said.payload.data as WriteOffAlert), lossMinor: null };
        return { ...said, payload: { type: 'WriteOffAlert', data } };
      }),
  },
  {
    name: 'heals-aloud',
    what: 'that an alert healed is said although a person had ended it',
    expected: ['alerts', 'lives'],
    topology: (topology: Topology) =>
      topology.name !== alertTask
        ? topology
        : withProcessor(topology, (processor) => ({
            onRecord(record, context) {
              const isWord = record.topic === topics.alertsCommands.name;
              processor.onRecord(record, isWord ? context : withoutLives(context));
            },
            onTimer: (timer, context) => processor.onTimer(timer, context),
            ...toldBy(processor, (told) => told),
          })),
  },
] as const satisfies readonly Mutant[];

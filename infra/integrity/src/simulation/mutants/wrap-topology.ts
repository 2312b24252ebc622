import type {
  EmittedMessage,
  InputRecord,
  KeyValueStore,
  Processor,
  ProcessorContext,
  ToldCommand,
  Topology,
} from '@plumbline/runtime';

/** The same topology, whose processor emits something else than it means to. */
export const withEmitted = (
  topology: Topology,
  change: (message: EmittedMessage) => readonly EmittedMessage[],
): Topology =>
  withProcessor(topology, (processor) => {
    const changed = (context: ProcessorContext): ProcessorContext =>
      withContext(context, {
        emit: (message) => {
          for (const each of change(message)) context.emit(each);
        },
      });
    return inContext(processor, changed);
  });

/** The same processor, in another context. */
export const inContext = (
  processor: Processor,
  changed: (context: ProcessorContext) => ProcessorContext,
): Processor => ({
  onRecord: (record, context) => processor.onRecord(record, changed(context)),
  onTimer: (timer, context) => processor.onTimer(timer, changed(context)),
  ...toldBy(processor, (told) => told, changed),
});

/** What followers tell a processor, changed on its way; null: it hears nothing of it. */
export const toldBy = (
  processor: Processor,
  change: (told: ToldCommand, context: ProcessorContext) => ToldCommand | null,
  changed: (context: ProcessorContext) => ProcessorContext = (context) => context,
): Pick<Processor, 'onTold'> =>
  processor.onTold === undefined
    ? {}
    : {
        onTold(told, context) {
          const other = change(told, context);
          if (other === null) return 'unchanged';
          return processor.onTold?.(other, changed(context)) ?? 'unchanged';
        },
      };

export const withProcessor = (
  topology: Topology,
  change: (processor: Processor) => Processor,
): Topology => ({
  ...topology,
  createProcessor: (task) => change(topology.createProcessor(task)),
});

/** A context is an object with getters, which a spread would freeze. */
export const withContext = (
  context: ProcessorContext,
  over: Partial<ProcessorContext>,
): ProcessorContext =>
  new Proxy(context, {
    get(target, name) {
      const replaced: unknown = Reflect.get(over, name);
      const value: unknown = replaced ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

/** What a command says, whether it stands in a topic or a follower told it. */
export type Said = Pick<InputRecord, 'key' | 'payload'>;

/** A topology of this name, whose processor is given something else than came; null: nothing. */
export const given = (
  topology: Topology,
  name: string,
  change: (said: Said, context: ProcessorContext) => Said | null,
): Topology =>
  topology.name !== name
    ? topology
    : withProcessor(topology, (processor) => ({
        onTimer: (timer, context) => processor.onTimer(timer, context),
        onRecord(record, context) {
          const other = change(record, context);
          if (other !== null) processor.onRecord({ ...record, payload: other.payload }, context);
        },
        ...toldBy(processor, (told, context) => {
          const other = change(told, context);
          return other === null ? null : { ...told, payload: other.payload };
        }),
      }));

/** A context whose store of what is due, and to whom, changes otherwise than it is told to. */
export const withDueStore = (
  context: ProcessorContext,
  change: (store: KeyValueStore<unknown>) => Partial<KeyValueStore<unknown>>,
): ProcessorContext =>
  withContext(context, {
    store<V>(name: string): KeyValueStore<V> {
      const store = context.store<V>(name);
      if (name !== 'due') return store;
      const same: KeyValueStore<unknown> = {
        get: (key) => store.get(key),
        // Nobody puts anything else in than the store holds.
        set: (key, value) => store.set(key, value as V),
        delete: (key) => store.delete(key),
      };
      return { ...same, ...change(same) } as KeyValueStore<V>;
    },
  });

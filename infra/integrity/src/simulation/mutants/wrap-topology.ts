import type {
  EmittedMessage,
  InputRecord,
  Processor,
  ProcessorContext,
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
    return {
      onRecord: (record, context) => processor.onRecord(record, changed(context)),
      onTimer: (timer, context) => processor.onTimer(timer, changed(context)),
    };
  });

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

/** A topology of this name, whose processor is given something else than came; null: nothing. */
export const given = (
  topology: Topology,
  name: string,
  change: (record: InputRecord, context: ProcessorContext) => InputRecord | null,
): Topology =>
  topology.name !== name
    ? topology
    : withProcessor(topology, (processor) => ({
        onTimer: (timer, context) => processor.onTimer(timer, context),
        onRecord(record, context) {
          const other = change(record, context);
          if (other !== null) processor.onRecord(other, context);
        },
      }));

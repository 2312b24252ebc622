export type {
  EmittedMessage,
  FiredTimer,
  InputRecord,
  KeyValueStore,
  Processor,
  ProcessorContext,
  StoreSpec,
  TaskInfo,
  TimerService,
  Topology,
  TopologyInput,
} from './topology.ts';
export { TerminalError } from './topology.ts';
export type { StateCodec } from './state-codec.ts';
export { jsonStateCodec } from './state-codec.ts';
export type { AggregateEntry, AggregateOptions, RecentCommand } from './aggregate.ts';
export { aggregateStore, aggregateTopology, eventIdOf } from './aggregate.ts';
export type { ProcessManagerOptions } from './process-manager.ts';
export { processManagerTopology } from './process-manager.ts';
export type { RunTopologyOptions, RunningTopology } from './run-topology.ts';
export { runTopology } from './run-topology.ts';
export type { Task, TaskObserver, TaskStatus, TaskView } from './internals/task.ts';
export { TaskStopped } from './internals/restore.ts';

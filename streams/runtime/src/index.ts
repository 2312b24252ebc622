export type {
  Concerns,
  EmittedMessage,
  FiredTimer,
  Following,
  InputRecord,
  KeyValueStore,
  Processor,
  ProcessorContext,
  StoreFollower,
  StoreRange,
  StoreSource,
  StoreSpec,
  TaskInfo,
  TimerService,
  ToldAnswer,
  ToldCommand,
  Topology,
  TopologyInput,
} from './topology.ts';
export { NotTold, TerminalError, redrives } from './topology.ts';
export type { ChangelogEntry, Checkpoint, LocalStore, LocalStores } from './state/local-store.ts';
export { createMemoryLocalStore, createMemoryLocalStores } from './state/memory-local-store.ts';
export type { StateCodec } from './state-codec.ts';
export { jsonStateCodec } from './state-codec.ts';
export type { AggregateEntry, AggregateIndex, AggregateOptions, Decided } from './aggregate.ts';
export { aggregateStore, aggregateTopology } from './aggregate.ts';
export type { CommandCause, RoutedCommand } from './routed-command.ts';
export { answerTo, emitCommand } from './routed-command.ts';
export type { ProcessManagerOptions } from './process-manager.ts';
export { processManagerTopology } from './process-manager.ts';
export type { RunTopologyOptions, RunningTopology } from './run-topology.ts';
export { runTopology } from './run-topology.ts';
export type { Task, TaskObserver, TaskStatus, TaskView } from './internals/task.ts';
export { TaskStopped } from './internals/restore.ts';
export type { RecentCommand } from './decided-outcome.ts';
export { answeredBefore, outcomeOf, withOutcome } from './decided-outcome.ts';
export type { DecidedOutcome } from './outcome.ts';
export { emitOutcome, fingerprintOf } from './outcome.ts';
export type { ChainLink, EventCause } from './event-chain.ts';
export { emitChained, eventIdOf, firstLink } from './event-chain.ts';
export { delayConfig } from './process/delay-config.ts';
export type { BaseConfig, Foundation } from './process/foundation.ts';
export { kafkaOptionsOf, openFoundation, registryOptionsOf } from './process/foundation.ts';
export type { Parts, ProcessOptions } from './process/run-process.ts';
export { runProcess } from './process/run-process.ts';
export type { Replayed, ReplayOptions } from './replay.ts';
export { replayTopology } from './replay.ts';
export type { Snapshot, SnapshotOptions } from './snapshot.ts';
export { digestOfState, snapshotsOf } from './snapshot.ts';

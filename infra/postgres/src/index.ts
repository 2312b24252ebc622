export type {
  Bindings,
  Postgres,
  PostgresOptions,
  Sql,
  SqlTransaction,
  SqlValue,
  TransactionOptions,
} from './open-postgres.ts';
export { openPostgres } from './open-postgres.ts';
export type { Conditions } from './conditions.ts';
export { conditions } from './conditions.ts';
export type { ReadModels, ReadModelsOptions } from './open-read-models.ts';
export { openReadModels } from './open-read-models.ts';
export type { SqlProblem } from './errors.ts';
export {
  PostgresDown,
  ProjectionStopped,
  RebuildRefused,
  ProjectionMissing,
  RedriveRefused,
  sqlProblemOf,
  UnprojectableRecord,
} from './errors.ts';
export type {
  ProjectedRecord,
  Projection,
  ProjectionMigration,
  ProjectionTable,
} from './projection.ts';
export { checkProjection, groupOf, quoted, schemaOf } from './projection.ts';
export type { ProjectionRow, ProjectionSql } from './projection-sql.ts';
export { createProjectionSql } from './projection-sql.ts';
export { migrateProjection } from './migrate-projection.ts';
export type { WaitingKey } from './parked.ts';
export { waitingKeysOf } from './parked.ts';
export type { Redriven, RedriveOptions } from './redrive-parked.ts';
export { redriveParked } from './redrive-parked.ts';
export type { ProjectionPosition } from './positions.ts';
export { projectionPositions } from './positions.ts';
export type { ProjectionTaskStatus, ProjectionTaskView } from './projection-task.ts';
export type { ProjectionView, RunningProjection, RunProjectionOptions } from './run-projection.ts';
export { runProjection } from './run-projection.ts';
export type { RecordPlace } from './wait-for.ts';
export {
  formatPlaces,
  parsePlaces,
  placesPattern,
  waitForPlaces,
  waitForVersion,
  waitUntil,
} from './wait-for.ts';
export type { ReadProblems } from './read-as-answered.ts';
export { readAsAnswered, readRows } from './read-as-answered.ts';
export type { RowDifference } from './checksum.ts';
export type { RebuildComparison, RebuildOptions, TableComparison } from './rebuild-and-compare.ts';
export { rebuildAndCompare } from './rebuild-and-compare.ts';
export type { RebuildProgress } from './rebuild/fold-goals.ts';
export type { ReadOnlyCodec, ReadOnlyLog } from './rebuild/read-only-log.ts';
export type {
  RebuildModelOptions,
  RebuildModelProgress,
  RebuildPhase,
  RebuiltModel,
  Replaced,
  ReplaceOptions,
} from './rebuild/rebuild-model.ts';
export { dropBeside, goBack, rebuildModel } from './rebuild/rebuild-model.ts';
export type { ModelBeside, RebuildStatus } from './rebuild/rebuild-status.ts';
export { rebuildStatus } from './rebuild/rebuild-status.ts';
export type { MemoryPosition, MemoryReadModel, MemoryRow } from './memory/memory-read-model.ts';
export { openMemoryReadModel } from './memory/memory-read-model.ts';
export { LostRace } from './positions.ts';
export type { Advance } from './positions.ts';
export type { Fault, Incoming } from './decode-record.ts';
export { decodeRecord } from './decode-record.ts';
export { deadLetterOf } from './dead-letters.ts';
export type { Folded, ParkedKey, ParkedRecord, Poisoned } from './fold-records.ts';

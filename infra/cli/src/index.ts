export type { CliConfig } from './config.ts';
export { cliConfig } from './config.ts';
export { allProjections } from './projections.ts';
export type { Replayable } from './replay/replayables.ts';
export { replayables } from './replay/replayables.ts';
export type {
  ReplayCheckOptions,
  ReplayDifference,
  TopicComparison,
} from './replay/check-replay.ts';
export { checkReplay, ReplayRefused } from './replay/check-replay.ts';
export { comparedHeaders, digestOfRecord } from './replay/record-digest.ts';
export type { CliOptions } from './run-cli.ts';
export { createProgram } from './program.ts';
export { runCli } from './run-cli.ts';
export type { SnapshotCheckOptions, SnapshotComparison } from './replay/check-snapshots.ts';
export { checkSnapshots } from './replay/check-snapshots.ts';
export type { VerifiedLog, VerifyLogOptions } from './verify/verify-log.ts';
export { verifyLog } from './verify/verify-log.ts';
export type { VerifyDecisionsOptions } from './verify/decisions.ts';
export { decidedAndDerived, verifyDecisions } from './verify/decisions.ts';
export { openArchiveFolder } from './archive/archive-folder.ts';
export { checkArchive, finishedManifest } from './archive/check-archive.ts';
export { restoreArchive } from './archive/restore-archive.ts';
export { openKafkaTarget } from './archive/restore-target.ts';
export { writeArchive } from './archive/write-archive.ts';

export type { AlertEvent, AlertFilter, AlertsFrom, ToldAlert } from './alert.ts';
export { PositionLost, StreamRefused } from './alert.ts';
export type { AlertCommands, AlertCommandsOptions, CommandResult, Said } from './commands.ts';
export { createAlertCommands } from './commands.ts';
export type { AlertsFromLogOptions } from './from-log.ts';
export { alertsFromLog } from './from-log.ts';
export type { AlertsFromStreamOptions } from './from-stream.ts';
export { alertsFromStream } from './from-stream.ts';

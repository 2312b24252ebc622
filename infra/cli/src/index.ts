export type { CliConfig } from './config.ts';
export { cliConfig } from './config.ts';
export { allProjections } from './projections.ts';
export type { CliOptions } from './run-cli.ts';
export { runCli } from './run-cli.ts';

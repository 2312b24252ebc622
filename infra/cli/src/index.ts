export type { CliConfig } from './config.ts';
export { cliConfig } from './config.ts';

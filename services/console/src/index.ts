export type { ConsoleOptions } from './create-console.ts';
export { createConsole } from './create-console.ts';

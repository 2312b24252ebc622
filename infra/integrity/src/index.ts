export type { ContextLog, Violation } from './checks/check-log.ts';
export { checkLog } from './checks/check-log.ts';

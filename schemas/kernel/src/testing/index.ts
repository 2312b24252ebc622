export type { Decided, Specification } from './given.ts';
export { anyContext, given } from './given.ts';

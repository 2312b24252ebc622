export type { Failure, Outcome } from './outcome.ts';

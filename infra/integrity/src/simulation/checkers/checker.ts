import type { Violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';

/** One question to the history of a run. Each is proved by a planted bug that it catches. */
export interface Checker {
  readonly name: string;
  /** What holds, as a sentence. */
  readonly title: string;
  check(history: History): readonly Violation[] | Promise<readonly Violation[]>;
}

/** How much of one kind is worth printing. */
const shownMax = 20;

export const capped = (violations: readonly Violation[]): readonly Violation[] =>
  violations.slice(0, shownMax);

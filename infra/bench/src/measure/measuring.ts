import type { Report } from '@plumbline/local';
import type { Result } from '../save.ts';

/** What every part is given. */
export interface Measuring {
  readonly report: Report;
  readonly signal: AbortSignal;
  onResult(result: Result): void;
}

import type { Run } from '../world/run.ts';

/** One sentence of the README's table, and what shows that it is kept. */
export interface IntegrityPromise {
  readonly title: string;
  /**
   * Breaks something while clients are at work and a committed reader checks; mends it again.
   * Resolves with what was measured. Errors: what is not kept.
   */
  keep(run: Run): Promise<Readonly<Record<string, unknown>>>;
}

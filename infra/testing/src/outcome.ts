import { stripVTControlCharacters } from 'node:util';
import { shownMessageCharacters } from './limits.ts';

export interface Failure {
  /** File, and name of the test if it is one. */
  readonly what: string;
  readonly message: string;
}

/** What came of a step. A failure that no test reported (a crash, a time-out) is one of `failures`. */
export interface Outcome {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

export const nothing: Outcome = { passed: 0, skipped: 0, failures: [] };

export const failure = (what: string, message: string): Outcome => ({
  ...nothing,
  failures: [{ what, message }],
});

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      skipped: all.skipped + one.skipped,
      failures: [...all.failures, ...one.failures],
    }),
    nothing,
  );
}

/** `12 passed, 0 failed`, with `, 1 skipped` where there was one. */
export function closingLine({ passed, failures, skipped }: Outcome): string {
  const rest = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${passed} passed, ${failures.length} failed${rest}`;
}

/** Nothing failed, and something was tested. */
export const isGreen = (outcome: Outcome): boolean =>
  outcome.failures.length === 0 && outcome.passed > 0;

export function failureLines({ failures }: Outcome): readonly string[] {
  return failures.flatMap(({ what, message }) => {
    const text = stripVTControlCharacters(message)
      .trim()
      .split('\n', 4)
      .join('\n')
      .slice(0, shownMessageCharacters);
    return [`  ${what}`, ...text.split('\n').map((line) => `      ${line}`)];
  });
}

/** 0: fine. 1: found something, or could not do it. 2: asked or configured wrongly. */
export type ExitCode = 0 | 1 | 2;

/** Ends the command with one clear message instead of a stack. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const usageFailure = (message: string): CliFailure => new CliFailure(message, 2);

/** A server that does not answer: which, where, and the variable that says where. */
export function unreachable(of: {
  readonly what: string;
  readonly address: string;
  readonly variable: string;
  readonly error: unknown;
}): CliFailure {
  const why = firstLine(of.error);
  return new CliFailure(`${of.what} does not answer at ${of.address} (${of.variable}): ${why}`);
}

/** The innermost cause, in one line: `fetch failed` says nothing. */
export function firstLine(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return firstLine(error.errors[0]);
  if (error instanceof Error && error.cause instanceof Error) return firstLine(error.cause);
  const text = error instanceof Error ? error.message : String(error);
  return reasonOf(error, text).split('\n')[0] ?? text;
}

/** knex puts the whole statement before what Postgres said of it. */
function reasonOf(error: unknown, text: string): string {
  const isOfPostgres = error instanceof Error && 'severity' in error;
  const at = text.lastIndexOf(' - ');
  return isOfPostgres && at >= 0 ? text.slice(at + 3) : text;
}

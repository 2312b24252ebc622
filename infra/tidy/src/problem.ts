/** One broken house rule. */
export interface Problem {
  /** `path` or `path:line`, relative to the root of the repository. */
  readonly where: string;
  readonly what: string;
}

/** One line each, as a failing test shows them. */
export const linesOf = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ where, what }) => `${where}: ${what}`);

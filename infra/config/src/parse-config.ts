import { z } from 'zod';
import { describeVariable } from './describe-config.ts';

/** One thing that is wrong with the environment. Never contains the value of a secret. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly fix: string;
}

/** The environment does not fit the schema. Terminal: trying again cannot help. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((p) => `  ${p.variable}: ${p.problem}\n    fix: ${p.fix}`);
    super(`the configuration has ${problems.length} problem(s):\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

const shownCharactersMax = 60;

/**
 * Parses the environment of a process. An empty variable counts as unset, because that is what
 * compose files and shells make of a missing one.
 *
 * Errors: {@link ConfigError} with every problem at once.
 */
export function parseConfig<S extends z.ZodObject>(schema: S, env: Environment): z.output<S> {
  const present: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name];
    if (value !== undefined && value !== '') present[name] = value;
  }
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const issues = [...parsed.error.issues, ...crossIssues(schema, present, parsed.error.issues)];
  throw new ConfigError(issues.map((issue) => problemOf(schema, present, issue)));
}

/**
 * What the rules across variables say when variables are wrong by themselves. zod leaves those
 * rules out then, so they are asked once more with the wrong variables taken as they are.
 */
function crossIssues(
  schema: z.ZodObject,
  present: Readonly<Record<string, string>>,
  found: readonly z.core.$ZodIssue[],
): readonly z.core.$ZodIssue[] {
  const wrong = [...new Set(found.map((issue) => String(issue.path[0])))];
  const lenient = schema.safeExtend(Object.fromEntries(wrong.map((name) => [name, z.unknown()])));
  const again = lenient.safeParse(present).error?.issues ?? [];
  return again.filter((issue) => !wrong.includes(String(issue.path[0])));
}

function problemOf(
  schema: z.ZodObject,
  present: Readonly<Record<string, string>>,
  issue: z.core.$ZodIssue,
): ConfigProblem {
  const variable = String(issue.path[0] ?? '(several variables)');
  const field = schema.shape[variable] as z.core.$ZodType | undefined;
  const value = present[variable];
  if (!field) return { variable, problem: issue.message, fix: 'correct the variables named' };
  const row = describeVariable(variable, field);
  if (value === undefined && issue.code !== 'custom')
    return { variable, problem: 'is not set', fix: `set it: ${row.description}` };
  const problem = row.secret ? hide(issue.message, value) : withValue(issue.message, value);
  const orUnset = row.default === null || value === undefined ? '' : ', or leave it unset';
  return { variable, problem, fix: `set it${orUnset}: ${row.description}` };
}

const withValue = (message: string, value: string | undefined): string =>
  value === undefined ? message : `${message} (it is "${value.slice(0, shownCharactersMax)}")`;

const hide = (message: string, value: string | undefined): string =>
  value === undefined ? message : message.replaceAll(value, '***');

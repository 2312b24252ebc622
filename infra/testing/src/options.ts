import { parseArgs } from 'node:util';

export const stepNames = [
  'build',
  'typecheck',
  'lint',
  'format',
  'generated',
  'unit',
  'simulation',
  'int',
  'e2e',
] as const;
export type StepName = (typeof stepNames)[number];

export interface TestOptions {
  readonly only: ReadonlySet<StepName>;
  /** Parts of file names, for vitest. */
  readonly files: readonly string[];
  readonly list: boolean;
  readonly help: boolean;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Usage: npm test [-- [--only <step,…>] [part of a file name …]]

Checks and tests everything, with servers of its own on free ports, beside anything that runs.
The last line counts: "N passed, N failed". Exit code 0 only if nothing failed.

  --only <step,…>   some of: ${stepNames.join(', ')}
  --list            what the steps are
  --help            this text
`;

/** Errors: {@link UsageError}. */
export function parseOptions(args: readonly string[]): TestOptions {
  const { values, positionals } = parse(args);
  const names = (values.only ?? stepNames.join(',')).split(',').map((name) => name.trim());
  const only = new Set<StepName>();
  for (const name of names) {
    const known = stepNames.find((step) => step === name);
    if (!known)
      throw new UsageError(`there is no step "${name}"; there are: ${stepNames.join(', ')}`);
    only.add(known);
  }
  return { only, files: positionals, list: values.list, help: values.help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';

/** What was asked for on the command line cannot be done; its message says why, to whoever asked. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The values of Node's `parseArgs`. Errors: {@link UsageError} for an option that there is not. */
export function parsedArgs<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>>['values'] {
  try {
    return parseArgs(config).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
